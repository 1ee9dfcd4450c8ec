import { isCredential } from '../redact.js';
import { Unusable } from '../script/errors.js';
import { isObject, tooDeep } from '../script/json.js';
import { compilePath } from '../script/json-path.js';
import { compileExpression } from '../script/regex.js';
import { credentialIn, show } from '../script/show.js';
import { spendWork } from '../script/work.js';
import { Unsuitable } from './errors.js';
import { compileJsonEquality, isTooDeep } from './json-equality.js';
import type { ContentPattern, JsonPathPattern, MultiValuePattern } from './schema.js';

/** What a content pattern looks at. */
export interface Content {
  /** `undefined` where there is no value; a body that is not there is an empty text. */
  readonly text: string | undefined;
  readonly isAbsent: boolean;
  /** The text as JSON; `undefined` where it is none. */
  json(): unknown;
}

/** A compiled content pattern. */
export interface ContentTest {
  matches(content: Content): boolean;
  /** In words, for a sentence that begins with the name of the place. */
  readonly says: string;
}

/** Of a header, a parameter or a cookie. */
export function contentOf(text: string | undefined): Content {
  return { text, isAbsent: text === undefined, json: lazyJson(text) };
}

/** Of a body. */
export function bodyContent(text: string | undefined, json: () => unknown = lazyJson(text)): Content {
  return { text: text ?? '', isAbsent: text === undefined || text === '', json };
}

function lazyJson(text: string | undefined): () => unknown {
  let parsed: { readonly value: unknown } | undefined;
  return () => (parsed ??= { value: parse(text) }).value;
}

function parse(text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isTooDeep(value) ? undefined : value;
  } catch {
    return undefined;
  }
}

/**
 * Compiles what WireMock says of one text. Regular expressions are matched against the whole text, and their dots match line
 * ends as well, as WireMock does it; their dialect is RE2's.
 *
 * @example
 * compileContent({ matchesJsonPath: '$.title' }).matches(bodyContent('{"title":"x"}')); // true
 *
 * @param name Of the header or parameter, so that credentials are not shown.
 * @throws {Unsuitable} for an expression or JSON that cannot be read
 */
export function compileContent(pattern: ContentPattern, name = ''): ContentTest {
  const { equalTo, contains, doesNotContain, matches, doesNotMatch, not, and, or, matchesJsonPath } = pattern;
  if (equalTo !== undefined) return equality(equalTo, pattern.caseInsensitive === true, name);
  if (contains !== undefined) return test(`containing ${show(contains, name)}`, ({ text }) => text?.includes(contains) === true);
  if (doesNotContain !== undefined)
    return test(`not containing ${show(doesNotContain, name)}`, ({ text }) => text?.includes(doesNotContain) !== true);
  if (matches !== undefined) return expression(matches, true, name);
  if (doesNotMatch !== undefined) return expression(doesNotMatch, false, name);
  if (pattern.absent !== undefined) return test('absent', ({ isAbsent }) => isAbsent);
  if (pattern.anything !== undefined) return test('anything', () => true);
  if (matchesJsonPath !== undefined) return jsonPath(matchesJsonPath, name);
  if (not !== undefined) {
    const inner = compileContent(not, name);
    return test(`not ${inner.says}`, (content) => !inner.matches(content));
  }
  const parts = (and ?? or)?.map((part) => compileContent(part, name));
  if (parts === undefined) return jsonEquality(pattern, name);
  const says = parts.map((part) => part.says).join(and === undefined ? ' or ' : ' and ');
  if (and !== undefined) return test(says, (content) => parts.every((part) => part.matches(content)));
  return test(says, (content) => parts.some((part) => part.matches(content)));
}

const test = (says: string, matches: (content: Content) => boolean): ContentTest => ({ says, matches });

function equality(expected: string, anyCase: boolean, name: string): ContentTest {
  if (!anyCase) return test(show(expected, name), ({ text }) => text === expected);
  const lower = expected.toLowerCase();
  return test(`${show(expected, name)} in any case`, ({ text }) => text?.toLowerCase() === lower);
}

function expression(pattern: string, wanted: boolean, name: string): ContentTest {
  const whole = wholeExpression(pattern);
  const says = `${wanted ? 'matching' : 'not matching'} ${show(pattern, name)}`;
  return test(says, ({ text }) => (text !== undefined && whole(text)) === wanted);
}

/**
 * Compiles a regular expression that has to match the whole of a text.
 *
 * @throws {Unsuitable}
 */
