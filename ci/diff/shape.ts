import { jsonPointer, type Contract } from '../../spec/index.js';

/** What a schema means, whatever it is written as: references followed, `allOf` merged, everything that only annotates left out. */
export interface Shape {
  /** Of JSON Schema, `integer` beside `number`; `undefined` for any. */
  readonly types: ReadonlySet<string> | undefined;
  /** The only values there are, as JSON; `undefined` for any. */
  readonly values: readonly string[] | undefined;
  readonly members: ReadonlyMap<string, Shape>;
  readonly required: ReadonlySet<string>;
  /** What members without a name of their own are; `false` when there are none. */
  readonly others: Shape | boolean;
  readonly items: Shape | undefined;
  /** Keywords that bound a value, such as `maxLength`, with what they say. */
  readonly bounds: ReadonlyMap<string, number | string>;
  /** Of which a value is one; empty where there is no choice. */
  readonly branches: readonly Shape[];
  /** Keywords that are compared as they are written. */
  readonly rest: ReadonlyMap<string, string>;
  /** The same text for the same meaning. */
  readonly text: string;
}

type Schema = Readonly<Record<string, unknown>>;
type Parts = { -readonly [Member in Exclude<keyof Shape, 'text'>]: Shape[Member] };

/** Bounds of which the greater one is stricter, and those of which the smaller one is. */
export const LEAST: ReadonlySet<string> = new Set(['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties']);
export const MOST: ReadonlySet<string> = new Set([
  ...['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties', 'x-maxBytes'],
]);
/** Bounds of which several may hold at once, and none is stricter than another. */
const SETS: ReadonlySet<string> = new Set(['pattern', 'format', 'multipleOf', 'uniqueItems']);

/** Keywords whose values are schemas: one, a list, or by name. */
const NESTED: ReadonlySet<string> = new Set([
  ...['not', 'if', 'then', 'else', 'contains', 'propertyNames', 'unevaluatedItems', 'unevaluatedProperties'],
  ...['prefixItems', 'patternProperties', 'dependentSchemas'],
]);
const UP = 'as far up as ';

const SILENT: ReadonlySet<string> = new Set([
  ...['title', 'description', 'summary', 'example', 'examples', 'default', 'deprecated', 'readOnly', 'writeOnly', 'externalDocs', 'xml'],
  ...['$comment', 'discriminator', '$schema', '$id', '$defs', 'definitions'],
]);
/** To which types a keyword says anything. */
const ABOUT: readonly (readonly [types: readonly string[], keywords: readonly string[]])[] = [
  [['string'], ['minLength', 'maxLength', 'x-maxBytes', 'pattern', 'format']],
  [
    ['number', 'integer'],
    ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'format'],
  ],
  [['array'], ['minItems', 'maxItems', 'uniqueItems']],
  [['object'], ['minProperties', 'maxProperties']],
];

/**
 * The shapes of a contract's schemas, each made once.
 *
 * @example
 * createShapes(contract)({ $ref: '#/components/schemas/api_key.revoked' }).required; // Set { 'error' }
 */
