import { fromFragment, get, join } from './pointer.js';

/** A schema, or another object of the document, and its place. */
export interface Found {
  readonly value: Readonly<Record<string, unknown>>;
  readonly pointer: string;
}

/** References and parts of schemas may lead round in circles; nothing sensible is nested as deeply as this. */
const MAX_DEPTH = 32;

/**
 * Follows a chain of local references to the value that is meant, with its pointer; a chain that never ends has no value.
 *
 * @example
 * follow(document, '/paths/~1works/post/responses/404'); // { value: {...}, pointer: '/components/responses/NotFound' }
 */
export function follow(document: unknown, pointer: string): { readonly value: unknown; readonly pointer: string } {
  let current = pointer;
  for (let hops = 0; hops < MAX_DEPTH; hops++) {
    const value = get(document, current);
    const ref = (value as { $ref?: unknown } | null | undefined)?.$ref;
    const next = typeof ref === 'string' ? fromFragment(ref) : undefined;
    if (next === undefined) return { value, pointer: current };
    current = next;
  }
  return { value: undefined, pointer: current };
}

/**
 * The alternatives that an error answer's schema offers, in their order, which is the order of refusal: the pointers of the
 * members of `oneOf` and `anyOf`, through references, or the schema's own where it has none.
 *
 * @example
 * alternatives(document, '/components/responses/Forbidden/content/application~1json/schema');
 * // ['/components/responses/Forbidden/content/application~1json/schema/oneOf/0', ...]
 */
export function alternatives(document: unknown, pointer: string): string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  const visit = (at: string): void => {
    const { value, pointer: end } = follow(document, at);
    const parts = ['oneOf', 'anyOf'].find((keyword) => Array.isArray((value as Record<string, unknown> | null | undefined)?.[keyword]));
    if (parts === undefined) found.push(at);
    else if (!seen.has(end)) {
      seen.add(end);
      (get(value, `/${parts}`) as unknown[]).forEach((_, index) => visit(join(end, parts, index)));
    }
  };
  visit(pointer);
  return found;
}

/**
 * The schemas that describe a member of the value that a schema describes, through references and `allOf`, or through other
 * keywords that hold lists of schemas of the same value.
 *
 * @example
 * memberSchemas(document, '/components/schemas/api_key.revoked', ['error', 'code']);
 * // [{ value: { type: 'string' }, pointer: ... }, { value: { const: 'api_key.revoked' }, pointer: ... }]
 */
export function memberSchemas(
  document: unknown,
  pointer: string,
  members: readonly string[],
  through: readonly string[] = ['allOf'],
): Found[] {
  const found: Found[] = [];
  const seen = new Set<string>();
  const visit = (at: string, index: number): void => {
    const value = get(document, at);
    const step = `${index} ${at}`;
    if (typeof value !== 'object' || value === null || seen.has(step)) return;
    seen.add(step);
    const schema = value as Record<string, unknown>;
    const ref = typeof schema['$ref'] === 'string' ? fromFragment(schema['$ref']) : undefined;
    if (ref !== undefined) visit(ref, index);
    for (const keyword of through) {
      const parts = schema[keyword];
      if (Array.isArray(parts)) parts.forEach((_, part) => visit(join(at, keyword, part), index));
    }
    const member = members[index];
    if (member === undefined) found.push({ value: schema, pointer: at });
    else visit(join(at, 'properties', member), index + 1);
  };
  visit(pointer, 0);
  return found;
}

/**
 * The codes that a schema of an error body allows, given where in the body the code sits.
 *
 * @example
 * codesAt(document, '/components/schemas/api_key.revoked', ['error', 'code']); // ['api_key.revoked']
 */
export function codesAt(document: unknown, pointer: string, codeMembers: readonly string[]): string[] {
  const codes = memberSchemas(document, pointer, codeMembers).flatMap(({ value }): unknown[] =>
    'const' in value ? [value['const']] : Array.isArray(value['enum']) ? value['enum'] : [],
  );
  return [...new Set(codes.filter((code) => typeof code === 'string'))];
}

/**
 * Reads the members of described values whose schemas say `x-secret`, as JSON pointers into the value; lists are not entered.
 * Each schema is walked once, however many answers share it.
 *
 * @example
 * secretReader(document)('/components/schemas/CreatedApiKey'); // ['/token', '/webhook_secret_base64']
 */
export function secretReader(document: unknown): (pointer: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  return function read(at: string): readonly string[] {
    const { value, pointer } = follow(document, at);
    const before = known.get(pointer);
    if (before !== undefined || typeof value !== 'object' || value === null) return before ?? NONE;
    // A schema inside of itself has no further secrets than those found on the way in.
    known.set(pointer, NONE);
    const schema = value as Readonly<Record<string, unknown>>;
    const parts = ['allOf', 'oneOf', 'anyOf'].flatMap((keyword) => {
      const list = schema[keyword];
      return Array.isArray(list) ? list.flatMap((_, index) => read(join(pointer, keyword, index))) : [];
    });
    const members = Object.keys(Object(schema['properties']) as object).flatMap((name) =>
      read(join(pointer, 'properties', name)).map((member) => join('', name) + member),
    );
    const secrets = Object.freeze([...new Set([...(schema['x-secret'] === true ? [''] : []), ...parts, ...members])]);
    known.set(pointer, secrets);
    return secrets;
  };
}

const NONE: readonly string[] = Object.freeze([]);
