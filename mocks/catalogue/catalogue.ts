import { dirname, relative, resolve } from 'node:path';
import { groupBy, jsonPointer, type Contract, type Failure, type Location, type Retry } from '../../spec/index.js';
import { detailsOf } from './details.js';
import { bestOf, reproductionsOf } from './reproduce.js';
import type { CatalogueCode, Cause, Declaration, Details, ErrorCatalogue, ShownExample, ShownHeader } from './types.js';

/** What a client should do with a request that was refused, by the code's class. */
export const ADVICE: Readonly<Record<Retry, string>> = {
  never: 'Do not send the same request again: it will be refused again until what the code names has changed.',
  backoff: 'Send the same request again later, and ever more slowly.',
  'retry-after': 'Wait for as long as the Retry-After header says, then try again.',
};

export interface CatalogueOptions {
  /** Where the mock listens that the curls are for; `http://127.0.0.1:4010` by default. */
  readonly url?: string | undefined;
  /** Tells places from the folder of the contract, so that they are the same wherever the command is run; from the working folder by default. */
  readonly fromContract?: boolean | undefined;
}

/**
 * The error catalogue of a contract, in the order in which the contract first names each code: all that it says about each code, and how
 * to be answered with it by the mock.
 *
 * @example
 * const catalogue = catalogueOf(await loadContract('openapi.yaml'));
 * catalogue.codes.find(({ code }) => code === 'api_key.revoked')?.statuses; // [401]
 */
export function catalogueOf(
  given: Contract,
  { url = 'http://127.0.0.1:4010', fromContract = false }: CatalogueOptions = {},
): ErrorCatalogue {
  const contract = fromContract ? seenFromItself(given) : given;
  const { title, version, file, sha256, failures } = contract;
  const codes = [...groupBy(failures, ({ code }) => code).values()].map((same) => describe(contract, same, url));
  return { title, version, file, sha256, magicMembers: contract.magic?.members ?? [], codes };
}

function describe(contract: Contract, failures: readonly [Failure, ...Failure[]], url: string): CatalogueCode {
  const [first] = failures;
  const operations = failures.map((failure) => declarationOf(contract, failure, url));
  return {
    code: first.code,
    title: first.title,
    meaning: plain(first.description),
    statuses: [...new Set(failures.map(({ status }) => status))].toSorted((a, b) => a - b),
    retry: first.retry,
    advice: ADVICE[first.retry],
    interpretation: first.interpretation === undefined ? undefined : plain(first.interpretation),
    magic: first.magic,
    causes: causesOf(failures),
    details: detailsByShape(contract, failures),
    headers: headersOf(contract, failures),
    examples: examplesOf(failures),
    operations,
    reproductions: bestOf(operations),
    declared: schemaLocation(contract, first),
  };
}

function causesOf(failures: readonly Failure[]): readonly Cause[] {
  const pairs = failures.flatMap(({ causes, operation }) =>
    causes.filter((cause) => cause !== 'any').map((cause) => ({ cause, id: operation.id })),
  );
  return [...groupBy(pairs, ({ cause }) => cause)].map(([cause, same]) => ({ cause, operations: same.map(({ id }) => id) }));
}

function detailsByShape(contract: Contract, failures: readonly Failure[]): readonly Details[] {
  const all = failures.map((failure) => ({ id: failure.operation.id, details: detailsOf(contract, failure) }));
  return [...groupBy(all, ({ details }) => JSON.stringify(details)).values()]
    .map((same) => ({ operations: same.map(({ id }) => id), ...same[0].details }))
    .filter(({ members, required }) => members.length > 0 || required);
}

function headersOf({ document }: Contract, failures: readonly Failure[]): readonly ShownHeader[] {
  const headers = failures.flatMap(({ answer }) => answer.headers);
  return [...groupBy(headers, ({ name }) => name).values()].map((same) => {
    const [{ name, pointer, example }] = same;
    const said = (jsonPointer.get(document, pointer) as { readonly description?: unknown } | undefined)?.description;
    return { name, required: same.every(({ required }) => required), description: typeof said === 'string' ? plain(said) : '', example };
  });
}

function examplesOf(failures: readonly Failure[]): readonly ShownExample[] {
  const all = failures.flatMap(({ examples, operation }) => examples.map((example) => ({ example, id: operation.id })));
  return [...groupBy(all, ({ example }) => JSON.stringify(example.value)).values()].map((same) => ({
    summary: same[0].example.summary,
    body: same[0].example.value,
    operations: same.map(({ id }) => id),
  }));
}

function declarationOf(contract: Contract, failure: Failure, url: string): Declaration {
  const { operation, status, pointer } = failure;
  const order = failure.answer.failures;
  return {
    operation: operation.id,
    method: operation.method,
    path: operation.path,
    summary: operation.summary,
    status,
    after: order.slice(0, order.indexOf(failure)).map((one) => one.code),
    declared: contract.locate(pointer),
    reproductions: reproductionsOf(contract, failure, url),
  };
}

/** A contract whose places are told from its own folder. */
function seenFromItself(contract: Contract): Contract {
  const from = dirname(resolve(contract.file));
  const short = (file: string): string => relative(from, resolve(file));
  const locate = (pointer: string): Location => {
    const place = contract.locate(pointer);
    return { ...place, file: short(place.file) };
  };
  return { ...contract, file: short(contract.file), locate };
}

/** Where the schema of a code stands, be it by itself or in the answer. */
function schemaLocation({ document, locate }: Contract, { pointer }: Failure): Location {
  const ref = (jsonPointer.get(document, pointer) as { readonly $ref?: unknown } | undefined)?.$ref;
  const target = typeof ref === 'string' ? jsonPointer.fromFragment(ref) : undefined;
  return locate(target ?? pointer);
}

function plain(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
