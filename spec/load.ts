import { createHash } from 'node:crypto';
import type { OpenAPIV3_1 } from 'openapi-types';
import { bundle } from './bundle.js';
import { InputError, type Finding } from './errors.js';
import { readExtension } from './extensions.js';
import { readMagic } from './magic.js';
import { Reader, readOperations } from './operations.js';
import { brokenReferences, references, type Reference } from './refs.js';
import { createRouter } from './router.js';
import { createSchemas } from './schemas.js';
import { readSource, type Source } from './source.js';
import type { Contract } from './types.js';
import { upgrade } from './upgrade.js';
import { readWebhooks } from './webhooks.js';

/**
 * Loads an OpenAPI document as a contract: operations, failures, routes, validators that compile on first use.
 *
 * @example
 * const contract = await loadContract('openapi.yaml');
 * contract.failures.map((failure) => failure.code);
 *
 * @throws {InputError} `contract-unreadable`, `contract-syntax`, `contract-version`, `contract-extension`, `broken-ref`,
 *   each with its place. Whether the contract is *sound* is another question: see `checkContract`.
 */
export async function loadContract(file: string): Promise<Contract> {
  const source = readSource(file);
  const { document, refs, sha256, locate } = await readDocument(source);
  const { extension, findings } = readExtension(document['x-failpath' as keyof typeof document], locate);
  refuse([...findings, ...brokenReferences(document, refs, locate)]);

  const reader = new Reader(document, createSchemas(document), extension);
  const operations = readOperations(document, reader);
  const { magic, findings: mistakes } = readMagic(document, operations, extension.magic, locate);
  refuse(mistakes);
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  let route: Contract['route'] | undefined;
  return Object.freeze<Contract>({
    file: source.file,
    title: textOr(document.info?.title, source.file),
    version: textOr(document.info?.version, ''),
    sha256,
    document: deepFreeze(document),
    api: extension.api,
    envelope: Object.freeze(extension.envelope),
    refusals: Object.freeze({
      unknownRoute: extension.refusals.unknownRoute,
      malformedBody: extension.refusals.malformedBody,
      invalidBody: extension.refusals.invalidBody,
    }),
    limits: deepFreeze(extension.limits),
    magic,
    operations,
    failures: Object.freeze(operations.flatMap((operation) => operation.failures)),
    webhooks: readWebhooks(document, reader),
    delivery: deepFreeze(extension.webhooks),
    operation: (id) => byId.get(id),
    route: (method, path) => (route ??= createRouter(operations))(method, path),
    locate,
  });
}

interface Whole {
  readonly document: OpenAPIV3_1.Document;
  readonly refs: readonly Reference[];
  readonly sha256: string;
  readonly locate: Contract['locate'];
}

/** One document in the dialect of 3.1, whatever it was written as. */
async function readDocument(source: Source): Promise<Whole> {
  const document = requireOpenApi(source);
  const refs = references(document);
  const whole = refs.every(({ ref }) => ref.startsWith('#'))
    ? { document, refs, sha256: source.sha256, locate: (pointer: string) => source.locate(pointer) }
    : await readFiles(source);
  if (document.openapi.startsWith('3.0')) upgrade(whole.document);
  return whole;
}

/** The hash of a contract of several files covers them all. */
async function readFiles(source: Source): Promise<Whole> {
  const { document, locate } = await bundle(source);
  const sha256 = createHash('sha256').update(JSON.stringify(document)).digest('hex');
  return { document, refs: references(document), sha256, locate };
}

function requireOpenApi(source: Source): OpenAPIV3_1.Document {
  const document = source.value as Partial<OpenAPIV3_1.Document> | null;
  const version: unknown = document?.openapi;
  if (typeof version === 'string' && /^3\.[01]\.\d/.test(version)) {
    if (isObject(document?.paths)) return document as OpenAPIV3_1.Document;
    refuse([
      {
        problem: 'contract-structure',
        what: 'the document has no paths',
        why: 'A contract without operations has no failures to prove.',
        remedy: 'Declare at least one path.',
        location: source.locate('/paths'),
      },
    ]);
  }
  throw new InputError([
    {
      problem: 'contract-version',
      what: version === undefined ? 'there is no `openapi` member' : `openapi is ${JSON.stringify(version)}`,
      why: document === null || document === undefined ? 'The file is empty, or has comments only.' : 'failpath reads OpenAPI 3.0 and 3.1.',
      remedy: 'Begin the document with `openapi: 3.1.0`; convert a Swagger 2 document first.',
      location: source.locate('/openapi'),
    },
  ]);
}

function refuse(findings: readonly Finding[]): void {
  if (findings.length > 0) throw new InputError(findings);
}

function textOr(value: unknown, fallback: string): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : fallback;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function deepFreeze<T>(value: T): T {
  if (isObject(value) && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
