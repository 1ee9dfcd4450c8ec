import { randomInt } from 'node:crypto';
import { EXIT } from '../../ci/index.js';
import { formatFuzz, fuzz as run, readCorpus, readFinding, writeCorpus, type Finding, type FuzzEvent } from '../../contracts/index.js';
import { InputError, type Contract } from '../../spec/index.js';
import { soundContract } from '../contract.js';
import type { Io } from '../io.js';
import { createSelection, type SelectOptions } from '../select.js';
import { loadSuite, type SuiteOptions } from '../suites.js';
import { openTarget, type TargetOptions } from '../targets.js';
import { usage } from '../usage.js';
import { INTERRUPTED_EXIT } from '../words.js';

export interface FuzzCommandOptions extends Pick<SelectOptions, 'operation'>, TargetOptions, SuiteOptions {
  readonly contract?: string;
  readonly seed?: number;
  readonly requests?: number;
  readonly time?: number;
  readonly timeout?: number;
  readonly rate?: number;
  readonly concurrency: number;
  readonly corpus?: string;
  readonly replay?: string;
  readonly only?: 'input' | 'sequences';
  readonly json?: boolean;
}

/** Enough to see every kind of change on every operation; a run by time alone has no such end. */
const REQUESTS = 2_000;

type Finished = Extract<FuzzEvent, { type: 'finished' }>;

/** What a run is to do: as many cases, or only what was found before. */
interface Task {
  readonly seed: number;
  readonly requests: number;
  readonly number?: number;
  readonly sequence?: number;
  readonly corpus: readonly Finding[];
}

/** `failpath fuzz`: sends a deployment what its contract does not allow. Without a deployment, the embedded sandbox. */
export async function fuzz(options: FuzzCommandOptions, io: Io): Promise<number> {
  const contract = await soundContract(options.contract);
  const selected = selectOperations(contract, options);
  const suite = await loadSuite(contract, options);
  const task = taskOf(options);
  // What is found is to be kept: that it cannot be is said before anything is sent.
  if (options.corpus !== undefined) keep(options.corpus, [], io);
  const target = await openTarget(contract, options, io, (deployment) =>
    options.rate === undefined ? deployment : { ...deployment, http: { ...deployment.http, rate: options.rate } },
  );
  if (target.deployment.stateless === true) {
    await target.close();
    throw usage(
      'there is no deployment to fuzz',
      'The mock of a contract without a sandbox is made of examples: what it gets wrong says nothing of your API.',
      'Name one: --url http://127.0.0.1:3000, or --deployment <file>.',
    );
  }
  const abort = new AbortController();
  const unlisten = io.onInterrupt(() => abort.abort());
  try {
    const { deployment } = target;
    const events = run({
      contract,
      suite,
      deployment,
      ...task,
      concurrency: options.concurrency,
      ...(selected === undefined ? {} : { selected }),
      ...(options.only === undefined ? {} : { only: options.only }),
      signal: abort.signal,
      ...(options.time === undefined ? {} : { timeMs: options.time * 1000 }),
      ...(options.timeout === undefined ? {} : { timeoutMs: Math.max(1, Math.round(options.timeout * 1000)) }),
    });
    const { finished, operations } = await follow(events, io);
    if (options.json === true)
      io.out(`${JSON.stringify({ url: deployment.url, seed: task.seed, ...finished, type: undefined }, null, 2)}\n`);
    else {
      const where = (options.deployment ?? options.url) === undefined ? 'the embedded sandbox' : deployment.url;
      const report = {
        color: io.color,
        where,
        seed: task.seed,
        operations,
        interrupted: abort.signal.aborted,
        controls: task.requests > 0 && options.only !== 'sequences',
        command: commandOf(options),
      };
      io.out(formatFuzz(finished, report));
    }
    if (options.corpus !== undefined) keep(options.corpus, finished.findings, io);
    return abort.signal.aborted ? INTERRUPTED_EXIT : exitCodeOf(finished);
  } finally {
    unlisten();
    await target.close();
  }
}

