import { EXIT } from '../../ci/index.js';
import { catalogueOf, formatCode, nearCodes, type CatalogueCode, type ErrorCatalogue } from '../../mocks/index.js';
import { closest, loadContract, type Contract, type InputError, type Operation } from '../../spec/index.js';
import { contractFile } from '../contract.js';
import { judgePiped, readAnswer } from '../explain/answer.js';
import { formatJudgement, formatSightings, plain } from '../explain/format.js';
import { DEFAULT_LEDGER, findInLedgers, findInMock, ledgersToRead, type Sighting } from '../explain/sightings.js';
import type { Io } from '../io.js';
import { usage } from '../usage.js';

export interface ExplainOptions {
  readonly contract?: string;
  /** The operation that answers, or has answered. */
  readonly operation?: string;
  /** Where a request id is looked up; the ledger of `failpath verify` by default, if there is one. */
  readonly ledger?: readonly string[];
  /** Of a running mock, whose journal is asked for a request id. */
  readonly url?: string;
  readonly adminToken?: string;
  readonly json?: boolean;
}

/** What every way to explain needs. */
interface Asked {
  readonly contract: Contract;
  /** Made when it is asked for: it takes longer than to see that an answer is foreign. */
  readonly catalogue: () => ErrorCatalogue;
  readonly operation: Operation | undefined;
  readonly options: ExplainOptions;
  readonly io: Io;
}

/** Longer answers are cut off, and are then no JSON. */
const LONGEST_INPUT = 16 * 1_048_576;

/**
 * `failpath explain`: what a code, a request or an answer means, what causes it, what to do, and how to see it.
 *
 * Exit codes: 0; 1 for an answer that is no legal envelope of its code; 3 for one that is no envelope, and for a mock that does not answer;
 * 4 for a code or a request that nobody knows.
 *
 * @throws {InputError} for what is not known, and for a contract, ledger or URL that cannot be used
 */
