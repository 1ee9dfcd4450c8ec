import { expect } from 'chai';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlias, isCollection, parseDocument, stringify, visit, type CreateNodeOptions, type ToStringOptions } from 'yaml';
import { readQuickly } from '../../spec/quick-yaml/index.js';
import { ROOT } from '../support/cli.js';

/** What the parser makes of a text that knows all of YAML; `undefined` for what is no contract's YAML. */
function slowly(text: string): { readonly value: unknown } | undefined {
  const document = parseDocument(text, { merge: true, prettyErrors: false, logLevel: 'silent' });
  let beyond = document.errors.length > 0;
  visit(document, {
    Pair: (_, { key }) => {
      if (isCollection(key)) beyond = true;
    },
    Node: (_, node) => {
      if (!isAlias(node) && node.tag !== undefined && !/:(?:str|int|float|bool|null|map|seq)$/.test(node.tag)) beyond = true;
    },
  });
  try {
    return beyond ? undefined : { value: document.toJS({ maxAliasCount: 10_000 }) };
  } catch {
    return undefined;
  }
}

/** A value as a text that says the order of members, -0, and what is the same object. */
function inFull(value: unknown, seen = new Map<unknown, number>()): string {
  if (Object.is(value, -0)) return '-0';
  if (typeof value !== 'object' || value === null) return `${typeof value} ${JSON.stringify(value)}`;
  const number = seen.get(value);
  if (number !== undefined) return `@${number}`;
  seen.set(value, seen.size);
  if (Array.isArray(value)) return `[${value.map((one) => inFull(one, seen)).join()}]`;
  return `{${Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${inFull(one, seen)}`).join()}}`; // prettier-ignore
}

/** It may leave a text to the other parser, and must not read it in another way. */
function expectSame(text: string): boolean {
  const quick = readQuickly(text);
  if (quick === undefined) return false;
  const slow = slowly(text);
  expect(slow, `only the quick one reads ${JSON.stringify(text)}`).not.to.equal(undefined);
  expect(inFull(quick.value), JSON.stringify(text)).to.equal(inFull(slow?.value));
  return true;
}

/** Whatever has a meaning to YAML, somewhere. */
const PIECES = [
  ...['\n', '\n\n', '\n  ', '\n    ', ' ', '  ', '-', '- ', '- - ', ':', ': ', '#', ' # ', '"', "'", "''", '[', ']', '{', '}', ',', ', '],
  ...[
    '&a',
    '*a',
    '&a ',
    '*a ',
    '|',
    '>',
    '|-\n',
    '>-\n',
    '|2\n',
    '>+\n',
    '!',
    '!!str ',
    '%',
    '@',
    '`',
    '?',
    '? ',
    '~',
    '=',
    '<<',
    '<<: *a',
  ],
  ...['null', 'True', 'no', '0', '1', '-0', '+1', '.5', '1.', '1.0', '1e3', '0x1f', '0o7', '012', '1_000', '.inf', '.NaN', '2020-01-01'],
  ...[
    '12345678901234567890',
    '0.1234567890123456789',
    '\\',
    '\\n',
    '\\x41',
    '\t',
    '\r\n',
    '\r',
    '---',
    '...',
    'é',
    '\u2028',
    '\u0085',
    '\uFEFF',
  ],
  ...['__proto__', 'a', 'b c', 'x: y', 'a: 1\na: 2', 'http://x', 'a:b', 'a#b', '{a: 1}', '{"a":1}', '[1, 2]', '[a: b]', '{a, b}', '""'],
];

