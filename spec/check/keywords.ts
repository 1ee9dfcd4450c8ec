/** The words of JSON Schema 2020-12 and of OpenAPI's schema objects, by what stands behind them. */

type Shape = 'schema' | 'list' | 'map';

/** Where a schema has schemas inside, and whether those describe the very same value (or a part of it). */
export const SUBSCHEMAS: ReadonlyMap<string, { readonly shape: Shape; readonly inPlace: boolean }> = new Map([
  ...each(['not', 'if', 'then', 'else'], 'schema', true),
  ...each(['allOf', 'anyOf', 'oneOf'], 'list', true),
  ...each(['dependentSchemas'], 'map', true),
  ...each(['items', 'contains', 'additionalProperties', 'unevaluatedItems', 'unevaluatedProperties', 'propertyNames'], 'schema', false),
  ...each(['contentSchema'], 'schema', false),
  ...each(['prefixItems'], 'list', false),
  ...each(['properties', 'patternProperties', '$defs', 'definitions'], 'map', false),
]);

function each(keywords: readonly string[], shape: Shape, inPlace: boolean): [string, { shape: Shape; inPlace: boolean }][] {
  return keywords.map((keyword) => [keyword, { shape, inPlace }]);
}

/** Every keyword of JSON Schema 2020-12 (its deprecated ones included) and of OpenAPI 3.1's base vocabulary. */
export const KEYWORDS: ReadonlySet<string> = new Set([
  ...['$id', '$schema', '$ref', '$anchor', '$dynamicRef', '$dynamicAnchor', '$vocabulary', '$comment'],
  ...SUBSCHEMAS.keys(),
  ...['type', 'enum', 'const', 'multipleOf', 'maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum'],
  ...['maxLength', 'minLength', 'pattern', 'maxItems', 'minItems', 'uniqueItems', 'maxContains', 'minContains'],
  ...['maxProperties', 'minProperties', 'required', 'dependentRequired', 'dependencies'],
  ...['format', 'contentEncoding', 'contentMediaType'],
  ...['title', 'description', 'default', 'deprecated', 'readOnly', 'writeOnly', 'examples'],
  ...['discriminator', 'xml', 'externalDocs', 'example'],
]);

/** What to write for a word of another dialect. */
export const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['nullable', "Add 'null' to `type`: OpenAPI 3.1 has no nullable."],
  ['additionalItems', 'Write prefixItems for the first items, and items for the others.'],
  ['id', 'Remove it: a schema is known by its name under components.schemas.'],
  ['divisibleBy', 'Write multipleOf.'],
  ['extends', 'Write allOf.'],
  ['disallow', 'Write not.'],
  ['optional', 'Leave the member out of `required`.'],
]);

/** Our own words in schemas. */
export const EXTENSIONS = ['x-causes', 'x-retry', 'x-violations', 'x-interpretation', 'x-maxBytes', 'x-secret', 'x-magic'] as const;
