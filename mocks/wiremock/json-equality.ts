import { isObject, sameJson } from '../script/json.js';
import { spendWork, VALUE_WORK } from '../script/work.js';

/** How strictly two JSON values are held against each other. */
export interface JsonOptions {
  readonly ignoreArrayOrder: boolean;
  readonly ignoreExtraElements: boolean;
}

/** Deeper values are never the same: whatever walks them must not run out of stack. */
const MAX_DEPTH = 200;
/** Pairs of values that one comparison looks at; lists in any order can ask for more than a server has time for. */
const MAX_PAIRS = 200_000;

class TooMuch extends Error {}

/**
 * Compiles `equalToJson`. Extra elements are members of objects and the ends of lists, or, in any order, items anywhere
 * (JsonUnit, which WireMock compares with).
 *
 * @example
 * compileJsonEquality([2, 1], { ignoreArrayOrder: true, ignoreExtraElements: false })([1, 2]); // true
 */
export function compileJsonEquality(expected: unknown, options: JsonOptions): (actual: unknown) => boolean {
  const { ignoreArrayOrder, ignoreExtraElements } = options;
  if (!ignoreArrayOrder && !ignoreExtraElements) return (actual) => sameJson(expected, actual);
  if (!ignoreExtraElements) {
    const wanted = bounded(() => canonical(expected, 0));
    return (actual) => wanted !== undefined && bounded(() => canonical(actual, 0)) === wanted;
  }
  return (actual) => bounded(() => holds(expected, actual, ignoreArrayOrder, { pairs: MAX_PAIRS }, 0)) === true;
}

function bounded<T>(compare: () => T): T | undefined {
  try {
    return compare();
  } catch (error) {
    if (error instanceof TooMuch) return undefined;
    throw error;
  }
}

/** A text that two values share just when they are the same, whatever the order in their objects and lists. */
function canonical(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) throw new TooMuch();
  spendWork(VALUE_WORK);
  if (Array.isArray(value))
    return `[${value
      .map((item) => canonical(item, depth + 1))
      .sort()
      .join(',')}]`;
  if (!isObject(value)) return written(value);
  const members = Object.keys(value).map((name) => `${written(name)}:${canonical(value[name], depth + 1)}`);
  return `{${members.sort().join(',')}}`;
}

function written(value: unknown): string {
  if (typeof value === 'string') spendWork(value.length >> 2);
  return JSON.stringify(value) ?? 'undefined';
}

interface Budget {
  pairs: number;
}

/** Whether a value holds what is expected, extra elements aside. */
function holds(expected: unknown, actual: unknown, anyOrder: boolean, budget: Budget, depth: number): boolean {
  if (depth > MAX_DEPTH || --budget.pairs < 0) throw new TooMuch();
  spendWork(VALUE_WORK);
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length < expected.length) return false;
    const fits = (left: unknown, right: unknown): boolean => holds(left, right, anyOrder, budget, depth + 1);
    return anyOrder ? assignable(expected, actual, fits) : expected.every((item, index) => fits(item, actual[index]));
  }
  if (!isObject(expected)) return expected === actual;
  if (!isObject(actual)) return false;
  return Object.keys(expected).every(
    (name) => Object.hasOwn(actual, name) && holds(expected[name], actual[name], anyOrder, budget, depth + 1),
  );
}

/** Whether every expected item has an actual one of its own (Kuhn's matching): the first that fits may be needed by another. */
function assignable(expected: readonly unknown[], actual: readonly unknown[], fits: (left: unknown, right: unknown) => boolean): boolean {
  const takenBy = new Map<number, number>();
  const candidates = expected.map((item) => actual.flatMap((one, index) => (fits(item, one) ? [index] : [])));
  const place = (item: number, tried: Set<number>, depth: number): boolean => {
    if (depth > MAX_DEPTH) throw new TooMuch();
    for (const index of candidates[item] ?? []) {
      spendWork(VALUE_WORK);
      if (tried.has(index)) continue;
      tried.add(index);
      const holder = takenBy.get(index);
      if (holder !== undefined && !place(holder, tried, depth + 1)) continue;
      takenBy.set(index, item);
      return true;
    }
    return false;
  };
  return expected.every((_, item) => place(item, new Set(), 0));
}

/** Whether a value nests deeper than {@link MAX_DEPTH}. */
export function isTooDeep(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}
