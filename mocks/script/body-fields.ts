import { jsonPointer } from '../../spec/index.js';
import { redactText } from '../redact.js';
import { Unusable } from './errors.js';
import { matcherField, NONE, WEIGHT, type Field, type Key, type Values } from './field.js';
import { holdsJson, isObject, leavesOf, memberAt, sameJson, valueAt } from './json.js';
import { compilePath } from './json-path.js';
import { compileMatcher, keyOf, type Matcher } from './matchers.js';
import { compileExpression } from './regex.js';
import { credentialIn, show } from './show.js';
import type { BodyMatcher, ScriptRequest } from './types.js';

/** Makes fields, and reports at a pointer why that is not possible. */
export type Attempt = (pointer: string, make: () => Field | readonly Field[]) => void;

/** Compiles what a rule asks of a body. */
export function compileBody({ equals, contains, at = {}, matches, absent }: BodyMatcher, attempt: Attempt): void {
  const others = [equals, contains, matches].some((one) => one !== undefined) || Object.keys(at).length > 0;
  if (absent !== undefined) {
    attempt('/match/body/absent', () => {
      if (absent && others)
        throw new Unusable('a body that is absent holds nothing that could match', 'Leave out absent, or everything else.');
      return presence(absent);
    });
  }
  if (equals !== undefined) attempt('/match/body/equals', () => [...keysOf(equals), wholeBody(equals)]);
  if (contains !== undefined) attempt('/match/body/contains', () => leavesOf(contains).map(leafField));
  for (const [place, matcher] of Object.entries(at)) {
    attempt(jsonPointer.join('/match/body/at', place), () =>
      placeField(place, compileMatcher(matcher, credentialIn(place)), credentialIn(place)),
    );
  }
  if (matches !== undefined) attempt('/match/body/matches', () => bodyText(matches));
}

const bodyField = (name: string, field: Pick<Field, 'expected' | 'holds' | 'actual'> & Partial<Field>): Field => ({
  name,
  weight: WEIGHT.value,
  key: undefined,
  needsBody: true,
  ...field,
});

function presence(absent: boolean): Field {
  const isAbsent = ({ body, text }: ScriptRequest): boolean => body === undefined && (text === undefined || text === '');
  return bodyField('body', {
    expected: absent ? 'absent' : 'present',
    needsBody: !absent,
    holds: (request) => isAbsent(request) === absent,
    actual: (request) => (isAbsent(request) ? 'absent' : 'present'),
  });
}

/** Members of a whole body, so that the index and the explanation know them one by one. */
function keysOf(equals: unknown): Field[] {
  return isObject(equals)
    ? leavesOf(equals)
        .filter(({ value }) => keyOf(value) !== undefined)
        .map(leafField)
    : [];
}

function wholeBody(equals: unknown): Field {
  return bodyField('body', {
    expected: `just ${show(equals)}`,
    holds: ({ body }) => body !== undefined && sameJson(equals, body),
    actual: ({ body }) => show(body),
  });
}

function leafField({ members, value }: { readonly members: readonly string[]; readonly value: unknown }): Field {
  const name = `body ${jsonPointer.join('', ...members)}`.trimEnd();
  const secret = credentialIn(jsonPointer.join('', ...members));
  const key = keyOf(value);
  return bodyField(name, {
    expected: typeof value === 'object' && value !== null ? `at least ${show(value, secret)}` : show(value, secret),
    holds: ({ body }) => {
      const actual = memberAt(body, members);
      return actual !== undefined && holdsJson(value, actual);
    },
    actual: ({ body }) => show(memberAt(body, members), secret),
    key: key === undefined ? undefined : { dimension: name, value: key, read: ({ body }) => keysIn(valueAt(body, members)) },
  });
}

function keysIn(value: unknown): readonly string[] {
  const key = keyOf(value);
  return key === undefined ? NONE : [key];
}

function placeField(place: string, matcher: Matcher, secret: string): Field {
  const name = `body ${place.startsWith('$') ? redactText(place) : place}`.trimEnd();
  if (place.startsWith('$')) {
    const walk = compilePath(place);
    // What is too large to be looked through matches nothing, not even what says not.
    const field = matcherField(name, WEIGHT.value, matcher, ({ body }) => (body === undefined ? NONE : (walk(body) ?? NONE)), secret);
    return { ...field, holds: ({ body }) => holdsOf(matcher, body === undefined ? NONE : walk(body)) };
  }
  if (place !== '' && !place.startsWith('/')) {
    throw new Unusable(`${JSON.stringify(place)} is neither a JSON pointer nor a JSONPath`, `Write /${place}, or $.${place}.`);
  }
  const members = jsonPointer.split(place);
  const values: Values = ({ body }) => {
    const value = valueAt(body, members);
    return value === undefined ? NONE : [value];
  };
  const key: Key | undefined =
    matcher.key === undefined ? undefined : { dimension: name, value: matcher.key, read: ({ body }) => keysIn(valueAt(body, members)) };
  return matcherField(name, WEIGHT.value, matcher, values, secret, key);
}

function holdsOf(matcher: Matcher, values: readonly unknown[] | undefined): boolean {
  // A path can lead to the same value many times over.
  return values !== undefined && matcher.holds(values.length > 1 ? [...new Set(values)] : values);
}

function bodyText(pattern: string): Field {
  const { test } = compileExpression(pattern);
  const textOf = ({ text, body }: ScriptRequest): string | undefined => text ?? (body === undefined ? undefined : JSON.stringify(body));
  return bodyField('body', {
    expected: `matching ${show(pattern)}`,
    holds: (request) => {
      const text = textOf(request);
      return text !== undefined && test(text);
    },
    actual: (request) => {
      const text = textOf(request);
      return text === undefined ? 'absent' : show(request.body ?? text);
    },
  });
}
