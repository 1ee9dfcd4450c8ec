import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { OpenAPIV3_1 } from 'openapi-types';
import { fromFragment, get, join } from './pointer.js';
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
 * Prepares the schemas of a document; only `components.schemas` is handed to the compiler, so that a document's
 * size costs nothing until a schema is used.
 *
 * @example
 * const validate = createSchemas(document).validator({ $ref: '#/components/schemas/Work' });
 * validate({}); // [{ pointer: '/title', keyword: 'required', message: 'is required' }]
 */
export function createSchemas(document: OpenAPIV3_1.Document): Schemas {
  const ajv = createAjv();
  ajv.addSchema({ $id: ROOT, components: { schemas: document.components?.schemas ?? {} } }, ROOT);

  const compile = (schema: unknown): ValidateFunction => {
    const ref = (schema as { $ref?: unknown }).$ref;
    if (typeof ref === 'string' && ref.startsWith(SCHEMAS) && isPlainReference(schema as object)) {
      const compiled = ajv.getSchema(ROOT + ref);
      if (compiled !== undefined) return compiled as ValidateFunction;
    }
    return ajv.compile(absoluteRefs(schema) as object);
  };

  return {
    validator(schema) {
      let validate: ValidateFunction | undefined;
      return (value) => {
        validate ??= compile(schema);
        return validate(value) === true ? NONE : (validate.errors ?? []).filter(isOwn).map(toViolation);
      };
    },
  };
}

const NONE: readonly Violation[] = Object.freeze([]);

/** An ajv for the dialect of the contracts: JSON Schema 2020-12 with formats, OpenAPI's annotations and ours. */
export function createAjv(): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: false, logger: false, validateFormats: true });
  (addFormats as unknown as (target: Ajv2020) => void)(ajv);
  for (const format of ['int32', 'int64', 'float', 'double', 'password', 'binary', 'byte']) {
    if (!(format in ajv.formats)) ajv.addFormat(format, true);
  }
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
  const codes = (error.parentSchema as Record<string, unknown> | undefined)?.['x-violations'] as Record<string, string> | undefined;
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

function describe(error: ErrorObject): string {
  switch (error.keyword) {
    case 'required':
      return 'is required';
    case 'const':
      return `must be ${JSON.stringify(error.params['allowedValue'])}`;
    case 'enum':
      return `must be one of ${(error.params['allowedValues'] as unknown[]).map((value) => JSON.stringify(value)).join(', ')}`;
    case 'additionalProperties':
      return `must not have the member ${JSON.stringify(error.params['additionalProperty'])}`;
    default:
      return error.message ?? `breaks ${error.keyword}`;
  }
}

/**
 * Follows a chain of local references to the value that is meant, with its pointer.
 *
 * @example
 * follow(document, '/paths/~1works/post/responses/404'); // { value: {...}, pointer: '/components/responses/NotFound' }
 */
export function follow(document: unknown, pointer: string): { readonly value: unknown; readonly pointer: string } {
  let current = pointer;
  for (let hops = 0; hops < 32; hops++) {
    const value = get(document, current);
    const ref = (value as { $ref?: unknown } | null | undefined)?.$ref;
    const next = typeof ref === 'string' ? fromFragment(ref) : undefined;
    if (next === undefined) return { value, pointer: current };
    current = next;
  }
  return { value: undefined, pointer: current };
}

/**
 * The schema that describes a member of the value that a schema describes, through references and `allOf`; where
 * several parts describe it, the most particular (the last that says more than its type).
 *
 * @example
 * memberSchema(document, '/components/schemas/api_key.revoked', ['error', 'code']); // { const: 'api_key.revoked' }
 */
export function memberSchemas(document: unknown, pointer: string, members: readonly string[]): { value: Record<string, unknown>; pointer: string }[] {
  const found: { value: Record<string, unknown>; pointer: string }[] = [];
  const visit = (at: string, index: number, depth: number): void => {
    if (depth > 32) return;
    const value = get(document, at);
    if (typeof value !== 'object' || value === null) return;
    const schema = value as Record<string, unknown>;
    const ref = typeof schema['$ref'] === 'string' ? fromFragment(schema['$ref']) : undefined;
    if (ref !== undefined) visit(ref, index, depth + 1);
    if (Array.isArray(schema['allOf'])) schema['allOf'].forEach((_, part) => visit(join(at, 'allOf', part), index, depth + 1));
    const member = members[index];
    if (member === undefined) found.push({ value: schema, pointer: at });
    else visit(join(at, 'properties', member), index + 1, depth + 1);
  };
  visit(pointer, 0, 0);
  return found;
}

/**
 * The members of the described value whose schemas say `x-secret`, as JSON pointers into the value; lists are not entered.
 *
 * @example
 * secretMembers(document, '/components/schemas/CreatedApiKey'); // ['/token', '/webhook_secret_base64']
 */
export function secretMembers(document: unknown, pointer: string): string[] {
  const found = new Set<string>();
  const visit = (at: string, member: string, seen: readonly string[]): void => {
    const followed = follow(document, at);
    if (seen.includes(followed.pointer) || typeof followed.value !== 'object' || followed.value === null) return;
    const schema = followed.value as Record<string, unknown>;
    const path = [...seen, followed.pointer];
    if (schema['x-secret'] === true) found.add(member);
    if (Array.isArray(schema['allOf'])) schema['allOf'].forEach((_, part) => visit(join(followed.pointer, 'allOf', part), member, path));
    for (const name of Object.keys((schema['properties'] as object | undefined) ?? {})) {
      visit(join(followed.pointer, 'properties', name), join(member, name), path);
    }
  };
  visit(pointer, '', []);
  return [...found];
}
