import { EXIT } from '../../ci/index.js';
import { repetitionsOf, startMock, type LooseApi, type Mock, type RecordedExchange } from '../../mocks/index.js';
import { loadContract, type Contract, type Failure } from '../../spec/index.js';
import { contractFile } from '../contract.js';
import type { Io } from '../io.js';
import { lastLines } from '../process-group.js';
import { createSelection, type SelectOptions } from '../select.js';
import { runCommand, type Ended } from '../sweep/command.js';
import { exitCodeOf, judgeRun, type SweepLine } from '../sweep/lines.js';
import { formatSweep, sweepToJson, type Sweep } from '../sweep/report.js';
import { usage } from '../usage.js';
import { INTERRUPTED_EXIT } from '../words.js';

export interface SweepOptions extends SelectOptions {
  /** The client's test command: a program and its arguments. */
  readonly command: readonly string[];
  readonly contract?: string;
  /** Of the mock; a free one by default. */
  readonly port?: number;
  /** For each run of the command, in seconds; 60 by default. */
  readonly timeout?: number;
  /** What Retry-After says of failures that carry one, in seconds; 1 by default: a sweep must not wait as long as production. */
  readonly retryAfter?: number;
  /** Whether the command is run once without a failure, to begin with; true by default. */
  readonly control?: boolean;
  /** The command may fail: only that it ends, and how the client behaved, counts. */
  readonly anyExit?: boolean;
  readonly json?: boolean;
}

const TIMEOUT_SECONDS = 60;
const OWN_VARIABLES = ['FAILPATH_URL', 'FAILPATH_OPERATION', 'FAILPATH_STATUS', 'FAILPATH_CODE', 'FAILPATH_RETRY'] as const;

/**
 * `failpath sweep`: runs a client's test command once for each declared failure, with a mock that answers every request to the
 * operation with it, and reports how the client fared. The command finds the mock by FAILPATH_URL, and the failure by
 * FAILPATH_OPERATION, FAILPATH_STATUS, FAILPATH_CODE and FAILPATH_RETRY; in the control run these four are not set.
 *
 * Exit codes: 0 when every failure was shown and handled; 1 when the command failed, hung or misbehaved on one; 2 when one was not
 * shown; 3 when the command fails without any failure, or never asks the mock; 130 when interrupted.
 *
 * @param start Starts the mock.
 * @throws {InputError} for a command that cannot be started, a filter that matches nothing, and what `startMock` throws
 */
export async function sweep(options: SweepOptions, io: Io, start: typeof startMock = startMock): Promise<number> {
  if (options.command.length === 0)
    throw usage(
      'there is no command to run',
      'A sweep runs the tests of a client.',
      'Say it after --, such as: failpath sweep -- npm test',
    );
  const contract = await loadContract(contractFile(options.contract));
  const failures = contract.failures.filter(createSelection(contract, options));
  const mock = await start<unknown, LooseApi>({ port: options.port ?? 0, contract });
  const abort = new AbortController();
  const unlisten = io.onInterrupt(() => abort.abort());
  const progress = createProgress(io, failures.length);
  try {
    const result = await sweepAll({ contract, failures, mock, options, io, signal: abort.signal, progress });
    progress.clear();
    if ('unjudged' in result) {
      io.err(result.unjudged);
      return EXIT.unjudged;
    }
    io.out(options.json === true ? `${JSON.stringify(sweepToJson(result), null, 2)}\n` : formatSweep(result, io.color));
    return result.exitCode;
  } finally {
    progress.clear();
    unlisten();
    await mock.close();
  }
}