function exitCodeOf({ findings, answered, good, accepted, unjudged }: Finished): number {
  if (findings.length > 0) return EXIT.finding;
  // Where no good request is accepted, every refusal of a bad one means nothing.
  if (answered === 0 || (good > 0 && accepted === 0) || unjudged !== undefined) return EXIT.unjudged;
  return EXIT.proven;
}

function selectOperations(
  contract: Contract,
  { operation = [] }: FuzzCommandOptions,
): ((operation: Contract['operations'][number]) => boolean) | undefined {
  if (operation.length === 0) return undefined;
  const selection = createSelection(contract, { operation });
  return (one) => one.failures.some(selection);
}

function taskOf({ seed = randomInt(2 ** 31), requests, time, corpus, replay }: FuzzCommandOptions): Task {
  const most = requests ?? (time === undefined ? REQUESTS : Infinity);
  if (replay === undefined) return { seed, requests: most, corpus: corpus === undefined ? [] : readCorpus(corpus) };
  const [, from, isSequence, number] = /^(\d+):(s?)(\d+)$/.exec(replay) ?? [];
  if (from === undefined || number === undefined) return { seed, requests: 0, corpus: [readFinding(replay)] };
  if (Number(number) < 1)
    throw usage(
      `--replay is ${JSON.stringify(replay)}`,
      'Cases are counted from 1.',
      'Copy what the report said: --replay <seed>:<number>.',
    );
  if (isSequence === 's') return { seed: Number(from), requests: 0, sequence: Number(number), corpus: [] };
  return { seed: Number(from), requests: 1, number: Number(number), corpus: [] };
}

/** What runs a finding again: the same deployment at the same pace, and the same operations, whose cases are counted together. */
function commandOf({ deployment, url, contract, operation = [], timeout, rate }: FuzzCommandOptions): string {
  const quoted = (text: string): string => (/^[\w./:@%=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`);
  const named = { deployment, url, contract, timeout, rate };
  const flags = Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${quoted(String(value))}`]));
  return ['failpath fuzz', ...flags, ...operation.map((glob) => `--operation ${quoted(glob)}`)].join(' ');
}

/** Follows a run to its end; on a terminal, a line says how far it is. */
async function follow(events: AsyncGenerator<FuzzEvent>, io: Io): Promise<{ finished: Finished; operations: number }> {
  let operations = 0;
  let finished: Finished = { type: 'finished', sent: 0, answered: 0, good: 0, accepted: 0, durationMs: 0, findings: [] };
  const clear = (): void => (io.errIsTerminal ? io.err('\r\u001b[2K') : undefined);
  for await (const event of events) {
    if (event.type === 'started') {
      ({ operations } = event);
      io.err(`seed ${event.seed}\n`);
    }
    if (event.type === 'progress' && io.errIsTerminal) io.err(`\r\u001b[2K${event.sent} requests, ${event.findings} findings`);
    if (event.type === 'note') {
      clear();
      io.err(`note: ${event.says}${/[.?!]$/.test(event.says) ? '' : '.'} ${event.remedy}\n`);
    }
    if (event.type === 'finished') finished = event;
  }
  clear();
  return { finished, operations };
}

function keep(folder: string, findings: readonly Finding[], io: Io): void {
  try {
    const files = writeCorpus(folder, findings);
    if (files.length > 0) io.err(`kept in ${folder}: ${files.length} finding${files.length === 1 ? '' : 's'}\n`);
  } catch (error) {
    throw new InputError([
      {
        problem: 'output-unwritable',
        what: `the findings cannot be kept in ${folder}: ${(error as Error).message}`,
        why: 'What was found would have to be found again.',
        remedy: 'Name a folder that can be written to with --corpus.',
      },
    ]);
  }
}
