import { jsonPointer } from '../../spec/index.js';

/** A JSON Schema as it stands in the document. */
export interface SchemaNode {
  readonly [keyword: string]: unknown;
}

/**
 * All that a schema says of one value: references followed, and what `allOf`, `oneOf` and `anyOf` combine laid side by side. It is for
 * finding values worth trying; whether one is valid is for the validator to say.
 */
export function partsOf(document: unknown, ...schemas: readonly unknown[]): readonly SchemaNode[] {
  const parts = new Set<SchemaNode>();
  const visit = (schema: unknown): void => {
    if (!isNode(schema) || parts.has(schema)) return;
    parts.add(schema);
    const ref = schema['$ref'];
    if (typeof ref === 'string' && ref.startsWith('#')) visit(jsonPointer.get(document, jsonPointer.fromFragment(ref) ?? ''));
    for (const keyword of ['allOf', 'oneOf', 'anyOf']) listOf(schema[keyword]).forEach(visit);
  };
  schemas.forEach(visit);
  return [...parts];
}

/** The types that parts allow; empty where they do not say. */
export function typesOf(parts: readonly SchemaNode[]): ReadonlySet<string> {
  return new Set(
    parts.flatMap(({ type }) => (typeof type === 'string' ? [type] : listOf(type).filter((name) => typeof name === 'string'))),
  );
}

/** Everything that a keyword says in these parts. */
export function saidOf(parts: readonly SchemaNode[], keyword: string): readonly unknown[] {
  return parts.flatMap((part) => (part[keyword] === undefined ? [] : [part[keyword]]));
}

export function numbersOf(parts: readonly SchemaNode[], keyword: string): readonly number[] {
  return saidOf(parts, keyword).filter((value) => typeof value === 'number');
}

/** The names of the members that are declared, and whether each is required. */
export function membersOf(parts: readonly SchemaNode[]): ReadonlyMap<string, boolean> {
  const required = new Set(saidOf(parts, 'required').flatMap(listOf));
  return new Map(
    saidOf(parts, 'properties')
      .filter(isNode)
      .flatMap((properties) => Object.keys(properties))
      .map((name) => [name, required.has(name)]),
  );
}

/** The schemas of a member. */
export function memberOf(parts: readonly SchemaNode[], name: string): readonly unknown[] {
  return saidOf(parts, 'properties').flatMap((properties) =>
    isNode(properties) && Object.hasOwn(properties, name) ? [properties[name]] : [],
  );
}

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  time: '00:00:00Z',
  duration: 'P1D',
  email: 'someone@example.org',
  hostname: 'example.org',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.org/',
  url: 'https://example.org/',
  'uri-reference': '/',
  uuid: '00000000-0000-4000-8000-000000000000',
};

const DEEPEST = 12;

/**
 * The plainest value that a schema may accept: what is required and nothing else. It is to be checked, since no keyword but the
 * ordinary ones is looked at.
 *
 * @example
 * sampleOf(document, { type: 'object', required: ['id'], properties: { id: { type: 'integer', minimum: 1 } } }); // { id: 1 }
 */
export function sampleOf(document: unknown, schema: unknown, depth = 0): unknown {
  const parts = partsOf(document, schema);
  const known = ['const', 'enum', 'examples', 'example', 'default'].flatMap((keyword) =>
    saidOf(parts, keyword).flatMap((value) => (keyword === 'enum' || keyword === 'examples' ? listOf(value).slice(0, 1) : [value])),
  );
  if (known.length > 0 || depth > DEEPEST) return known[0] ?? null;
  const types = typesOf(parts);
  const members = membersOf(parts);
  if (types.has('object') || (types.size === 0 && members.size > 0)) {
    const required = [...members].filter(([, isRequired]) => isRequired);
    return Object.fromEntries(required.map(([name]) => [name, sampleOf(document, { allOf: memberOf(parts, name) }, depth + 1)]));
  }
  if (types.has('array')) {
    const item = saidOf(parts, 'items')[0] ?? {};
    return Array.from({ length: Math.max(0, ...numbersOf(parts, 'minItems')) }, () => sampleOf(document, item, depth + 1));
  }
  if (types.has('integer') || types.has('number'))
    return Math.max(0, ...numbersOf(parts, 'minimum'), ...numbersOf(parts, 'exclusiveMinimum').map((least) => least + 1));
  if (types.has('boolean')) return true;
  if (types.has('null') && types.size === 1) return null;
  const format = saidOf(parts, 'format')
    .map((name) => FORMATS[String(name)])
    .find((text) => text !== undefined);
  return (
    format ?? 'text'.padEnd(Math.max(0, ...numbersOf(parts, 'minLength')), 'x').slice(0, Math.min(100, ...numbersOf(parts, 'maxLength')))
  );
}

export function isNode(value: unknown): value is SchemaNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
