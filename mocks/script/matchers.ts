import { Unusable } from './errors.js';
import { sameJson } from './json.js';
import { compileExpression } from './regex.js';
import { show } from './show.js';
import type { ValueMatcher } from './types.js';

/** A compiled matcher of the values that one place of a request has: none, one, or several. */
export interface Matcher {
  holds(values: readonly unknown[]): boolean;
  /** In words, for a sentence that begins with the name of the place. */
  readonly says: string;
  /** The text that one of the values must be; an index can find the matcher by it. */
  readonly key: string | undefined;
  /** Whether it can hold where there is no value. */
  readonly holdsWithout: boolean;
}

interface Part {
  readonly says: string;
  test(value: unknown): boolean;
}

/**
 * Compiles a matcher. One of the values has to satisfy everything that is said of a value, so that a parameter that is
 * given twice matches by either; `not` and `absent` speak of all of them. Numbers, `true` and `false` are read as the text that
 * they have in JSON, except by `equals` with a value that is no text.
 *
 * @example
 * compileMatcher({ contains: 'ios', not: { contains: 'beta' } }).holds(['ios 17']); // true
 *
 * @param name Of what holds the values, so that credentials are not shown.
 * @throws {Unusable} for one that can never hold
 */
export function compileMatcher(matcher: ValueMatcher, name = ''): Matcher {
  const given: Written = typeof matcher === 'string' ? { equals: matcher } : matcher;
  const parts = partsOf(given, name);
  const not = given.not === undefined ? undefined : compileMatcher(given.not, name);
  const present = parts.length > 0 || given.absent === false;
  refuseContradiction(given, parts, name);
  const says = [
    ...(given.absent === undefined ? [] : [given.absent ? 'absent' : 'present']),
    ...parts.map((part) => part.says),
    ...(not === undefined ? [] : [`not ${not.says}`]),
  ];
  return {
    says: says.length === 0 ? 'anything' : says.join(' and '),
    key: given.ignoreCase !== true && 'equals' in given ? keyOf(given.equals) : undefined,
    holdsWithout: !present && (not === undefined || !not.holds([])),
    holds: (values) => {
      if (present ? values.length === 0 : given.absent === true && values.length > 0) return false;
      if (parts.length > 0 && !values.some((value) => parts.every((part) => part.test(value)))) return false;
      return not === undefined || !not.holds(values);
    },
  };
}

/** Every member that a matcher can have. */
interface Written {
  readonly equals?: unknown;
  readonly contains?: string;
  readonly matches?: string;
  readonly absent?: boolean;
  readonly ignoreCase?: boolean;
  readonly not?: ValueMatcher;
}

function partsOf({ equals, contains, matches, ignoreCase = false, ...rest }: Written, name: string): Part[] {
  const parts: Part[] = [];
  const fold = ignoreCase ? (text: string): string => text.toLowerCase() : (text: string): string => text;
  const add = (says: string, test: (text: string) => boolean): void => {
    parts.push({
      says: ignoreCase ? `${says} in any case` : says,
      test: (value) => {
        const text = textOf(value);
        return text !== undefined && test(text);
      },
    });
  };
  if (typeof equals === 'string') {
    const wanted = fold(equals);
    add(show(equals, name), (text) => fold(text) === wanted);
  } else if (equals !== undefined) {
    parts.push({ says: show(equals, name), test: (value) => sameJson(equals, value) });
  }
  if (contains !== undefined) {
    const wanted = fold(contains);
    add(`containing ${show(contains, name)}`, (text) => fold(text).includes(wanted));
  }
  if (matches !== undefined) add(`matching ${show(matches, name)}`, compileExpression(matches, ignoreCase).test);
  if (ignoreCase && parts.length === 0 && rest.not === undefined) {
    throw new Unusable('ignoreCase has nothing to say it of', 'Say equals, contains or matches beside it.');
  }
  return parts;
}

function refuseContradiction({ equals, absent, not }: Written, parts: readonly Part[], name: string): void {
  if (absent === true && (parts.length > 0 || not !== undefined)) {
    throw new Unusable('what is absent has no value that could match', 'Leave out absent, or everything else.');
  }
  const refusing = equals === undefined ? undefined : parts.find((part) => !part.test(equals));
  if (refusing !== undefined) throw new Unusable(`${show(equals, name)} is never ${refusing.says}`, 'Leave out one of the two.');
}

/** What a text matcher sees of a value. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** By what an index finds a value; two values that are equal have the same. */
export function keyOf(value: unknown): string | undefined {
  return value === null ? 'null' : textOf(value);
}
