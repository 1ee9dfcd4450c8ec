import { createColors } from 'picocolors';
import { EXIT } from '../../ci/index.js';
import { formatCoverage, formatVerdict, meetsCoverage, summarise, type Coverage } from '../../mocks/index.js';
import { loadContract, type Contract, type Failure } from '../../spec/index.js';
import { contractFile } from '../contract.js';
import type { Io } from '../io.js';
import { fetchClients, type RunningMock, type SeenClients } from '../running-mock.js';
import { createSelection, type SelectOptions } from '../select.js';
import { usage } from '../usage.js';

export interface CoverageOptions extends SelectOptions {
  /** Of a running mock. */
  readonly url: string;
  readonly contract?: string;
  readonly adminToken?: string;
  /** The least that passes, in percent. */
  readonly min?: number;
  readonly json?: boolean;
}

/**
 * `failpath coverage`: which declared failures has the client of a running mock been shown, and how did it behave?
 *
 * Exit codes: 0; 1 when the client certainly misbehaved; 2 when less than `min` was shown; 3 when there is no mock, or no request
 * has reached it.
 *
 * @throws {InputError} for a URL, token, filter or contract that cannot be used
 */
export async function coverage(options: CoverageOptions, io: Io): Promise<number> {
  const { min } = options;
  if (min !== undefined && !(min >= 0 && min <= 100))
    throw usage(`--min is ${min}`, 'It is a share of the declared failures, in percent.', 'Say a number from 0 to 100.');
  const contract = await loadContract(contractFile(options.contract));
  const selection = createSelection(contract, options);
  const mock: RunningMock = { url: options.url, token: options.adminToken ?? io.env['FAILPATH_ADMIN_TOKEN'] };
  const seen = await fetchClients(mock, contract);
  if ('unreachable' in seen) return unjudged(`${seen.unreachable}\n`, io);
  const covered = summarise(selectedRows(contract, seen.rows, selection));
  const exitCode = exitCodeOf(covered, seen, min);
  if (options.json === true) io.out(`${JSON.stringify(toJson(covered, seen, min, exitCode), null, 2)}\n`);
  else io.out(format(covered, seen, min, io));
  if (seen.requests === 0) return unjudged(`No request has reached ${options.url}: run the client against it first.\n`, io);
  return exitCode;
}

function selectedRows(contract: Contract, rows: Coverage['rows'], selection: (failure: Failure) => boolean): Coverage['rows'] {
  const selected = new Set(contract.failures.filter(selection).map(({ key }) => key));
  return rows.filter(({ operation, status, code }) => selected.has(`${operation} ${status} ${code}`));
}

function unjudged(why: string, io: Io): number {
  io.err(why);
  return EXIT.unjudged;
}

function exitCodeOf(covered: Coverage, { requests, verdicts }: SeenClients, min: number | undefined): number {
  // What is only likely is told, and decides nothing: a gate must not cry wolf.
  if (verdicts.some(({ certain }) => certain)) return EXIT.finding;
  if (requests === 0) return EXIT.unjudged;
  return min === undefined || meetsCoverage(covered, min) ? EXIT.proven : EXIT.unproven;
}

function toJson({ rows, ...counts }: Coverage, seen: SeenClients, min: number | undefined, exitCode: number): unknown {
  const { requests, unjudged: notJudged, verdicts } = seen;
  return { ...counts, ...(min === undefined ? {} : { min }), requests, unjudged: notJudged, failures: rows, verdicts, exitCode };
}

function format(covered: Coverage, { requests, unjudged: notJudged, verdicts }: SeenClients, min: number | undefined, io: Io): string {
  const { bold, dim, red } = createColors(io.color);
  return [
    formatCoverage(covered).replace(/^.*/, (head) => bold(head)),
    ...(notJudged > 0 ? [dim(`The journal had forgotten ${notJudged} of ${requests} requests before their behaviour was judged.\n`)] : []),
    ...(min === undefined || meetsCoverage(covered, min) ? [] : [red(`${covered.percent}% is less than ${min}%.\n`)]),
    ...(verdicts.length === 0
      ? []
      : [`\n${bold('How the client behaved')}\n`, ...verdicts.map((verdict) => `\n${formatVerdict(verdict)}`)]),
  ].join('');
}