const text = fc.oneof(
  fc.constantFrom(...PIECES, 'long words that go on '.repeat(6), 'one\ntwo\n', 'one\n\n  two\n', ' before', 'after '),
  fc.string({ maxLength: 8 }),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof({ maxDepth: 4 }, fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null)), tie('list'), tie('map')),
  list: fc.array(tie('any'), { maxLength: 4 }),
  map: fc.dictionary(text, tie('any'), { maxKeys: 4 }),
})).any;
const shared = fc.tuple(value, value).map(([one, other]) => ({ first: one, other, again: [one, { other }] }));
const style: fc.Arbitrary<CreateNodeOptions & ToStringOptions & { readonly indent: number }> = fc.record({
  indent: fc.constantFrom(2, 4),
  indentSeq: fc.boolean(),
  lineWidth: fc.constantFrom(0, 20, 80),
  minContentWidth: fc.constant(0),
  defaultStringType: fc.constantFrom('PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'),
  collectionStyle: fc.constantFrom('any', 'any', 'flow'),
  aliasDuplicateObjects: fc.boolean(),
});
const written = fc.tuple(fc.oneof(shared, value), style).map(([one, options]) => stringify(one, options));
/** Taking so many characters away at a place, and putting something there. */
const edit = fc.tuple(fc.nat(2_000), fc.nat(3), fc.constantFrom('', ...PIECES));
const edited = fc.tuple(written, fc.array(edit, { maxLength: 3 })).map(([whole, edits]) =>
  edits.reduce((all, [place, taken, put]) => {
    const at = place % (all.length + 1);
    return all.slice(0, at) + put + all.slice(at + taken);
  }, whole),
);

describe('YAML that is read quickly', () => {
  for (const file of ['openapi.yaml', 'assets/project/openapi.yaml', 'test/types/shop.yaml', 'ci/github/action.yml']) {
    it(`${file} is`, () => {
      expect(expectSame(readFileSync(join(ROOT, file), 'utf8'))).to.equal(true);
    });
  }

  it('has line ends of either kind, and comments', () => {
    for (const one of ['---\r\na: b # c\r\n\r\n# d\r\nlist:\r\n- x\r\n- |\r\n  y\r\n', 'a: # b\n  c: d\n', '# a\n\nb: c\n  # d\ne: f\n'])
      expect(expectSame(one), JSON.stringify(one)).to.equal(true);
  });

  const LONG: Readonly<Record<string, string>> = {
    'without quotes': 'a: one\n  `two`\n\n  "three"\nb: 1\n',
    'in double quotes': 'a: "one \n  two\\n\\\n  three\n\n\n  four"\nb:\n  - "x\n    y"\n',
    'in single quotes': "a: 'it''s\n  one\n\n  text'\n",
    'as it stands': 'a: |\n  one\n\n    two\n  \n     \n  three\n\n\nb: |-\n  c\n',
    folded: 'a: >\n  one\n  two\n\n    three\n    four\n  five\n\n\n  six\n\nb: >-\n\n  c\n',
    'over brackets': 'a: [one,\n  { two: 3,\n    four: [] }\n  ]\n',
  };
  for (const [how, one] of Object.entries(LONG)) {
    it(`goes on over lines, ${how}`, () => {
      expect(expectSame(one)).to.equal(true);
    });
  }

  const OTHERS: Readonly<Record<string, string>> = {
    'a member that is there twice': 'a: 1\nb: 2\na: 3\n',
    'a merge': 'a: &a { b: 1 }\nc: { <<: *a }\n',
    'an alias that names nothing': 'a: *b\n',
    'an alias in what it names': 'a: &a\n  b: *a\n',
    'aliases in what is named': 'a: &a [1]\nb: &b [*a, *a]\nc: [*b, *b]\n',
    'a tag': 'a: !!str 1\n',
    'a number whose value is not sure': 'a: 12345678901234567890\n',
    'a number that JSON does not have': 'a: .inf\n',
    'a pair in a text': 'a: b: c\n',
    'a tab': 'a:\tb\n',
    'a comment before a text on a line of its own': '-\n# b\n  c\n- d\n',
    'two documents': 'a: 1\n---\nb: 2\n',
    'a text alone': 'a\n',
    'a list that is not closed': 'a: [1, 2\nb: 3\n',
    'what is indented by too little': 'a:\n    b: 1\n  c: 2\n',
    'a prototype': '__proto__: 1\n',
    'what is nested without an end': `a: ${'['.repeat(100_000)}\n`,
  };
  for (const [what, one] of Object.entries(OTHERS)) {
    it(`is not ${what}`, () => {
      expect(readQuickly(one)).to.equal(undefined);
    });
  }

  it('means what it means to the other parser, whatever it is', function () {
    const runs = process.env['FAILPATH_LONG'] === '1' ? 200_000 : 1_500;
    this.timeout(runs * 10);
    let read = 0;
    fc.assert(
      fc.property(edited, (one) => {
        if (expectSame(one)) read++;
      }),
      { numRuns: runs },
    );
    expect(read, 'texts that were read quickly').to.be.greaterThan(runs / 10);
  });
});