interface Course {
  readonly contract: Contract;
  readonly failures: readonly Failure[];
  readonly mock: Mock<unknown, LooseApi>;
  readonly options: SweepOptions;
  readonly io: Io;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

async function sweepAll(course: Course): Promise<Sweep | { readonly unjudged: string }> {
  const { failures, mock, options, signal, progress } = course;
  const control = options.control === false ? undefined : await runOnce(course, undefined);
  const controlled = control === undefined ? undefined : { ended: control.ended, requests: control.exchanges.length };
  if (control !== undefined && !signal.aborted) {
    const why = whyUnjudged(control.ended, control.exchanges.length, mock.url);
    if (why !== undefined) return { unjudged: why };
  }
  const known = { repetitions: control === undefined ? undefined : repetitionsOf(control.exchanges), anyExit: options.anyExit === true };
  const lines: SweepLine[] = [];
  for (const failure of failures) {
    if (signal.aborted) break;
    progress.show(lines.length, failure);
    mock.reset();
    arm(mock, failure, options.retryAfter ?? 1);
    const { ended, exchanges } = await runOnce(course, failure);
    // What an interrupt ended says nothing about the client.
    if (!signal.aborted) lines.push(judgeRun(course.contract, failure, ended, exchanges, known));
  }
  const interrupted = signal.aborted;
  const exitCode = interrupted ? INTERRUPTED_EXIT : exitCodeOf(lines);
  return { command: options.command, control: controlled, lines, selected: failures.length, interrupted, exitCode };
}

/** From now until the next reset, every request to the failure's operation is answered with it. */
function arm(mock: Course['mock'], { operation, code, answer }: Failure, retryAfterSeconds: number): void {
  const waits = answer.headers.some(({ name }) => name.toLowerCase() === 'retry-after');
  mock.on(operation.id).answers([{ fails: code, ...(waits ? { headers: { 'retry-after': String(retryAfterSeconds) } } : {}) }]);
}

async function runOnce(
  { mock, options, io, signal }: Course,
  failure: Failure | undefined,
): Promise<{ ended: Ended; exchanges: readonly RecordedExchange[] }> {
  const inherited = Object.fromEntries(Object.entries(io.env).filter(([name]) => !(OWN_VARIABLES as readonly string[]).includes(name)));
  const own =
    failure === undefined
      ? {}
      : {
          FAILPATH_OPERATION: failure.operation.id,
          FAILPATH_STATUS: String(failure.status),
          FAILPATH_CODE: failure.code,
          FAILPATH_RETRY: failure.retry,
        };
  const env = { ...inherited, ...own, FAILPATH_URL: mock.url };
  const ended = await runCommand(options.command, { env, timeoutMs: (options.timeout ?? TIMEOUT_SECONDS) * 1_000, signal });
  return { ended, exchanges: mock.journal.exchanges() };
}

/** Why a control run leaves nothing to be judged by. */
function whyUnjudged(ended: Ended, requests: number, url: string): string | undefined {
  const printed = lastLines(ended.output)
    .map((text) => `  | ${text}\n`)
    .join('');
  if (ended.timedOut || ended.exitCode !== 0) {
    const how = ended.timedOut
      ? 'does not come to an end'
      : `fails (${ended.exitCode === null ? String(ended.signal) : `exit ${ended.exitCode}`})`;
    return `The command ${how} while the mock fails at nothing, so its failing would say nothing.\n${printed}    fix: Make it pass against a mock (FAILPATH_URL), or leave out this run with --no-control.\n`;
  }
  if (requests > 0) return undefined;
  return `The command succeeds without a single request to the mock at ${url}.\n${printed}    fix: Make the client use the address in FAILPATH_URL.\n`;
}

/** A line on a terminal that says how far the sweep is; nothing anywhere else. */
interface Progress {
  show(done: number, failure: Failure): void;
  clear(): void;
}

function createProgress(io: Io, failures: number): Progress {
  let drawn = false;
  return {
    show: (done, { operation, status, code }) => {
      if (!io.errIsTerminal) return;
      drawn = true;
      const text = `${String(done + 1).padStart(String(failures).length)}/${failures}  ${operation.id} ${status} ${code}`;
      io.err(`\r\u001b[2K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
    },
    clear: () => {
      if (drawn) io.err('\r\u001b[2K');
      drawn = false;
    },
  };
}