export function wholeExpression(pattern: string): (text: string) => boolean {
  return suitable(() => {
    // By itself first: a bracket that is closed too early must not come to mean something together with ours.
    compileExpression(pattern);
    const { test: matches } = compileExpression(`^(?s:${pattern})$`);
    return matches;
  });
}

/** What the script's compilers refuse, for those who know the pointer. */
function suitable<T>(compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (error instanceof Unusable) throw new Unsuitable(`${error.message}. ${error.remedy}`);
    throw error;
  }
}

const PLACEHOLDER = /[$#]\{json-unit\./;

function jsonEquality(pattern: ContentPattern, name: string): ContentTest {
  const expected = typeof pattern.equalToJson === 'string' ? jsonIn(pattern.equalToJson) : pattern.equalToJson;
  if (tooDeep(expected)) throw new Unsuitable('The JSON is nested too deeply.');
  if (PLACEHOLDER.test(JSON.stringify(expected))) {
    throw new Unsuitable('The placeholders of JsonUnit are not supported; use ignoreExtraElements, or matchesJsonPath.');
  }
  const options = { ignoreArrayOrder: pattern.ignoreArrayOrder === true, ignoreExtraElements: pattern.ignoreExtraElements === true };
  const same = compileJsonEquality(expected, options);
  const words = [
    options.ignoreExtraElements ? 'at least' : 'just',
    show(expected, name),
    ...(options.ignoreArrayOrder ? ['in any order'] : []),
  ];
  return test(words.join(' '), (content) => {
    const actual = content.json();
    return actual !== undefined && same(actual);
  });
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Unsuitable('The text is no JSON; give the JSON value itself, or JSON in a text.');
  }
}

/** Jayway's answer to a path that can only lead to one place is the value there, to any other path a list. */
function jsonPath(pattern: string | JsonPathPattern, name: string): ContentTest {
  const path = typeof pattern === 'string' ? pattern : pattern.expression;
  const walk = suitable(() => compilePath(path));
  const isDefinite = !/[*?:,]|\.\./.test(path.replaceAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, ''));
  const find = (content: Content): readonly unknown[] | undefined => {
    const json = content.json();
    return json === undefined ? undefined : walk(json);
  };
  if (typeof pattern === 'string') {
    return test(`with something at ${show(path)}`, (content) => {
      const found = find(content) ?? [];
      return isDefinite ? isSomething(found[0]) : found.length > 0;
    });
  }
  const inner = compileContent(pattern, isCredential(name) ? name : credentialIn(path));
  const wantsJson = pattern.equalToJson !== undefined;
  const wantsAbsence = pattern.absent !== undefined;
  return test(`with ${inner.says} at ${show(path)}`, (content) => {
    const found = find(content);
    if (found === undefined) return false;
    const values = valuesOf(isDefinite ? found[0] : found, wantsJson);
    if (values.length === 0) return wantsAbsence;
    return values.some((value) => inner.matches(value));
  });
}

function isSomething(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return isObject(value) ? Object.keys(value).length > 0 : value !== undefined && value !== null;
}

/** What a matcher sees of what a path leads to: a list by its items, an object as JSON. */
function valuesOf(found: unknown, whole: boolean): Content[] {
  if (found === undefined || found === null) return [];
  if (whole) return [{ text: undefined, isAbsent: false, json: () => found }];
  // A path can lead to the same value many times over.
  const values = Array.isArray(found) ? [...new Set(found as readonly unknown[])] : [found];
  return values.map((value) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    spendWork(text.length >> 2);
    return { text, isAbsent: false, json: () => (typeof value === 'string' ? parse(value) : value) };
  });
}

/** A compiled pattern of what can be given several times. */
export interface ValuesTest {
  matches(values: readonly string[]): boolean;
  readonly says: string;
}

/**
 * Compiles what WireMock says of a header or parameter: one of its values matches, or, with `includes` and `hasExactly`,
 * several do.
 *
 * @throws {Unsuitable}
 */
export function compileValues(pattern: MultiValuePattern, name: string): ValuesTest {
  const exactly = 'hasExactly' in pattern;
  if (!exactly && !('includes' in pattern)) {
    const { matches, says } = compileContent(pattern, name);
    return { says, matches: (values) => (values.length === 0 ? [undefined] : values).some((value) => matches(contentOf(value))) };
  }
  const parts = (exactly ? pattern.hasExactly : pattern.includes).map((part) => compileContent(part, name));
  const says = parts.map((part) => part.says).join(' and ');
  return {
    says: exactly ? `just ${says}` : `at least ${says}`,
    matches: (values) => {
      if (values.length === 0 || (exactly && values.length !== parts.length)) return false;
      return parts.every((part) => values.some((value) => part.matches(contentOf(value))));
    },
  };
}
