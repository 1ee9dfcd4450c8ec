import { show } from '../script/show.js';
import { compileContent, compileValues, type ValuesTest } from './content.js';
import type { ContentPattern, MultiValuePattern } from './schema.js';
import type { RequestView } from './view.js';

/** One thing that a pattern asks of a request. */
export interface Check {
  /** Such as `method`, `path`, `header accept`. */
  readonly field: string;
  readonly expected: string;
  matches(view: RequestView): boolean;
  actual(view: RequestView): string;
  /** A text that one of the values must be, so that rules can be found by it; `undefined` where it is not so simple. */
  readonly equals?: { readonly text: string; readonly read: Values } | undefined;
}

/** Of something that every request has. */
export function textCheck(field: string, expected: string, read: (view: RequestView) => string, holds: (text: string) => boolean): Check {
  return { field, expected, matches: (view) => holds(read(view)), actual: (view) => show(read(view)) };
}

type Values = (view: RequestView) => readonly string[];

/**
 * Of something that a request can have once, several times, or not at all.
 *
 * @param secret The name that tells whether the values are credentials.
 * @throws {Unsuitable}
 */
export function valuesCheck(field: string, pattern: MultiValuePattern, read: Values, secret: string): Check {
  const check = namedCheck(field, compileValues(pattern, secret), read, (value) => show(value, secret));
  const text = equalText(pattern);
  return text === undefined ? check : { ...check, matches: (view) => read(view).includes(text), equals: { text, read } };
}

function equalText(pattern: MultiValuePattern): string | undefined {
  const others = Object.entries(pattern).filter(([name, value]) => name !== 'equalTo' && value !== undefined);
  return others.length === 0 && 'equalTo' in pattern ? pattern.equalTo : undefined;
}

function namedCheck(field: string, { matches, says }: ValuesTest, read: Values, shown: (value: string) => string): Check {
  const actual = (view: RequestView): string => read(view).map(shown).join(', ') || 'absent';
  return { field, expected: says, matches: (view) => matches(read(view)), actual };
}

/** @throws {Unsuitable} */
export function bodyCheck(pattern: ContentPattern): Check {
  const { matches, says } = compileContent(pattern);
  const actual = ({ body }: RequestView): string => (body.isAbsent ? 'absent' : show(body.json() ?? body.text));
  return { field: 'body', expected: says, matches: ({ body }) => matches(body), actual };
}

/** Of the credentials that a client sends without being asked (RFC 7617). */
export function basicAuthCheck({ username, password }: { readonly username: string; readonly password: string }): Check {
  const expected = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const test = { says: `those of ${show(username)}`, matches: (values: readonly string[]) => values.includes(expected) };
  return namedCheck(
    'header authorization',
    test,
    (view) => view.header('authorization'),
    () => '"…"',
  );
}
