import { Ajv2020, type ErrorObject, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { OpenAPIV3_1 } from 'openapi-types';
import { join } from './pointer.js';
import { isSurelySchema } from './sure-schema.js';
import type { Validator, Violation } from './types.js';

const ROOT = 'contract';
const SCHEMAS = '#/components/schemas/';

/** Our own keyword: the length of a string in UTF-8 bytes, which JSON Schema cannot express. */
export const MAX_BYTES = 'x-maxBytes';

/** Compiles the schemas of one document, each on its first use. */
export interface Schemas {
  validator(schema: unknown): Validator;
}

/**
 * Prepares the schemas of a document; nothing is compiled, not even the compiler itself made, until a schema is used,
 * and only `components.schemas` is handed to it, so that a document's size costs nothing.
 *
 * @example
 * const validate = createSchemas(document).validator({ $ref: '#/components/schemas/Work' });
 * validate({}); // [{ pointer: '/title', keyword: 'required', message: 'is required' }]
 */
export function createSchemas(document: OpenAPIV3_1.Document): Schemas {
  let shared: Ajv2020 | undefined;
  const compile = (schema: unknown): ValidateFunction => {
    const ajv = (shared ??= createAjv({ validateSchema: false }).addSchema(
      { $id: ROOT, components: { schemas: document.components?.schemas ?? {} } },
      ROOT,
    ));
    const ref = (schema as { $ref?: unknown }).$ref;
    if (typeof ref === 'string' && ref.startsWith(SCHEMAS) && isPlainReference(schema as object)) {
      const compiled = ajv.getSchema(ROOT + ref);
      if (compiled !== undefined) return compiled as ValidateFunction;
    }
    const alone = absoluteRefs(schema) as object;
    if (!isSurelySchema(alone)) void ajv.validateSchema(alone, true);
    return ajv.compile(alone);
  };

  const make = (schema: unknown): Validator => {
    let validate: ValidateFunction | undefined;
    return (value) => {
      validate ??= compile(schema);
      return validate(value) ? NONE : (validate.errors ?? []).filter(isOwn).map(toViolation);
    };
  };
  const made = new WeakMap<object, Validator>();
  return {
    validator(schema) {
      if (typeof schema !== 'object' || schema === null) return make(schema);
      let validator = made.get(schema);
      if (validator === undefined) made.set(schema, (validator = make(schema)));
      return validator;
    },
  };
}

const NONE: readonly Violation[] = Object.freeze([]);

/**
 * An ajv for the dialect of the contracts: JSON Schema 2020-12 with formats (OpenAPI's included), OpenAPI's annotations and ours. Optimising the
 * generated code takes longer than it ever saves.
 */
export function createAjv(options: Pick<Options, 'validateSchema'> = {}): Ajv2020 {
  const ajv = new Ajv2020({ ...options, allErrors: true, verbose: true, strict: false, logger: false, code: { optimize: false } });
  (addFormats as unknown as (target: Ajv2020) => void)(ajv);
  ajv.addKeyword({
    keyword: MAX_BYTES,
    type: 'string',
    schemaType: 'number',
    error: { message: ({ schema }) => `must NOT have more than ${schema} bytes` },
    validate: (limit: number, value: string) => Buffer.byteLength(value) <= limit,
  });
  return ajv;
}

/** A reference whose siblings only annotate means just what it points at. */
function isPlainReference(schema: object): boolean {
  return Object.keys(schema).every((key) => key === '$ref' || key === 'description' || key === 'summary' || key.startsWith('x-'));
}

/** Schemas outside `components` are compiled apart, so their references must name the document. */
function absoluteRefs(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(absoluteRefs);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) =>
      key === '$ref' && typeof value === 'string' && value.startsWith('#') ? [key, ROOT + value] : [key, absoluteRefs(value)],
    ),
  );
}

/** Keywords that only say that a branch failed repeat what the branch's own errors say. */
function isOwn(error: ErrorObject): boolean {
  return error.keyword !== 'if';
}

function toViolation(error: ErrorObject): Violation {
  const missing: unknown = error.keyword === 'required' ? error.params['missingProperty'] : undefined;
  const codes = error.parentSchema?.['x-violations'] as Record<string, string> | undefined;
  const code = codes?.[error.keyword];
  const violation: Violation = {
    pointer: typeof missing === 'string' ? join(error.instancePath, missing) : error.instancePath,
    keyword: error.keyword,
    message: describe(error),
  };
  return {
    ...violation,
    ...(code === undefined ? {} : { code }),
    ...(missing === undefined ? { value: error.data } : {}),
  };
}

/** Where several alternatives take a value, the schema is at fault rather than the value. */
function alike(passing: readonly number[] | null): string {
  if (passing === null) return '';
  const numbers = passing.map((index) => index + 1).join(' and ');
  return `, but alternatives ${numbers} take it alike: have them exclude each other, or write anyOf`;
}

function describe(error: ErrorObject): string {
  switch (error.keyword) {
    case 'required':
      return 'is required';
    case 'const':
      return `must be ${JSON.stringify(error.params['allowedValue'])}`;
    case 'enum':
      return `must be one of ${(error.params['allowedValues'] as readonly unknown[]).map((value) => JSON.stringify(value)).join(', ')}`;
    case 'oneOf':
      return `${error.message ?? ''}${alike(error.params['passingSchemas'] as readonly number[] | null)}`;
    case 'additionalProperties':
      return `must not have the member ${JSON.stringify(error.params['additionalProperty'])}`;
    default:
      return error.message ?? `breaks ${error.keyword}`;
  }
}