export async function explain(what: string | undefined, options: ExplainOptions, io: Io): Promise<number> {
  const contract = await loadContract(contractFile(options.contract));
  let made: ErrorCatalogue | undefined;
  const catalogue = (): ErrorCatalogue => (made ??= catalogueOf(contract, { url: options.url }));
  const asked: Asked = { contract, catalogue, operation: operationOf(contract, options.operation), options, io };
  if (what === undefined || what === '-') return explainAnswer(await piped(what, io), asked);
  const entry = catalogue().codes.find(({ code }) => code === what);
  if (entry !== undefined) return explainCode(entry, asked);
  if (/^\s*(?:\{|HTTP\/)/.test(what)) return explainAnswer(what, asked);
  return explainRequest(what, asked);
}

async function piped(what: string | undefined, io: Io): Promise<string> {
  if (io.input === undefined) {
    const said = what === undefined ? 'nothing is named, and nothing is piped in' : 'nothing is piped in';
    throw usage(
      said,
      'It takes a code, a request id or an answer.',
      'Say `failpath explain <code>`, or `curl -i ... | failpath explain -`.',
    );
  }
  return io.input(LONGEST_INPUT);
}

function operationOf(contract: Contract, id: string | undefined): Operation | undefined {
  if (id === undefined) return undefined;
  const operation = contract.operation(id);
  if (operation !== undefined) return operation;
  const ids = contract.operations.map((one) => one.id);
  const near = closest(id, ids);
  throw usage(
    `--operation is ${JSON.stringify(id)}`,
    `${contract.file} has no such operation.`,
    near === undefined ? `It has ${ids.join(', ')}.` : `Did you mean ${near}?`,
  );
}

function explainCode(entry: CatalogueCode, { operation, options, io }: Asked): number {
  const others = entry.operations.map((one) => one.operation);
  if (operation !== undefined && !others.includes(operation.id)) {
    throw usage(
      `${operation.id} does not answer ${entry.code}`,
      'The contract declares the codes of each operation, and no others can come.',
      `Leave --operation away, or name one of those that do: ${others.join(', ')}.`,
    );
  }
  if (options.json === true) io.out(json({ kind: 'code', code: entry, exitCode: EXIT.proven }));
  else io.out(formatCode(entry, { color: io.color, operation: operation?.id }));
  return EXIT.proven;
}

async function explainRequest(id: string, asked: Asked): Promise<number> {
  const { catalogue, options, io } = asked;
  const files = ledgersToRead(options.ledger);
  const { sightings, unreachable } = await sightingsOf(id, files, asked);
  if (sightings.length === 0) {
    if (unreachable === undefined) throw unknown(id, files, asked);
    io.err(`${unreachable}\n`);
    return EXIT.unjudged;
  }
  const codes = [...new Set(sightings.flatMap(codesOf))];
  const entries = catalogue().codes.filter(({ code }) => codes.includes(code));
  if (options.json === true) {
    io.out(json({ kind: 'request', requestId: id, sightings, codes: entries, exitCode: EXIT.proven }));
    return EXIT.proven;
  }
  const operation = soleOperation(sightings) ?? asked.operation?.id;
  const ofOne = (entry: CatalogueCode): string | undefined => entry.operations.find((one) => one.operation === operation)?.operation;
  const parts = [
    formatSightings(id, sightings, io),
    ...entries.map((entry) => formatCode(entry, { color: io.color, operation: ofOne(entry) })),
  ];
  io.out(parts.join('\n'));
  if (unreachable !== undefined) io.err(`${unreachable}\n`);
  return EXIT.proven;
}

/** The code that was answered, and the one that had to be. */
function codesOf(one: Sighting): (string | null | undefined)[] {
  if (one.in === 'mock') return [one.code];
  const due = one.outcome === 'verified' ? [] : [one.expected.split(' ')[1]];
  return [...due, one.request.code];
}

/** The operation that has answered, where everybody says the same. */
function soleOperation(sightings: readonly Sighting[]): string | undefined {
  const all = new Set(sightings.map((one) => (one.in === 'ledger' ? one.request.label : one.operation)));
  return all.size === 1 ? [...all][0] : undefined;
}

interface Found {
  readonly sightings: readonly Sighting[];
  readonly unreachable: string | undefined;
}

async function sightingsOf(id: string, files: readonly string[], { options, io }: Asked): Promise<Found> {
  const inLedgers = findInLedgers(files, id);
  if (options.url === undefined) return { sightings: inLedgers, unreachable: undefined };
  const token = options.adminToken ?? io.env['FAILPATH_ADMIN_TOKEN'];
  const inMock = await findInMock({ url: options.url, token }, id);
  if ('unreachable' in inMock) return { sightings: inLedgers, unreachable: inMock.unreachable };
  return { sightings: [...inMock, ...inLedgers], unreachable: undefined };
}

/** Neither a code nor a request that anybody has seen. */
function unknown(word: string, files: readonly string[], { catalogue, contract, options }: Asked): InputError {
  const near = nearCodes(catalogue(), word);
  const shown = JSON.stringify(word.slice(0, 200));
  if (near.length > 0) {
    const meant = near.map(({ code }) => code).join(', ');
    return usage(
      `${shown} is no code of ${contract.title}`,
      `The codes of ${contract.file} are the only ones there are.`,
      `Did you mean ${meant}?`,
    );
  }
  const places = [...files, ...(options.url === undefined ? [] : [`the mock at ${options.url}`])];
  return usage(
    `${shown} is no code of ${contract.title}, and no request that is known`,
    places.length === 0
      ? `There is no ${DEFAULT_LEDGER}, and no --ledger or --url to look for it.`
      : `It was looked for in ${places.join(', ')}.`,
    '`failpath list` shows the codes; --ledger names the ledger of a run, and --url a mock.',
  );
}

async function explainAnswer(text: string, asked: Asked): Promise<number> {
  const { contract, catalogue, operation, options, io } = asked;
  const answer = readAnswer(text);
  const judged = judgePiped(contract, answer, operation);
  if (judged.kind === 'foreign') {
    if (options.json === true)
      io.out(json({ kind: 'foreign', why: judged.why, status: answer.head?.status ?? null, exitCode: EXIT.unjudged }));
    else io.out(formatJudgement(judged, answer, io));
    return EXIT.unjudged;
  }
  const { code, failure, wrong, envelope } = judged;
  const exitCode = wrong.length === 0 && failure !== undefined ? EXIT.proven : EXIT.finding;
  const entry = catalogue().codes.find((one) => one.code === code);
  const near = entry === undefined ? nearCodes(catalogue(), code).map((one) => one.code) : [];
  const looked = typeof envelope.requestId === 'string' && (options.ledger !== undefined || options.url !== undefined);
  const found = looked ? await sightingsOf(envelope.requestId, options.ledger ?? [], asked) : undefined;
  const sightings = found?.sightings ?? [];
  if (options.json === true) {
    const status = answer.head?.status ?? null;
    io.out(
      json({
        kind: 'envelope',
        legal: exitCode === EXIT.proven,
        status,
        ...envelope,
        wrong,
        near,
        sightings,
        code: entry ?? code,
        exitCode,
      }),
    );
    return exitCode;
  }
  const known = operation !== undefined && entry?.operations.some((one) => one.operation === operation.id) === true;
  const parts = [
    formatJudgement(judged, answer, io),
    ...(near.length === 0 ? [] : [`Did you mean ${near.join(', ')}?\n`]),
    ...(sightings.length === 0 ? [] : [formatSightings(plain(String(envelope.requestId)), sightings, io)]),
    ...(entry === undefined ? [] : [formatCode(entry, { color: io.color, operation: known ? operation.id : undefined })]),
  ];
  io.out(parts.join('\n'));
  if (found?.unreachable !== undefined) io.err(`${found.unreachable}\n`);
  return exitCode;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
