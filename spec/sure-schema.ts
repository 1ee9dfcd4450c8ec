type Holds = (value: unknown) => boolean;

const isText: Holds = (value) => typeof value === 'string';
const isTrueOrFalse: Holds = (value) => typeof value === 'boolean';
const isNumber: Holds = (value) => typeof value === 'number' && Number.isFinite(value);
const isCount: Holds = (value) => Number.isInteger(value) && (value as number) >= 0;
const isAny: Holds = () => true;
const areTexts: Holds = (value) => Array.isArray(value) && value.every(isText) && new Set(value).size === value.length;
const areSchemas: Holds = (value) => Array.isArray(value) && value.length > 0 && value.every(isSurelySchema);
const isMapOfSchemas: Holds = (value) => isMap(value) && Object.values(value).every(isSurelySchema);

const TYPES: ReadonlySet<unknown> = new Set(['array', 'boolean', 'integer', 'null', 'number', 'object', 'string']);
const isType: Holds = (value) =>
  TYPES.has(value) || (areTexts(value) && (value as string[]).length > 0 && (value as string[]).every((one) => TYPES.has(one)));

/** A reference in characters that need no escape. */
const isReference: Holds = (value) => typeof value === 'string' && /^[\w./-]*(?:#[\w./-]*)?$/.test(value);

function isExpression(value: unknown): boolean {
  if (typeof value !== 'string' || value.includes('\\Z')) return false;
  try {
    return new RegExp(value).source !== '';
  } catch {
    return false;
  }
}

/** Keywords of JSON Schema 2020-12, with what its meta-schema asks of them. */
const KEYWORDS: ReadonlyMap<string, Holds> = new Map<string, Holds>([
  ...['title', 'description', 'format'].map((name): [string, Holds] => [name, isText]),
  ...['deprecated', 'readOnly', 'writeOnly', 'uniqueItems'].map((name): [string, Holds] => [name, isTrueOrFalse]),
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'].map((name): [string, Holds] => [name, isNumber]),
  ...['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'].map((name): [string, Holds] => [name, isCount]),
  ...['additionalProperties', 'items', 'not', 'propertyNames'].map((name): [string, Holds] => [name, isSurelySchema]),
  ...['allOf', 'anyOf', 'oneOf'].map((name): [string, Holds] => [name, areSchemas]),
  // Those of OpenAPI are none to JSON Schema.
  ...['const', 'default', 'discriminator', 'example', 'externalDocs', 'nullable', 'xml'].map((name): [string, Holds] => [name, isAny]),
  ...([
    ['enum', Array.isArray],
    ['examples', Array.isArray],
  ] satisfies [string, Holds][]),
  ...([
    ['type', isType],
    ['required', areTexts],
    ['properties', isMapOfSchemas],
    ['pattern', isExpression],
    ['$ref', isReference],
  ] satisfies [string, Holds][]),
]);

/**
 * Whether a value is surely a schema by the meta-schema of JSON Schema 2020-12, at a glance: to make a validator of that takes as long as
 * all else that a first answer takes. Of what is less common it is not sure, and the meta-schema has to be asked.
 *
 * @example
 * isSurelySchema({ type: 'string', maxLength: 80 }); // true
 * isSurelySchema({ type: 'string', maxLength: '80' }); // false
 * isSurelySchema({ dependentRequired: { a: ['b'] } }); // false, though it is one
 */
export function isSurelySchema(value: unknown): boolean {
  if (typeof value === 'boolean') return true;
  return isMap(value) && Object.entries(value).every(([name, one]) => KEYWORDS.get(name)?.(one) ?? name.startsWith('x-'));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
