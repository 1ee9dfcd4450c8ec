import { jsonPointer } from '../../spec/index.js';

type Schema = Readonly<Record<string, unknown>>;

/** What a contract says of one value, put together from all schemas that describe it. */
export interface Described {
  /** The members that it names, each with the schemas that describe it. */
  readonly members: ReadonlyMap<string, readonly Schema[]>;
  /** What describes the entries of a list. */
  readonly items: readonly Schema[];
  /** Whether its values are a closed set. */
  readonly isClosed: boolean;
  /** Whether nothing is said but that it is some object, or not even that. */
  readonly isOpen: boolean;
}

const LISTS = ['allOf', 'oneOf', 'anyOf'] as const;
const ANNOTATIONS: ReadonlySet<string> = new Set(['title', 'description', 'example', 'examples', 'default', 'deprecated']);

/**
 * What schemas say of a value, through references and the schemas that they are put together from; whether one of several
 * alternatives applies is not asked.
 *
 * @example
 * describe(contract.document, [failure.schema]).members.keys(); // 'error'
 */
export function describe(document: unknown, schemas: readonly unknown[]): Described {
  const all = flatten(document, schemas);
  const members = new Map<string, Schema[]>();
  for (const { properties } of all) {
    for (const [name, schema] of Object.entries(Object(properties) as object)) {
      members.set(name, [...(members.get(name) ?? []), Object(schema) as Schema]);
    }
  }
  return {
    members,
    items: all.flatMap(({ items }) => (typeof items === 'object' && items !== null ? [items as Schema] : [])),
    isClosed: all.some((schema) => 'const' in schema || 'enum' in schema),
    isOpen: all.every((schema) => Object.entries(schema).every(([keyword, value]) => saysNothing(keyword, value))),
  };
}

function saysNothing(keyword: string, value: unknown): boolean {
  return ANNOTATIONS.has(keyword) || keyword.startsWith('x-') || (keyword === 'type' && value === 'object');
}

/** The schemas themselves, without those that only lead on to others. */
function flatten(document: unknown, schemas: readonly unknown[]): Schema[] {
  const found = new Set<Schema>();
  const seen = new Set<unknown>();
  const visit = (schema: unknown): void => {
    if (typeof schema !== 'object' || schema === null || seen.has(schema)) return;
    seen.add(schema);
    const { $ref, ...own } = schema as Schema;
    const target = typeof $ref === 'string' ? jsonPointer.fromFragment($ref) : undefined;
    if (target !== undefined) visit(jsonPointer.get(document, target));
    for (const keyword of LISTS) {
      const parts = own[keyword];
      if (Array.isArray(parts)) parts.forEach(visit);
      delete (own as Record<string, unknown>)[keyword];
    }
    found.add(own);
  };
  schemas.forEach(visit);
  return [...found];
}
