import { jsonPointer, type Contract } from '../../../spec/index.js';
import type { Draft } from '../draft.js';
import { literal, partAt, toNode, withMember, withPart, write, type Node, type Path } from '../node.js';
import { repeated } from '../placeholders.js';
import { isNode, memberOf, membersOf, partsOf, sampleOf, saidOf, type SchemaNode } from '../schema.js';
import type { Mutation } from './mutation.js';
import { textValue, valuesFor, type Value } from './values.js';

/** Deeper parts of recursive schemas are like those above them. */
const DEEPEST = 6;

/** A part of the body that the schema says something of, whether it is there or not. */
interface Place {
  readonly path: Path;
  readonly parts: readonly SchemaNode[];
  readonly now: Node | undefined;
  readonly required: boolean;
}

/**
 * Everything that can be done to a body that its operation takes: each constraint of each part violated, and what no schema speaks of.
 *
 * @param ids Members that name something which exists: no other value may be accepted.
 */
export function bodyMutations(contract: Contract, draft: Draft, ids: ReadonlySet<string>): readonly Mutation[] {
  const schema = draft.operation.body?.json?.schema;
  if (schema === undefined || draft.body === undefined) return [];
  const places: Place[] = [];
  collect(contract, { path: [], parts: partsOf(contract.document, schema), now: draft.body, required: false }, places);
  return places.flatMap((place) => [
    ...valueMutations(place, ids),
    ...(place.path.length === 0 ? [] : presence(contract, place)),
    ...(place.now?.kind === 'object' ? memberMutations(place, place.now) : []),
  ]);
}

function collect(contract: Contract, place: Place, places: Place[]): void {
  places.push(place);
  if (place.path.length >= DEEPEST) return;
  if (place.now?.kind === 'object') {
    const { now } = place;
    for (const [name, required] of membersOf(place.parts)) {
      const parts = partsOf(contract.document, ...memberOf(place.parts, name));
      collect(contract, { path: [...place.path, name], parts, now: partAt(now, [name]), required }, places);
    }
  }
  if (place.now?.kind === 'array' && place.now.items.length > 0) {
    const parts = partsOf(contract.document, ...saidOf(place.parts, 'items').filter(isNode));
    collect(contract, { path: [...place.path, 0], parts, now: place.now.items[0], required: false }, places);
  }
}

/** The name of a part in words. */
const nameOf = (path: Path): string => (path.length === 0 ? 'the body' : jsonPointer.join('', ...path));
const placeOf = (path: Path): string => (path.length === 0 ? 'body' : `body ${jsonPointer.join('', ...path)}`);

function valueMutations({ path, parts, now }: Place, ids: ReadonlySet<string>): readonly Mutation[] {
  const isId = ids.has(String(path.at(-1)));
  const mutation = (value: Value): Mutation => {
    const { family, says, node, violates, breaksFormat, smaller } = value;
    return {
      place: placeOf(path),
      family,
      says: `${nameOf(path)} ${says}`,
      ...(isId ? { expects: 'refused' as const, cause: `${placeOf(path)} names nothing` } : {}),
      ...(violates === undefined ? {} : { violates }),
      ...(breaksFormat === undefined ? {} : { breaksFormat }),
      apply: (draft) => (draft.body === undefined ? draft : { ...draft, body: withPart(draft.body, path, () => node) }),
      ...(smaller === undefined ? {} : { smaller: () => smaller().map(mutation) }),
    };
  };
  return valuesFor(parts, now).map(mutation);
}

/** Members that are left out, and those that may be there and are not. */
function presence(contract: Contract, { path, parts, now, required }: Place): readonly Mutation[] {
  const said = { place: placeOf(path) };
  const change = (draft: Draft, part: Node | undefined): Draft =>
    draft.body === undefined ? draft : { ...draft, body: withPart(draft.body, path, () => part) };
  if (now === undefined) {
    const node = toNode(sampleOf(contract.document, { allOf: parts }));
    return [{ ...said, family: 'optional', says: `${nameOf(path)} ${write(node)}`, apply: (draft) => change(draft, node) }];
  }
  if (typeof path.at(-1) === 'number') return [];
  return [
    {
      ...said,
      family: 'missing',
      says: `${nameOf(path)} left out`,
      ...(required ? { violates: 'required' } : {}),
      apply: (draft) => change(draft, undefined),
    },
  ];
}

function nullAt(path: Path): Mutation {
  return {
    place: placeOf(path),
    family: 'null',
    says: `${nameOf(path)} null`,
    apply: (draft) => (draft.body === undefined ? draft : { ...draft, body: withPart(draft.body, path, () => toNode(null)) }),
  };
}

/** Members that no schema names, and members that come twice: they need only a declared answer. */
function memberMutations({ path }: Place, now: Extract<Node, { kind: 'object' }>): readonly Mutation[] {
  const extra = (family: string, says: string, name: string, node: Node): Mutation => ({
    place: path.length === 0 ? 'body members' : `${placeOf(path)} members`,
    family,
    says: `${says}${path.length === 0 ? '' : ` in ${nameOf(path)}`}`,
    apply: (draft) =>
      draft.body === undefined
        ? draft
        : { ...draft, body: withPart(draft.body, path, (part) => (part === undefined ? part : withMember(part, name, node))) },
  });
  const text = (family: string, says: string, unit: string, times: number): Mutation =>
    extra(family, says, 'failpath_extra', textValue({ family, says, text: repeated(unit, times) }).node);
  return [
    extra('extra', 'an unknown member', 'failpath_extra', toNode('x')),
    extra('extra', 'an unknown member that is null', 'failpath_extra', toNode(null)),
    extra('extra', 'a member without a name', '', toNode(1)),
    extra('extra', 'a member whose name has a NUL', 'a\u0000b', toNode(1)),
    extra('extra', 'a member whose name has a dot and brackets', 'a.b[0]', toNode(1)),
    extra('deep', 'an unknown member 5000 arrays deep', 'failpath_extra', literal('${repeat 5000 [}${repeat 5000 ]}')),
    text('long', 'an unknown member of 200000 characters', 'x', 200_000),
    extra('number', 'an unknown member 1e400', 'failpath_extra', literal('1e400')),
    extra('prototype', 'a member __proto__', '__proto__', toNode({ isAdmin: true, length: 1 })),
    extra('prototype', 'a member __proto__ that is null', '__proto__', toNode(null)),
    extra('prototype', 'a member constructor', 'constructor', toNode({ prototype: { isAdmin: true } })),
    extra('prototype', 'a member toString', 'toString', toNode('x')),
    extra('prototype', 'a member hasOwnProperty', 'hasOwnProperty', toNode(1)),
    extra('prototype', 'a member toJSON', 'toJSON', toNode('x')),
    extra('prototype', 'a member then', 'then', toNode('x')),
    ...now.members.slice(0, 8).flatMap(([name, value]) => [
      extra('duplicate', `${JSON.stringify(name)} twice`, name, value),
      {
        ...extra('duplicate', `${JSON.stringify(name)} twice, null at last`, name, toNode(null)),
        smaller: () => [nullAt([...path, name])],
      },
    ]),
  ];
}
