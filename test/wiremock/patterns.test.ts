import { expect } from 'chai';
import { matchRequestPattern, RefusedInput } from '../../mocks/wiremock/index.js';
import { recordedOf } from './support.js';

type Init = Parameters<typeof recordedOf>[2];

const matches = (pattern: unknown, url: string, init: Init = {}): boolean => matchRequestPattern(pattern)(recordedOf(1, url, init));

const body = (pattern: unknown, text: string | undefined): boolean =>
  matches({ bodyPatterns: [pattern] }, '/', { method: 'POST', body: text });

/** Pattern, what matches, what does not. */
type Case = readonly [unknown, readonly (string | undefined)[], readonly (string | undefined)[]];

const BODIES: readonly Case[] = [
  [{ equalTo: 'x y' }, ['x y'], ['X y', 'x y ', undefined]],
  [{ equalTo: '' }, ['', undefined], ['x']],
  [{ equalTo: 'Xy', caseInsensitive: true }, ['xY'], ['x']],
  [{ contains: 'b' }, ['abc'], ['ac', undefined]],
  [{ doesNotContain: 'b' }, ['ac', undefined], ['abc']],
  [{ matches: 'a.c' }, ['abc', 'a\nc'], ['xabc', 'abcx']],
  [{ matches: 'a|b' }, ['a', 'b'], ['ax', 'xb']],
  [{ doesNotMatch: 'a+' }, ['ab', undefined], ['aa']],
  [{ absent: true }, [undefined, ''], ['x']],
  [{ absent: '(absent)' }, [undefined], ['x']],
  [{ anything: '(always)' }, ['x', undefined], []],
  [{ not: { contains: 'b' } }, ['ac'], ['abc']],
  [{ and: [{ contains: 'a' }, { contains: 'b' }] }, ['ba'], ['a', 'b']],
  [{ or: [{ equalTo: 'a' }, { equalTo: 'b' }] }, ['a', 'b'], ['c']],
  [{ equalToJson: { a: 1, b: [1, 2] } }, ['{"b":[1,2],"a":1}'], ['{"a":1,"b":[2,1]}', '{"a":1,"b":[1,2],"c":0}', '{"a":1', undefined]],
  [{ equalToJson: '{"a": 1}' }, ['{ "a":1 }'], ['{"a":2}']],
  [{ equalToJson: 'null' }, ['null'], ['0', undefined]],
  [{ equalToJson: [1, { a: [2, 3] }], ignoreArrayOrder: true }, ['[{"a":[3,2]},1]'], ['[{"a":[3,2]}]', '[{"a":[3,2]},1,1]']],
  [{ equalToJson: { a: [1] }, ignoreExtraElements: true }, ['{"a":[1,2],"b":0}'], ['{"a":[2,1]}', '{"a":1}', '{}']],
  [
    { equalToJson: [{}, { a: 1 }], ignoreArrayOrder: true, ignoreExtraElements: true },
    ['[{"a":1},{"b":2}]', '[{"b":2},{"c":3},{"a":1}]'],
    ['[{"a":1}]', '[{"b":2},{"c":3}]'],
  ],
  [{ matchesJsonPath: '$.a' }, ['{"a":0}', '{"a":false}', '{"a":[1]}'], ['{"a":null}', '{"a":[]}', '{"a":{}}', '{}', '<a/>', undefined]],
  [{ matchesJsonPath: "$.a[?(@.n == 'x')]" }, ['{"a":[{"n":"y"},{"n":"x"}]}'], ['{"a":[{"n":"y"}]}', '{"a":[]}']],
  [{ matchesJsonPath: "$['a, b']" }, ['{"a, b":1}'], ['{"a, b":null}']],
  [{ matchesJsonPath: { expression: '$.a', equalTo: '1' } }, ['{"a":1}', '{"a":"1"}', '{"a":[0,1]}'], ['{"a":2}', '{}']],
  [{ matchesJsonPath: { expression: '$.a', absent: true } }, ['{}', '{"a":null}', '{"a":[]}'], ['{"a":1}', 'x']],
  [{ matchesJsonPath: { expression: '$.a', doesNotMatch: 'x' } }, ['{"a":"y"}'], ['{"a":"x"}', '{}']],
  [{ matchesJsonPath: { expression: '$.a', equalToJson: '{"b":1,"c":2}' } }, ['{"a":{"c":2,"b":1}}'], ['{"a":{"b":1}}']],
  [{ matchesJsonPath: { expression: '$..id', equalToJson: '[1,2]' } }, ['{"id":1,"x":{"id":2}}'], ['{"id":1}']],
  [{ matchesJsonPath: { expression: '$.a[*]', contains: 'x' } }, ['{"a":["y","axb"]}'], ['{"a":["y"]}']],
];