export function createShapes({ document }: Pick<Contract, 'document'>): (schema: unknown) => Shape {
  const known = new Map<string, Shape>();
  const follow = (ref: string, within: readonly string[]): Shape => {
    const found = known.get(ref);
    if (found !== undefined) return found;
    const target = shape(jsonPointer.get(document, jsonPointer.fromFragment(ref) ?? ''), [...within, ref]);
    // How far up something is depends on where it is looked at from.
    if (!target.text.includes(UP)) known.set(ref, target);
    return target;
  };
  const shape = (schema: unknown, within: readonly string[]): Shape => {
    if (typeof schema !== 'object' || schema === null) return finish({ ...nothing(), values: schema === false ? [] : undefined });
    const given = schema as Schema;
    const ref = given['$ref'];
    if (typeof ref !== 'string') return finish(own(given, within));
    const siblings = own(Object.fromEntries(Object.entries(given).filter(([key]) => key !== '$ref')), within);
    const seen = within.indexOf(ref);
    // A schema within itself is told by how far up it begins, not by its name.
    if (seen >= 0) return finish({ ...siblings, rest: new Map([...siblings.rest, ['$ref', `${UP}${within.length - seen}`]]) });
    return finish(both(follow(ref, within), siblings));
  };

  const own = (schema: Schema, within: readonly string[]): Parts => {
    const parts = nothing();
    const [members, bounds, rest] = [new Map<string, Shape>(), new Map<string, number | string>(), new Map<string, string>()];
    let [all, choices]: [Shape[], Shape[][]] = [[], []];
    for (const [key, value] of Object.entries(schema)) {
      if (key === 'type') parts.types = new Set([value].flat() as string[]);
      else if (key === 'const') parts.values = [canonical(value)];
      else if (key === 'enum') parts.values = [...new Set((value as unknown[]).map(canonical))].toSorted();
      else if (key === 'properties') for (const [name, member] of Object.entries(value as Schema)) members.set(name, shape(member, within));
      else if (key === 'required') parts.required = new Set(value as string[]);
      else if (key === 'additionalProperties') parts.others = typeof value === 'boolean' ? value : shape(value, within);
      else if (key === 'items') parts.items = shape(value, within);
      else if (key === 'allOf') all = (value as unknown[]).map((one) => shape(one, within));
      else if (key === 'oneOf' || key === 'anyOf') choices = [...choices, (value as unknown[]).map((one) => shape(one, within))];
      else if (LEAST.has(key) || MOST.has(key)) bounds.set(key, Number(value));
      else if (SETS.has(key)) bounds.set(key, canonical(value));
      else if (NESTED.has(key)) rest.set(key, nested(key, value, within));
      else if (!SILENT.has(key) && !(key.startsWith('x-') && key !== 'x-maxBytes')) rest.set(key, canonical(value));
    }
    const written: Parts = { ...parts, members, bounds, rest };
    return [...all, ...choices.map(oneOf)].reduce<Parts>((merged, one) => both(merged, one), written);
  };
  const nested = (key: string, value: unknown, within: readonly string[]): string => {
    if (Array.isArray(value)) return JSON.stringify(value.map((one) => shape(one, within).text));
    if (key !== 'patternProperties' && key !== 'dependentSchemas') return shape(value, within).text;
    return canonical(Object.fromEntries(Object.entries(value as Schema).map(([name, one]) => [name, shape(one, within).text])));
  };
  return (schema) => shape(schema, []);
}

/** What any value is. */
export const ANYTHING: Shape = finish(nothing());

function nothing(): Parts {
  const none = new Map<string, never>();
  return {
    ...{ types: undefined, values: undefined, members: none, required: new Set<string>(), others: true },
    ...{ items: undefined, bounds: none, branches: [], rest: none },
  };
}

/** What is true of both: a value must fit the one and the other. */
function both(a: Parts, b: Parts): Parts {
  const members = new Map(a.members);
  for (const [name, member] of b.members) members.set(name, merged(members.get(name), member));
  const bounds = new Map(a.bounds);
  for (const [key, value] of b.bounds) bounds.set(key, stricter(key, bounds.get(key), value));
  const others =
    typeof a.others === 'object' && typeof b.others === 'object'
      ? merged(a.others, b.others)
      : a.others === false || b.others === false
        ? false
        : typeof a.others === 'object'
          ? a.others
          : b.others;
  return {
    types: typesOfBoth(a.types, b.types),
    values: a.values === undefined ? b.values : b.values === undefined ? a.values : a.values.filter((one) => b.values?.includes(one)),
    members,
    required: new Set([...a.required, ...b.required]),
    others,
    items: b.items === undefined ? a.items : merged(a.items, b.items),
    bounds,
    branches: crossed(a.branches, b.branches),
    rest: new Map([...a.rest, ...b.rest]),
  };
}

function merged(a: Shape | undefined, b: Shape): Shape {
  return a === undefined ? b : finish(both(a, b));
}

/** One of these and one of those is one of all their pairs. */
function crossed(a: readonly Shape[], b: readonly Shape[]): readonly Shape[] {
  if (a.length === 0 || b.length === 0) return a.length === 0 ? b : a;
  return distinct(a.flatMap((one) => b.map((other) => finish(both(one, other)))));
}

function typesOfBoth(a: Shape['types'], b: Shape['types']): Shape['types'] {
  if (a === undefined || b === undefined) return a ?? b;
  const fits = (types: ReadonlySet<string>, type: string): boolean => types.has(type) || (type === 'integer' && types.has('number'));
  return new Set([...[...a].filter((type) => fits(b, type)), ...[...b].filter((type) => fits(a, type))]);
}

