import { jsonPointer, type Contract, type Failure } from '../../spec/index.js';
import { isNode, memberOf, partsOf, resolve, typesOf, type Schema, type SchemaNode } from '../schema.js';

/** What a client checks of details before it trusts their type: a schema without what TypeScript cannot say. */
export interface Shape {
  /** Whether nothing will do as well. */
  readonly absent?: true;
  /** Of `typeof`, and `null` and `array`. */
  readonly types?: readonly string[];
  readonly values?: readonly unknown[];
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, Shape>>;
  /** Of members that are not declared. */
  readonly others?: Shape;
  readonly first?: readonly Shape[];
  readonly least?: number;
  readonly items?: Shape;
  readonly any?: readonly Shape[];
  readonly all?: readonly Shape[];
}

/** The details of a failure, and whether they are promised. */
export interface DetailsShape {
  readonly promised: boolean;
  readonly shape: Shape;
}

/** What is nested more deeply is not looked at: schemas may have no end. */
const DEEPEST = 6;

/** The shape of a failure's details. */
export function detailsShape({ document, envelope }: Contract, { pointer }: Failure): DetailsShape {
  let schemas: readonly Schema[] = [jsonPointer.get(document, pointer) as Schema];
  let promised = true;
  for (const member of jsonPointer.split(envelope.details)) {
    const parts = partsOf(document, schemas, () => true) ?? [];
    promised &&= parts.some(({ required }) => Array.isArray(required) && required.includes(member));
    schemas = memberOf(parts, member);
  }
  return { promised, shape: both(schemas.map((schema) => shapeOf(document, schema, 0))) };
}

function shapeOf(document: unknown, schema: Schema, depth: number): Shape {
  if (schema === false) return { any: [] };
  if (!isNode(schema) || depth > DEEPEST) return {};
  const inside = (one: unknown): Shape => shapeOf(document, one as Schema, depth + 1);
  const lists = (keyword: string): Shape[] => (Array.isArray(schema[keyword]) ? (schema[keyword] as unknown[]).map(inside) : []);
  const ref = typeof schema['$ref'] === 'string' ? resolve(document, schema['$ref']) : undefined;
  const all = [...(ref === undefined ? [] : [inside(ref)]), ...lists('allOf')];
  const alternatives = ['oneOf', 'anyOf'].map(lists).filter((list) => list.length > 0);
  return both([own(schema, inside), ...all, ...alternatives.map((any): Shape => (any.some(isOpen) ? {} : { any }))]);
}

function own(schema: SchemaNode, inside: (schema: unknown) => Shape): Shape {
  const { properties, required, additionalProperties, patternProperties, prefixItems, items, minItems } = schema;
  const types = [...new Set(typesOf(schema).map((type) => (type === 'integer' ? 'number' : type)))];
  const values = 'const' in schema ? [schema['const']] : schema['enum'];
  const members = isNode(properties) ? Object.entries(properties).map(([name, one]) => [name, inside(one)] as const) : [];
  const telling = members.filter(([, shape]) => !isOpen(shape));
  const first = Array.isArray(prefixItems) ? prefixItems.map(inside) : [];
  // Members that no part of the schema declares here may still be declared by another one.
  const others = patternProperties === undefined && isNode(additionalProperties) ? inside(additionalProperties) : {};
  // Only these can be compared.
  const simple = Array.isArray(values) && values.every((value) => typeof value !== 'object' || value === null);
  return {
    ...(types.length === 0 ? {} : { types }),
    ...(simple ? { values: values as unknown[] } : {}),
    ...(Array.isArray(required) && required.length > 0 ? { required: required as string[] } : {}),
    ...(telling.length === 0 ? {} : { members: Object.fromEntries(telling) }),
    ...(isOpen(others) ? {} : { others: others, members: Object.fromEntries(members) }),
    ...(first.every(isOpen) ? {} : { first }),
    ...(first.length > 0 && typeof minItems === 'number' && minItems > 0 ? { least: minItems } : {}),
    ...(items === undefined || items === true || isOpen(inside(items)) ? {} : { items: inside(items) }),
  };
}

/** All of several shapes. */
function both(shapes: readonly Shape[]): Shape {
  const telling = shapes.filter((shape) => !isOpen(shape));
  const [only] = telling;
  return telling.length > 1 ? { all: telling } : (only ?? {});
}

function isOpen(shape: Shape): boolean {
  return Object.keys(shape).length === 0;
}
