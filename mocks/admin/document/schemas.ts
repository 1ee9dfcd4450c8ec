import { z } from 'zod';

/** JSON Schema, version 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The formats that OpenAPI's tools know; those of our own checks mean nothing to them. */
const FORMATS = new Set(['uuid', 'uri', 'date-time']);

/** Schemas of a document: each that has an id stands once, among the components. */
export interface Schemas {
  readonly components: Readonly<Record<string, JsonSchema>>;
  /** Where a schema is used: itself, or a reference to the component that it is. */
  of(schema: z.ZodType): JsonSchema;
}

/**
 * Turns zod's schemas into those of an OpenAPI document.
 *
 * @example
 * const { components, of } = schemasOf([stubMapping, z.array(stubMapping)]);
 * of(stubMapping); // { $ref: '#/components/schemas/StubMapping' }
 */
export function schemasOf(used: Iterable<z.ZodType>): Schemas {
  const all = [...new Set(used)];
  // In one go, so that what two of them share is the same component.
  const { properties = {}, $defs = {} } = z.toJSONSchema(z.object(Object.fromEntries(all.entries())), {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      if (jsonSchema.format !== undefined && !FORMATS.has(jsonSchema.format)) delete jsonSchema.format;
    },
  });
  const schemas = new Map(all.map((schema, index) => [schema, moved(properties[index]) as JsonSchema]));
  return {
    components: moved($defs) as Readonly<Record<string, JsonSchema>>,
    of: (schema) => schemas.get(schema) ?? {},
  };
}

/** zod keeps definitions where JSON Schema has them; in a document they are components. */
function moved(schemas: unknown): unknown {
  return JSON.parse(
    JSON.stringify(schemas, (name, value: unknown) => {
      if (name === '$ref' && typeof value === 'string') return value.replace('#/$defs/', '#/components/schemas/');
      return value;
    }),
  );
}