function stricter(key: string, a: number | string | undefined, b: number | string): number | string {
  if (a === undefined || a === b) return b;
  if (LEAST.has(key)) return Math.max(Number(a), Number(b));
  if (MOST.has(key)) return Math.min(Number(a), Number(b));
  return [a, b].map(String).toSorted().join(' and ');
}

/** One of several; where their types tell them apart, that is one schema that says of each type what its branch does. */
function oneOf(branches: readonly Shape[]): Parts {
  const flat = distinct(branches.flatMap((one) => (isChoice(one) ? one.branches : [one])));
  const [first] = flat;
  if (first !== undefined && flat.length === 1) return first;
  if (flat.every(isValues)) return { ...nothing(), ...valued(flat.flatMap(({ values }) => values ?? [])) };
  if (!areDisjoint(flat)) return { ...nothing(), branches: flat };
  return flat.map(bare).reduce((merged, one) => ({
    ...both({ ...merged, types: undefined }, { ...one, types: undefined }),
    types: new Set([...(merged.types ?? []), ...(one.types ?? [])]),
  }));
}

/** Whether a shape is nothing but a choice. */
function isChoice(shape: Shape): boolean {
  return shape.branches.length > 0 && finish({ ...shape, branches: [] }).text === finish(nothing()).text;
}

function isValues({ values, bounds, members, branches, rest }: Shape): boolean {
  return values !== undefined && bounds.size + members.size + branches.length + rest.size === 0;
}

function areDisjoint(shapes: readonly Shape[]): boolean {
  const types = shapes.flatMap((shape) => (shape.types === undefined || shape.values !== undefined ? ['any', 'any'] : [...shape.types]));
  const kinds = types.map((type) => (type === 'integer' ? 'number' : type));
  return new Set(kinds).size === kinds.length && shapes.every(({ branches, rest }) => branches.length === 0 && rest.size === 0);
}

function distinct(shapes: readonly Shape[]): readonly Shape[] {
  const byText = new Map(shapes.map((shape) => [shape.text, shape]));
  return [...byText.keys()].toSorted().map((text) => byText.get(text) as Shape);
}

function valued(values: readonly string[]): Pick<Parts, 'values' | 'types'> {
  const distinctValues = [...new Set(values)].toSorted();
  return { values: distinctValues, types: new Set(distinctValues.map(typeOf)) };
}

function typeOf(json: string): string {
  const value: unknown = JSON.parse(json);
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

/** Without keywords that say nothing about its types. */
function bare(parts: Parts): Parts {
  const { types } = parts;
  if (types === undefined) return parts;
  const mute = new Set(ABOUT.filter(([about]) => !about.some((type) => types.has(type))).flatMap(([, keywords]) => keywords));
  for (const [about, keywords] of ABOUT) if (about.some((type) => types.has(type))) keywords.forEach((keyword) => mute.delete(keyword));
  const bounds = new Map([...parts.bounds].filter(([keyword]) => !mute.has(keyword)));
  const object = types.has('object') ? {} : { members: new Map<string, never>(), required: new Set<string>(), others: true };
  return { ...parts, bounds, ...object, ...(types.has('array') ? {} : { items: undefined }) };
}

function finish(parts: Parts): Shape {
  let own = parts;
  if (own.values !== undefined) {
    const { types, values } = own;
    const kept = types === undefined ? values : values.filter((value) => typesOfBoth(types, new Set([typeOf(value)]))?.size !== 0);
    own = { ...own, ...valued(kept) };
  }
  if (own.types?.has('number') === true && own.types.has('integer'))
    own = { ...own, types: new Set([...own.types].filter((type) => type !== 'integer')) };
  own = bare(own);
  const sorted = (map: ReadonlyMap<string, unknown>): unknown[] => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify([
    own.types === undefined ? null : [...own.types].toSorted(),
    own.values ?? null,
    sorted(new Map([...own.members].map(([name, member]) => [name, member.text]))),
    [...own.required].toSorted(),
    typeof own.others === 'object' ? own.others.text : own.others,
    own.items?.text ?? null,
    sorted(own.bounds),
    own.branches.map((branch) => branch.text).toSorted(),
    sorted(own.rest),
  ]);
  return { ...own, text };
}

/** JSON with its members in one order. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
