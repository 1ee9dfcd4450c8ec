/** How deeply a value of a rule may be nested: what compares it goes as deep. */
export const MAX_DEPTH = 64;

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Whether two JSON values are the same, key order aside. Walks without recursion, since requests nest as deeply as they like.
 *
 * @example
 * sameJson({ a: 1, b: [2] }, { b: [2], a: 1 }); // true
 *
 * @param spend Called with the left one of each pair of values that is looked at; it may throw to end the walk.
 */
export function sameJson(left: unknown, right: unknown, spend?: (value: unknown) => void): boolean {
  const pairs: unknown[] = [left, right];
  while (pairs.length > 0) {
    const b = pairs.pop();
    const a = pairs.pop();
    spend?.(a);
    if (a === b) continue;
    if (Array.isArray(a) && Array.isArray(b)) {
      if (a.length !== b.length) return false;
      for (let index = 0; index < a.length; index++) pairs.push(a[index], b[index]);
    } else if (isObject(a) && isObject(b)) {
      const names = Object.keys(a);
      if (names.length !== Object.keys(b).length) return false;
      for (const name of names) {
        if (!Object.hasOwn(b, name)) return false;
        pairs.push(a[name], b[name]);
      }
    } else {
      return false;
    }
  }
  return true;
}

/**
 * Whether a JSON value holds at least what is expected: objects by their members, lists by items that come in this order,
 * others in between.
 *
 * @example
 * holdsJson({ creators: [{ ipi: '2' }] }, { title: 'x', creators: [{ ipi: '1' }, { ipi: '2' }] }); // true
 *
 * @param expected Nested no deeper than {@link MAX_DEPTH}.
 */
export function holdsJson(expected: unknown, actual: unknown): boolean {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return false;
    let found = 0;
    // To take the first item that fits leaves the most for those that follow.
    for (let at = 0; at < actual.length && found < expected.length; at++) if (holdsJson(expected[found], actual[at])) found++;
    return found === expected.length;
  }
  if (isObject(expected)) {
    if (!isObject(actual)) return false;
    return Object.keys(expected).every((name) => Object.hasOwn(actual, name) && holdsJson(expected[name], actual[name]));
  }
  return expected === actual;
}

/** A part of an expected value that is not an object with members, and where it belongs. */
export interface Leaf {
  readonly members: readonly string[];
  readonly value: unknown;
}

/** An expected value by its leaves; only members of objects lead to them. */
export function leavesOf(value: unknown, members: readonly string[] = []): Leaf[] {
  if (!isObject(value)) return [{ members, value }];
  const names = Object.keys(value);
  return names.length === 0 ? [{ members, value }] : names.flatMap((name) => leavesOf(value[name], [...members, name]));
}

/** The value that members of objects lead to; `undefined` where there is none. */
export function memberAt(value: unknown, members: readonly string[]): unknown {
  let current = value;
  for (const member of members) {
    if (!isObject(current) || !Object.hasOwn(current, member)) return undefined;
    current = current[member];
  }
  return current;
}

const INDEX = /^(?:0|[1-9]\d{0,9})$/;

/** The value at a JSON pointer that is split already, items of lists included (RFC 6901, section 4). */
export function valueAt(value: unknown, members: readonly string[]): unknown {
  let current = value;
  for (const member of members) {
    if (Array.isArray(current)) {
      if (!INDEX.test(member)) return undefined;
      current = current[Number(member)];
    } else if (isObject(current) && Object.hasOwn(current, member)) {
      current = current[member];
    } else {
      return undefined;
    }
  }
  return current;
}

/** Whether a value nests deeper than {@link MAX_DEPTH}; a value that holds itself does. */
export function tooDeep(value: unknown): boolean {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= MAX_DEPTH) return true;
    for (const member of Object.values(value)) open.push({ value: member, depth: depth + 1 });
  }
  return false;
}
