import { groupBy, jsonPointer, type Contract, type Failure } from '../../spec/index.js';
import { isNode, resolve } from '../schema.js';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** The JSON Schema of the bodies that carry a code. */
export interface CodeSchema {
  readonly code: string;
  /** A name for a file that has it. */
  readonly file: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

/**
 * Whether a text is the schema of a code of this contract, of whatever version, as {@link jsonSchemasOf} writes it into this file: whatever
 * else lies beside it is somebody's own.
 *
 * @example
 * isSchemaOf(contract, 'gone.code.schema.json', readFileSync(path, 'utf8')); // true
 */
export function isSchemaOf(contract: Contract, file: string, text: string): boolean {
  const schema = parsed(text);
  if (!isNode(schema) || schema['$schema'] !== DIALECT || typeof schema['$id'] !== 'string') return false;
  const [scheme, maker, title, version, code, ...more] = schema['$id'].split(':');
  if (code === undefined || version === undefined || more.length > 0) return false;
  return `${scheme}:${maker}:${title}` === `urn:failpath:${slug(contract.title)}` && file === schemaFile(decoded(code));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * For each code of a contract the JSON Schema (2020-12) of the whole error body: each stands by itself, with what it refers to in `$defs`,
 * and without anything that is not JSON Schema.
 *
 * @example
 * jsonSchemasOf(contract)[0]; // { code: 'common.bad_request', file: 'common.bad_request.schema.json', schema: { $schema, $id, ... } }
 */
export function jsonSchemasOf(contract: Contract): readonly CodeSchema[] {
  return [...groupBy(contract.failures, ({ code }) => code)].map(([code, failures]) => ({
    code,
    file: schemaFile(code),
    schema: schemaOf(contract, code, failures),
  }));
}

function schemaOf(contract: Contract, code: string, failures: readonly [Failure, ...Failure[]]): Readonly<Record<string, unknown>> {
  const [first] = failures;
  const bundle = new Bundle(contract.document);
  const variants = [...new Map(failures.map(({ pointer }) => bundle.of(jsonPointer.get(contract.document, pointer))).map(keyed)).values()];
  const title = `${code}: ${first.title}`;
  const [only] = variants;
  // The code alone makes a body one of this code, even where a schema allows several.
  const named = withCode(jsonPointer.split(contract.envelope.code), code);
  return {
    $schema: DIALECT,
    $id: `urn:failpath:${slug(contract.title)}:${encodeURIComponent(contract.version)}:${encodeURIComponent(code)}`,
    title,
    description: first.description.replaceAll(/\s+/g, ' ').trim(),
    allOf: [named, variants.length === 1 ? only : { anyOf: variants }],
    ...bundle.definitions,
  };
}

const keyed = (schema: unknown): readonly [string, unknown] => [JSON.stringify(schema), schema];

function withCode(path: readonly string[], code: string): unknown {
  return path.reduceRight<unknown>((inner, member) => ({ type: 'object', required: [member], properties: { [member]: inner } }), {
    const: code,
  });
}

/** Schemas without what only failpath reads, their references led to `$defs`. */
class Bundle {
  readonly #document: unknown;
  readonly #defs = new Map<string, unknown>();

  constructor(document: unknown) {
    this.#document = document;
  }

  get definitions(): { readonly $defs?: Readonly<Record<string, unknown>> } {
    return this.#defs.size === 0 ? {} : { $defs: Object.fromEntries(this.#defs) };
  }

  of(schema: unknown): unknown {
    if (!isNode(schema)) return schema;
    const entries = Object.entries(schema).filter(([keyword]) => !keyword.startsWith('x-') && !NOT_JSON_SCHEMA.has(keyword));
    return Object.fromEntries(entries.map(([keyword, value]) => [keyword, this.#keyword(keyword, value)]));
  }

  #keyword(keyword: string, value: unknown): unknown {
    if (keyword === '$ref' && typeof value === 'string') return this.#reference(value);
    if (LISTS.has(keyword) && Array.isArray(value)) return value.map((one) => this.of(one));
    if (MAPS.has(keyword) && isNode(value)) return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, this.of(one)]));
    return LITERALS.has(keyword) ? value : this.of(value);
  }

  #reference(ref: string): string {
    const name = ref
      .replace(/^#\/(?:components\/schemas\/)?/, '')
      .replaceAll('/', '.')
      .replaceAll(/[^\w.-]/g, '_');
    if (!this.#defs.has(name)) {
      // Taken before it is read: schemas may refer to themselves.
      this.#defs.set(name, true);
      this.#defs.set(name, this.of(resolve(this.#document, ref) ?? true));
    }
    return `#/$defs/${name}`;
  }
}

const NOT_JSON_SCHEMA: ReadonlySet<string> = new Set(['discriminator', 'xml', 'externalDocs', 'example']);
const LITERALS: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples', 'required', 'type', 'dependentRequired']);
const LISTS: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const MAPS: ReadonlySet<string> = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);

/** A name that every file system takes, a different one for every code. */
function schemaFile(code: string): string {
  const name = encodeURIComponent(code)
    .replaceAll('*', '%2A')
    .replace(/^\.+/, (dots) => '%2E'.repeat(dots.length));
  return `${name}.schema.json`;
}

function slug(title: string): string {
  return (
    title
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '') || 'api'
  );
}
