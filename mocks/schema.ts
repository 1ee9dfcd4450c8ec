import { jsonPointer, type Contract, type Failure } from '../spec/index.js';

/** A JSON Schema as it stands in the document. */
export type Schema = boolean | SchemaNode;
export interface SchemaNode {
  readonly [keyword: string]: unknown;
}

/** Which of the alternatives of `oneOf` or `anyOf` to follow. */
export type PickBranch = (branches: readonly Schema[]) => Schema | undefined;

/**
 * The plain parts that a value must all satisfy: references followed, `allOf` laid open, and of `oneOf` and `anyOf`
 * the picked alternative. The parts' own `$ref`, `allOf` and alternatives have been dealt with.
 *
 * @returns `undefined` when nothing can satisfy them (`false`, or a reference that leads nowhere).
 */
export function partsOf(document: unknown, schemas: readonly Schema[], pick: PickBranch): readonly SchemaNode[] | undefined {
  const parts = new Set<SchemaNode>();
  const visit = (schema: unknown): boolean => {
    if (schema === true || schema === undefined) return true;
    if (typeof schema !== 'object' || schema === null) return false;
    const node = schema as SchemaNode;
    if (parts.has(node)) return true;
    parts.add(node);
    const target = typeof node['$ref'] === 'string' ? resolve(document, node['$ref']) : true;
    if (!visit(target ?? false)) return false;
    if (Array.isArray(node['allOf']) && !node['allOf'].every(visit)) return false;
    for (const keyword of ['oneOf', 'anyOf']) {
      const branches = node[keyword];
      if (Array.isArray(branches) && !visit(pick(branches as Schema[]) ?? false)) return false;
    }
    return true;
  };
  return schemas.every(visit) ? [...parts] : undefined;
}

/** The schema that a local reference points at. */
export function resolve(document: unknown, ref: string): Schema | undefined {
  const pointer = jsonPointer.fromFragment(ref);
  return pointer === undefined ? undefined : (jsonPointer.get(document, pointer) as Schema | undefined);
}

/** The schemas of a member, from all parts that name it. */
export function memberOf(parts: readonly SchemaNode[], name: string): readonly Schema[] {
  return parts.flatMap((part) => {
    const properties = part['properties'];
    const member = isNode(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
    return typeof member === 'boolean' || isNode(member) ? [member] : [];
  });
}

/** The names of all members that are declared. */
export function memberNames(parts: readonly SchemaNode[]): string[] {
  return [...new Set(parts.flatMap(({ properties }) => (isNode(properties) ? Object.keys(properties) : [])))];
}

/**
 * The members that a contract declares for the details of a failure, with the types of each.
 *
 * @example
 * detailsMembers(contract, failure).get('size_bytes'); // ['integer']
 */
export function detailsMembers(contract: Contract, failure: Failure): ReadonlyMap<string, readonly string[]> {
  const first: PickBranch = (branches) => branches[0];
  let parts = partsOf(contract.document, [failure.schema as Schema], first) ?? [];
  for (const member of jsonPointer.split(contract.envelope.details)) {
    parts = partsOf(contract.document, memberOf(parts, member), first) ?? [];
  }
  return new Map(
    memberNames(parts).map((name) => [name, (partsOf(contract.document, memberOf(parts, name), first) ?? []).flatMap(typesOf)]),
  );
}

/** The types that one part allows; empty when it does not say. */
export function typesOf({ type }: SchemaNode): readonly string[] {
  return typeof type === 'string' ? [type] : Array.isArray(type) ? type.filter((name) => typeof name === 'string') : [];
}

function bounds(parts: readonly SchemaNode[], keyword: string): number[] {
  return parts.flatMap((part) => (typeof part[keyword] === 'number' ? [part[keyword]] : []));
}

/** The strictest of lower bounds. */
export function greatest(parts: readonly SchemaNode[], keyword: string): number | undefined {
  const found = bounds(parts, keyword);
  return found.length === 0 ? undefined : Math.max(...found);
}

/** The strictest of upper bounds. */
export function least(parts: readonly SchemaNode[], keyword: string): number | undefined {
  const found = bounds(parts, keyword);
  return found.length === 0 ? undefined : Math.min(...found);
}

export function isNode(value: unknown): value is SchemaNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
