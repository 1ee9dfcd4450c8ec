import { jsonPointer } from '../../spec/index.js';
import { isNode, typesOf, type Schema, type SchemaNode } from '../schema.js';

/** Keywords that say nothing about the value, so that a reference beside them is the whole schema. */
const ANNOTATION = /^(?:title|description|summary|deprecated|readOnly|writeOnly|default|examples?|\$comment|externalDocs|xml|x-.*)$/;
const OF_OBJECTS: readonly string[] = [
  'properties',
  'required',
  'additionalProperties',
  'unevaluatedProperties',
  'patternProperties',
  'minProperties',
];
const OF_ARRAYS: readonly string[] = ['items', 'prefixItems', 'minItems', 'maxItems', 'uniqueItems', 'contains'];
const OF_STRINGS: readonly string[] = ['minLength', 'maxLength', 'pattern', 'format'];
const OF_NUMBERS: readonly string[] = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'];

/** Where schemas point that are nothing but one reference, be it wrapped in `allOf` to carry a description. */
export function referredBy(schemas: readonly Schema[]): string | undefined {
  const [schema, ...more] = schemas.filter((each) => each !== true && keywordsOf(each).length > 0);
  if (!isNode(schema) || more.length > 0) return undefined;
  const [keyword, ...others] = keywordsOf(schema);
  if (others.length > 0) return undefined;
  if (keyword === '$ref' && typeof schema['$ref'] === 'string') return jsonPointer.fromFragment(schema['$ref']);
  const all = keyword === 'allOf' ? schema['allOf'] : undefined;
  return Array.isArray(all) ? referredBy(all as Schema[]) : undefined;
}

function keywordsOf(schema: Schema): readonly string[] {
  return isNode(schema) ? Object.keys(schema).filter((member) => !ANNOTATION.test(member)) : [String(schema)];
}

/** What schemas have in common that describe values of the same shape, in whatever words. */
export function shapeOf(parts: readonly SchemaNode[]): string {
  return JSON.stringify(parts.filter((part) => keywordsOf(part).length > 0));
}

/** The lists of alternatives that a value must take one from, each. */
export function alternativesOf(parts: readonly SchemaNode[]): readonly (readonly Schema[])[] {
  return parts.flatMap((part) =>
    ['oneOf', 'anyOf'].flatMap((keyword) => (Array.isArray(part[keyword]) ? [part[keyword] as Schema[]] : [])),
  );
}

/** The schemas of an item, by its position: each part has its own list of the first ones. */
export function itemsAt(parts: readonly SchemaNode[], index: number): readonly Schema[] {
  const found = parts.map(({ prefixItems, items }) =>
    Array.isArray(prefixItems) && index < prefixItems.length ? (prefixItems as unknown[])[index] : items,
  );
  return found.filter((schema) => schema !== undefined) as Schema[];
}

/** Whether the parts themselves say no more than which types are possible. */
export function sayOnlyTypes(parts: readonly SchemaNode[]): boolean {
  const more = ['const', 'enum', ...OF_OBJECTS, ...OF_ARRAYS];
  return !parts.some((part) => more.some((keyword) => keyword in part));
}

/** The types that every part allows, or that the keywords suggest; `undefined` when anything goes. */
export function possibleTypes(parts: readonly SchemaNode[]): readonly string[] | undefined {
  const [first, ...others] = parts.map(typesOf).filter((types) => types.length > 0);
  if (first !== undefined)
    return others.reduce((common, types) => common.filter((type) => types.some((other) => agrees(type, other))), first);
  const has = (keywords: readonly string[]): boolean => parts.some((part) => keywords.some((keyword) => keyword in part));
  const suggested = [
    has(OF_OBJECTS) ? ['object'] : [],
    has(OF_ARRAYS) ? ['array'] : [],
    has(OF_STRINGS) ? ['string'] : [],
    has(OF_NUMBERS) ? ['number'] : [],
  ].flat();
  return suggested.length === 1 ? suggested : undefined;
}

/** The values that every `const` and `enum` allows, of the possible types; `undefined` where there are none of these keywords. */
export function possibleValues(parts: readonly SchemaNode[], types: readonly string[] | undefined): readonly unknown[] | undefined {
  const lists = parts.flatMap((part): unknown[][] => [
    ...('const' in part ? [[part['const']]] : []),
    ...(Array.isArray(part['enum']) ? [part['enum'] as unknown[]] : []),
  ]);
  const [first, ...others] = lists.map((list) => new Map(list.map((value) => [JSON.stringify(value), value])));
  if (first === undefined) return undefined;
  return [...first]
    .filter(
      ([text, value]) =>
        others.every((list) => list.has(text)) && (types === undefined || types.some((type) => agrees(typeOf(value), type))),
    )
    .map(([, value]) => value);
}

/** A whole number is a number as well. */
function agrees(type: string, other: string): boolean {
  return type === other || (type === 'integer' && other === 'number') || (type === 'number' && other === 'integer');
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** A schema that only this value satisfies. */
export function schemaOf(value: object): Schema {
  const constants = Object.values(value).map((item: unknown) => ({ const: item }));
  if (Array.isArray(value)) return { type: 'array', prefixItems: constants, minItems: value.length, items: false };
  const required = Object.keys(value);
  const properties = Object.fromEntries(required.map((member, index) => [member, constants[index]]));
  return { type: 'object', required, properties, additionalProperties: false };
}

/** What people are told about a value: its description, and whether to keep away from it. */
export function descriptionOf(schemas: readonly Schema[]): readonly string[] {
  const nodes = schemas.filter(isNode);
  const said = nodes.flatMap((node) => [node['description'], node['title']]).find((text) => typeof text === 'string');
  const deprecated = nodes.some((node) => node['deprecated'] === true);
  return [...(typeof said === 'string' ? [said] : []), ...(deprecated ? ['@deprecated'] : [])];
}
