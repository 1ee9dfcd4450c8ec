import { expect } from 'chai';
import fc from 'fast-check';
import { closest } from '../../spec/index.js';
import { brokenReferences, references } from '../../spec/refs.js';

describe('references', () => {
  it('are found wherever OpenAPI and JSON Schema have them', () => {
    const document = {
      paths: { '/a': { $ref: '#/1', get: { responses: { default: { $ref: '#/2' } }, parameters: [{ $ref: '#/3' }] } } },
      components: {
        schemas: {
          value: { $ref: '#/4' },
          A: { properties: { example: { $ref: '#/5' }, $ref: { type: 'string' } }, oneOf: [{ $ref: '#/6' }] },
        },
        examples: { value: { $ref: '#/7' } },
      },
    };
    expect(references(document)).to.deep.equal([
      { pointer: '/paths/~1a/$ref', ref: '#/1' },
      { pointer: '/paths/~1a/get/responses/default/$ref', ref: '#/2' },
      { pointer: '/paths/~1a/get/parameters/0/$ref', ref: '#/3' },
      { pointer: '/components/schemas/value/$ref', ref: '#/4' },
      { pointer: '/components/schemas/A/properties/example/$ref', ref: '#/5' },
      { pointer: '/components/schemas/A/oneOf/0/$ref', ref: '#/6' },
      { pointer: '/components/examples/value/$ref', ref: '#/7' },
    ]);
  });

  it('are texts, at the root as well', () => {
    expect(references({ $ref: '#/a', value: { $ref: '#/b' } })).to.deep.equal([{ pointer: '/$ref', ref: '#/a' }]);
    expect(references({ a: null, b: { $ref: 5 }, c: { $ref: { $ref: '#/d' } } })).to.deep.equal([{ pointer: '/c/$ref/$ref', ref: '#/d' }]);
  });

  it('are none in values: examples, defaults, constants', () => {
    const data = { $ref: '#/data' };
    const schema = { default: data, const: data, enum: [data], example: data, examples: [data] };
    expect(references({ components: { schemas: { A: schema }, examples: { a: { value: data } } } })).to.deep.equal([]);
  });
});

describe('references that cannot be followed', () => {
  const broken = (document: unknown, ref: string): string[] =>
    brokenReferences(document, [{ pointer: '/here', ref }], () => ({ file: 'a.yaml', line: 1, column: 1 })).map(
      ({ problem, remedy }) => `${problem}: ${remedy}`,
    );
  const document = { schemas: { Thing: {} }, nothing: null };

  it('lead to nothing', () => {
    expect(broken(document, '#/schemas/Thin')).to.deep.equal(['broken-ref: Did you mean #/schemas/Thing?']);
    expect(broken(document, '#/schemas/Something')).to.deep.equal(['broken-ref: Declare it, or point somewhere else.']);
    expect(broken(document, '#/nothing/at/all')).to.deep.equal(['broken-ref: Declare it, or point somewhere else.']);
    expect(broken(document, '#/nothing/all')).to.deep.equal(['broken-ref: Declare it, or point somewhere else.']);
    expect(broken(document, '#/%zz')).to.deep.equal(['broken-ref: Declare it, or point somewhere else.']);
    expect(broken(document, '#/%zz/schemas')).to.deep.equal(['broken-ref: Did you mean #/%zz/schemas?']);
  });
  it('name an anchor', () => {
    for (const ref of ['#Thing', '#Thing#/schemas']) expect(broken(document, ref).join()).to.match(/^unsupported-ref: Write #\//);
  });
  it('are not those of the whole, of what is there, or of another file', () => {
    for (const ref of ['#', '#/schemas/Thing', '#/nothing', 'other.yaml#/Thing', 'other.yaml']) {
      expect(broken(document, ref), ref).to.deep.equal([]);
    }
  });
});

describe('closest', () => {
  it('is the candidate that was probably meant', () => {
    expect(closest('api_key.revokd', ['api_key.not_found', 'api_key.revoked'])).to.equal('api_key.revoked');
    expect(closest('getWork', ['getWorks', 'putWork', 'deleteEverything'])).to.be.oneOf(['getWorks', 'putWork']);
  });

  it('is none when nothing is near', () => {
    expect(closest('minimum', ['pattern', 'required'])).to.equal(undefined);
    expect(closest('x', [])).to.equal(undefined);
  });

  it('is the word itself when that is a candidate, and never further away than another candidate', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (word, others) => void expect(closest(word, [...others, word])).to.equal(word)),
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.array(fc.string({ maxLength: 12 }), { maxLength: 5 }), (word, candidates) => {
        const limit = Math.max(2, Math.floor(word.length / 3));
        const nearest = Math.min(...candidates.map((candidate) => distance(word, candidate)));
        const found = closest(word, candidates);
        if (nearest > limit) expect(found).to.equal(undefined);
        else expect(distance(word, found ?? '')).to.equal(nearest);
      }),
    );
  });
});

/** Levenshtein's distance, in the plainest way. */
function distance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const table = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (__, j) => i + j));
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const [row, above] = [table[i] ?? [], table[i - 1] ?? []];
      row[j] = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
  }
  return table[a.length]?.[b.length] ?? 0;
}
