import type { OpenAPIV3_1 } from 'openapi-types';
import { InputError, type Finding } from './errors.js';
import { readExtension } from './extensions.js';
import { readOperations } from './operations.js';
import { brokenReferences, references } from './refs.js';
import { createRouter } from './router.js';
import { createSchemas } from './schemas.js';
import { readSource, type Source } from './source.js';
import type { Contract } from './types.js';
import { upgrade } from './upgrade.js';

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
  const document = await readDocument(source);
  const { extension, findings } = readExtension(document['x-failpath' as keyof typeof document], source);
  refuse([...findings, ...brokenReferences(document, source)]);

  const operations = readOperations(document, createSchemas(document), extension);
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  let route: Contract['route'] | undefined;
  return Object.freeze<Contract>({
    file: source.file,
    title: document.info?.title ?? source.file,
    version: document.info?.version ?? '',
    sha256: source.sha256,
    document: deepFreeze(document),
    api: extension.api,
    envelope: Object.freeze(extension.envelope),
    refusals: Object.freeze({
      unknownRoute: extension.refusals.unknownRoute,
      malformedBody: extension.refusals.malformedBody,
      invalidBody: extension.refusals.invalidBody,
    }),
    limits: deepFreeze(extension.limits),
    operations,
    failures: Object.freeze(operations.flatMap((operation) => operation.failures)),
    operation: (id) => byId.get(id),
    route: (method, path) => (route ??= createRouter(operations))(method, path),
    locate: (pointer) => source.locate(pointer),
  });
}

async function readDocument(source: Source): Promise<OpenAPIV3_1.Document> {
  const document = requireOpenApi(source);
  if (document.openapi.startsWith('3.0')) upgrade(document);
  return references(document).some(({ ref }) => !ref.startsWith('#')) ? bundle(source) : document;
}

function requireOpenApi(source: Source): OpenAPIV3_1.Document {
  const document = source.value as Partial<OpenAPIV3_1.Document> | null;
  const version: unknown = document?.openapi;
  if (typeof version === 'string' && /^3\.[01]\.\d+/.test(version)) {
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
      why: 'failpath reads OpenAPI 3.0 and 3.1.',
      remedy: 'Begin the document with `openapi: 3.1.0`; convert a Swagger 2 document first.',
      location: source.locate('/openapi'),
    },
  ]);
}

/** A contract that is spread over files becomes one document; the bundler is only loaded for it. */
async function bundle(source: Source): Promise<OpenAPIV3_1.Document> {
  const { bundle: bundleFiles, createConfig } = await import('@redocly/openapi-core');
  const { bundle: bundled, problems } = await bundleFiles({ ref: source.path, config: await createConfig({}) });
  refuse(
    problems.map((problem): Finding => {
      const place = problem.location[0];
      return {
        problem: 'broken-ref',
        what: problem.message,
        why: 'What it was to describe would not be checked at all.',
        remedy: 'Correct the reference, or add the file it names.',
        location: source.locate(place?.pointer?.replace(/^#/, '') ?? ''),
      };
    }),
  );
  return bundled.parsed as OpenAPIV3_1.Document;
}

function refuse(findings: readonly Finding[]): void {
  if (findings.length > 0) throw new InputError(findings);
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
