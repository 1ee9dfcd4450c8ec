import { isNode, memberNames, memberOf, partsOf, typesOf, type PickBranch, type Schema, type SchemaNode } from './schema.js';

const first: PickBranch = (branches) => branches[0];

/** A value of each type of JSON. */
const VALUES: readonly (readonly [types: readonly string[], value: unknown])[] = [
  [['string'], 'string'],
  [['integer', 'number'], 0],
  [['boolean'], true],
  [['object'], {}],
  [['array'], []],
];

/**
 * Members that set an object apart from the alternatives of `oneOf` that it does not follow: of each, one that it names and the object does
 * not, with a value of a type that it refuses. So alternatives that take every object of each other, since all of their members are optional
 * and they allow others, have one that only one of them takes.
 *
 * @example
 * // oneOf: { properties: { a: string } }, { properties: { b: string } }; the first is followed
 * membersApart(document, parts); // [['b', 0]]
 *
 * @param parts What the object follows, the node with `oneOf` and the picked alternative among them.
 * @returns Nothing where the object may have no other members, or the alternatives name no others.
 */
export function membersApart(document: unknown, parts: readonly SchemaNode[]): readonly (readonly [name: string, value: unknown])[] {
  if (
    parts.some(
      ({ additionalProperties = true, unevaluatedProperties = true }) => additionalProperties !== true || unevaluatedProperties !== true,
    )
  )
    return [];
  const own = new Set(memberNames(parts));
  const others = parts.flatMap(({ oneOf }) =>
    Array.isArray(oneOf) ? (oneOf as Schema[]).filter((branch) => !isPicked(parts, branch)) : [],
  );
  return others.flatMap((other) => {
    const named = partsOf(document, [other], first) ?? [];
    for (const name of memberNames(named)) {
      const value = own.has(name) ? undefined : refusedBy(document, memberOf(named, name));
      if (value !== undefined) return [[name, value] as const];
    }
    return [];
  });
}

function isPicked(parts: readonly SchemaNode[], branch: Schema): boolean {
  return isNode(branch) && parts.includes(branch);
}

/** A value whose type a member's schemas refuse; `undefined` where they take any. */
function refusedBy(document: unknown, schemas: readonly Schema[]): unknown {
  const types = (partsOf(document, schemas, first) ?? []).flatMap(typesOf);
  return types.length === 0 ? undefined : VALUES.find(([of]) => !of.some((type) => types.includes(type)))?.[1];
}
