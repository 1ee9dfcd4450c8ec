import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { compilePath } from '../../mocks/script/json-path.js';

/** One test of the JSONPath compliance test suite, which comes with the parser's package. */
interface Case {
  readonly name: string;
  readonly selector: string;
  readonly invalid_selector?: boolean;
  readonly document?: unknown;
  readonly result?: unknown;
  readonly results?: readonly unknown[];
}

const folder = createRequire(import.meta.url).resolve('jsonpath-rfc9535/package.json');
const suite = new URL('src/__tests__/jsonpath-compliance-test-suite/cts.json', `file://${folder}`);
const { tests } = JSON.parse(readFileSync(suite, 'utf8')) as { readonly tests: readonly Case[] };

/** Patterns out of the document would have to be compiled for each request. */
const REFUSED = /^functions, (?:match|search), (?:regex from the document|arg is a function expression)/;

describe('JSONPath', () => {
  it('has the whole compliance test suite before it', () => {
    expect(tests.length).to.be.greaterThan(600);
    expect(tests.filter(({ name }) => REFUSED.test(name))).to.have.length(4);
  });

  it('passes the compliance test suite of RFC 9535, patterns out of the document aside', () => {
    const wrong = tests.flatMap(({ name, selector, invalid_selector: invalid, document, result, results }) => {
      const refused = invalid === true || REFUSED.test(name);
      let found: unknown;
      try {
        const path = compilePath(selector);
        found = refused ? 'accepted' : path(document);
      } catch (error) {
        found = (error as Error).name === 'Unusable' && refused ? 'refused' : error;
      }
      const expected = (refused ? ['refused'] : (results ?? [result])).map((one) => JSON.stringify(one));
      return expected.includes(JSON.stringify(found)) ? [] : [`${name}: ${selector}`];
    });
    expect(wrong).to.deep.equal([]);
  });

  it('compares by index, which the parser puts one level too deep', () => {
    expect(
      compilePath('$[?@[0] == 5]')([
        [5, 6],
        [6, 5],
      ]),
    ).to.deep.equal([[5, 6]]);
    expect(compilePath('$[?@.a[-1] == 6]')([{ a: [5, 6] }])).to.deep.equal([{ a: [5, 6] }]);
  });

  it('gives up where there is too much to look through', () => {
    const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown;
    const wide = Array.from({ length: 400 }, () => 'x');
    expect(compilePath('$..*..*..*')(nested(1_000))).to.equal(undefined);
    expect(compilePath('$[?count($..*) > 500]')(wide)).to.equal(undefined);
    expect(compilePath(`$${'[*,*]'.repeat(60)}`)([[[[['x']]]]])).to.deep.equal([]);
    expect(compilePath(`$${'[*,*,*,*]'.repeat(18)}`)(nested(40))).to.equal(undefined);
    expect(compilePath('$..[?@ == $]')(nested(5_000))).to.equal(undefined);
  });

  it('does not take forever for patterns, either', () => {
    const text = `${'a'.repeat(20_000)}b`;
    expect(compilePath("$[?match(@, '(a+)+')]")([text])).to.deep.equal([]);
    expect(compilePath("$[?search(@, '(a|aa)+b')]")([text])).to.deep.equal([text]);
  });
});