const REQUESTS: readonly (readonly [unknown, string, Init, boolean])[] = [
  [{}, '/any?x', { method: 'PUT' }, true],
  [{ method: 'ANY' }, '/', { method: 'PUT' }, true],
  [{ method: 'put' }, '/', { method: 'PUT' }, true],
  [{ method: 'GET' }, '/', { method: 'PUT' }, false],
  [{ url: '/a?b=1' }, '/a?b=1', {}, true],
  [{ url: '/a' }, '/a?b=1', {}, false],
  [{ url: '/a?b=1' }, '/a?b=1&c', {}, false],
  [{ urlPath: '/a' }, '/a?b=1', {}, true],
  [{ urlPath: '/a' }, '/a/', {}, false],
  [{ urlPattern: '/a\\?b=[0-9]+' }, '/a?b=12', {}, true],
  [{ urlPattern: '/a' }, '/a?b=12', {}, false],
  [{ urlPathPattern: '/a/[a-z]+' }, '/a/bc?d=1', {}, true],
  [{ urlPathPattern: '/a' }, '/a/bc', {}, false],
  [{ urlPathTemplate: '/a/{id}/c' }, '/a/b/c', {}, true],
  [{ urlPathTemplate: '/a/{id}/c' }, '/a//c', {}, false],
  [{ urlPathTemplate: '/a/{id}', pathParameters: { id: { equalTo: 'b c' } } }, '/a/b%20c', {}, true],
  [{ urlPathTemplate: '/a/{id}', pathParameters: { id: { equalTo: 'b c' } } }, '/a/b', {}, false],
  [{ queryParameters: { q: { equalTo: 'a b' } } }, '/?q=a+b', {}, true],
  [{ queryParameters: { q: { equalTo: '2' } } }, '/?q=1&q=2', {}, true],
  [{ queryParameters: { q: { absent: true } } }, '/', {}, true],
  [{ queryParameters: { q: { absent: true } } }, '/?q=', {}, false],
  [{ queryParameters: { q: { includes: [{ equalTo: '1' }, { equalTo: '2' }] } } }, '/?q=1&q=3&q=2', {}, true],
  [{ queryParameters: { q: { hasExactly: [{ equalTo: '1' }, { equalTo: '2' }] } } }, '/?q=1&q=3&q=2', {}, false],
  [{ queryParameters: { q: { hasExactly: [{ equalTo: '1' }, { equalTo: '2' }] } } }, '/?q=2&q=1', {}, true],
  [{ headers: { 'X-A': { equalTo: 'b' } } }, '/', { headers: { 'x-a': 'b' } }, true],
  [{ headers: { 'x-a': { contains: 'b' } } }, '/', { headers: { 'X-A': ['a', 'b'] } }, true],
  [{ headers: { 'x-a': { doesNotMatch: 'b' } } }, '/', {}, true],
  [{ headers: { 'x-a': { equalTo: 'b' } } }, '/', {}, false],
  [{ cookies: { s: { equalTo: '1' } } }, '/', { headers: { cookie: 't=2; s="1"' } }, true],
  [{ cookies: { s: { absent: true } } }, '/', { headers: { cookie: 't=2' } }, true],
  [{ basicAuthCredentials: { username: 'u', password: 'p' } }, '/', { headers: { authorization: 'Basic dTpw' } }, true],
  [{ basicAuthCredentials: { username: 'u', password: 'q' } }, '/', { headers: { authorization: 'Basic dTpw' } }, false],
  [
    { formParameters: { a: { equalTo: '1' } } },
    '/',
    { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=1&b=2' },
    true,
  ],
  [{ formParameters: { a: { equalTo: '1' } } }, '/', { body: 'a=1&b=2' }, false],
];

describe('wiremock: patterns', () => {
  for (const [pattern, yes, no] of BODIES) {
    it(`bodies: ${JSON.stringify(pattern)}`, () => {
      expect([...yes, ...no].map((text) => [text, body(pattern, text)])).to.deep.equal([
        ...yes.map((text) => [text, true]),
        ...no.map((text) => [text, false]),
      ]);
    });
  }

  for (const [pattern, url, init, expected] of REQUESTS) {
    it(`${JSON.stringify(pattern)} ${expected ? 'matches' : 'does not match'} ${url} ${JSON.stringify(init)}`, () => {
      expect(matches(pattern, url, init)).to.equal(expected);
    });
  }

  it('take all of their conditions together', () => {
    const pattern = {
      method: 'POST',
      urlPath: '/a',
      headers: { 'x-a': { equalTo: 'b' } },
      bodyPatterns: [{ contains: 'c' }, { contains: 'd' }],
    };
    expect(matches(pattern, '/a', { method: 'POST', headers: { 'x-a': 'b' }, body: 'cd' })).to.equal(true);
    expect(matches(pattern, '/a', { method: 'POST', headers: { 'x-a': 'b' }, body: 'c' })).to.equal(false);
  });

  it('never hang on an expression or a document', () => {
    expect(body({ matches: '(a+)+b' }, 'a'.repeat(5_000))).to.equal(false);
    const deep = '['.repeat(5_000) + ']'.repeat(5_000);
    expect(body({ equalToJson: [[]], ignoreArrayOrder: true }, deep)).to.equal(false);
    expect(body({ matchesJsonPath: { expression: '$..*', contains: 'x' } }, deep)).to.equal(false);
    expect(() => body({ equalToJson: deep, ignoreExtraElements: true }, deep)).to.throw(RefusedInput, /nested too deeply/);
    let nested: object = { equalTo: 'x' };
    for (let depth = 0; depth < 190; depth++) nested = { not: nested };
    expect(body(nested, 'x')).to.equal(true);
    const many = JSON.stringify(Array.from({ length: 5_000 }, (_, index) => ({ index })));
    const others = Array.from({ length: 5_000 }, (_, index) => ({ index: -index - 1 }));
    expect(body({ equalToJson: others, ignoreArrayOrder: true, ignoreExtraElements: true }, many)).to.equal(false);
  });

  describe('that cannot be used are refused with the place and the name', () => {
    const errors = (pattern: unknown): readonly [string | undefined, string, string | undefined][] => {
      try {
        matchRequestPattern(pattern);
      } catch (error) {
        if (error instanceof RefusedInput) return error.errors.map(({ source, title, detail }) => [source?.pointer, title, detail]);
        throw error;
      }
      return [];
    };
    const cases: readonly (readonly [unknown, string, RegExp])[] = [
      [undefined, '', /must be a request pattern/i],
      [[], '', /must be a request pattern/i],
      [{ methd: 'GET' }, '/methd', /Unknown member "methd"/],
      [{ method: 'G T' }, '/method', /must be one method/i],
      [{ method: 5 }, '/method', /must be one method/i],
      [{ url: '/a', urlPath: '/a' }, '', /names url and urlPath/i],
      [{ host: { equalTo: 'x' } }, '/host', /"host" is not supported/],
      [{ customMatcher: { name: 'x' } }, '/customMatcher', /"customMatcher" is not supported/],
      [{ multipartPatterns: [] }, '/multipartPatterns', /"multipartPatterns" is not supported/],
      [{ urlPattern: '(?=x)' }, '/urlPattern', /RE2/],
      [{ urlPattern: 'a)|(b' }, '/urlPattern', /no regular expression/],
      [{ urlPathTemplate: '/a/{id}.json' }, '/urlPathTemplate', /a variable is a whole segment/],
      [{ pathParameters: { id: { equalTo: '1' } } }, '/pathParameters/id', /is no variable of urlPathTemplate/i],
      [{ headers: { a: { equalToXml: '<a/>' } } }, '/headers/a/equalToXml', /"equalToXml" is not supported/],
      [{ headers: { a: { equalTo: 5 } } }, '/headers/a/equalTo', /must be a text/i],
      [{ headers: { a: {} } }, '/headers/a', /names no matcher/i],
      [{ headers: { a: { equalTo: 'b', contains: 'c' } } }, '/headers/a', /names equalTo and contains/i],
      [{ headers: { a: 'b' } }, '/headers/a', /must be an object/i],
      [{ queryParameters: { a: { includes: [] } } }, '/queryParameters/a/includes', /at least one/i],
      [{ bodyPatterns: [{ equalTo: 'x' }, { matchesXPath: '//a' }] }, '/bodyPatterns/1/matchesXPath', /"matchesXPath" is not supported/],
      [{ bodyPatterns: [{ contains: 'x', ignoreArrayOrder: true }] }, '/bodyPatterns/0/ignoreArrayOrder', /is an option of equalToJson/i],
      [{ bodyPatterns: [{ equalToJson: '{' }] }, '/bodyPatterns/0', /no JSON/],
      [{ bodyPatterns: [{ equalToJson: { a: '${json-unit.any-string}' } }] }, '/bodyPatterns/0', /placeholders/],
      [{ bodyPatterns: [{ matchesJsonPath: 'a' }] }, '/bodyPatterns/0', /no JSONPath/],
      [{ bodyPatterns: [{ matchesJsonPath: { equalTo: 'x' } }] }, '/bodyPatterns/0/matchesJsonPath/expression', /must be a JSONPath/i],
      [
        { bodyPatterns: [{ matchesJsonPath: { expression: '$.a', before: 'now' } }] },
        '/bodyPatterns/0/matchesJsonPath/before',
        /"before" is not supported/,
      ],
      [
        { bodyPatterns: [{ and: [{ not: { matchesJsonSchema: {} } }] }] },
        '/bodyPatterns/0/and/0/not/matchesJsonSchema',
        /is not supported/,
      ],
    ];
    for (const [pattern, pointer, words] of cases) {
      it(JSON.stringify(pattern) ?? 'nothing', () => {
        const found = errors(pattern);
        expect(found.map(([at]) => at)).to.include(pointer);
        expect(found.map((parts) => parts.join(' ')).join('\n')).to.match(words);
      });
    }
  });
});
