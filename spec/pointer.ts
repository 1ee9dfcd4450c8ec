/** JSON pointers (RFC 6901), the one notation for places inside documents and bodies. */

/**
 * Appends members to a pointer, escaping `~` and `/`.
 *
 * @example
 * join('/paths', '/v1/works', 'get'); // '/paths/~1v1~1works/get'
 */
export function join(pointer: string, ...members: readonly (string | number)[]): string {
  return pointer + members.map((member) => `/${String(member).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/**
 * Splits a pointer into its unescaped members; the root pointer `''` has none.
 *
 * @example
 * split('/error/code'); // ['error', 'code']
 */
export function split(pointer: string): string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((member) => member.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * The value at a pointer, or `undefined` where there is none; own members only.
 *
 * @example
 * get({ error: { code: 'x' } }, '/error/code'); // 'x'
 */
export function get(value: unknown, pointer: string): unknown {
  return getIn(value, split(pointer));
}

/** As {@link get}, over members that are already split: for pointers that are read once per request. */
export function getIn(value: unknown, members: readonly string[]): unknown {
  let current = value;
  for (const member of members) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, member)) return undefined;
    current = (current as Record<string, unknown>)[member];
  }
  return current;
}

/**
 * Sets the value at a pointer, making the objects on the way.
 *
 * @example
 * set({}, '/error/code', 'x'); // { error: { code: 'x' } }
 */
export function set<T extends object>(target: T, pointer: string, value: unknown): T {
  const members = split(pointer);
  const last = members.pop();
  if (last === undefined) throw new TypeError('The root itself cannot be set.');
  let current = target as Record<string, unknown>;
  for (const member of members) {
    const next = current[member];
    if (typeof next === 'object' && next !== null) current = next as Record<string, unknown>;
    else current = current[member] = {};
  }
  current[last] = value;
  return target;
}

/** The pointer inside `#/...`, percent-decoded (RFC 6901, section 6); `undefined` for a reference to elsewhere. */
export function fromFragment(ref: string): string | undefined {
  if (!ref.startsWith('#')) return undefined;
  try {
    return decodeURIComponent(ref.slice(1));
  } catch {
    return undefined;
  }
}
