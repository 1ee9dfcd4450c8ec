import { createColors } from 'picocolors';
import { EXIT } from '../../ci/index.js';
import {
  coverageOf,
  formatCoverage,
  formatVerdict,
  judgeBehaviour,
  meetsCoverage,
  verdictToJson,
  type Coverage,
  type Verdict,
} from '../../mocks/index.js';
import { loadContract } from '../../spec/index.js';
import { contractFile } from '../contract.js';
import type { Io } from '../io.js';
import { fetchJournal, type RunningMock, type SeenJournal } from '../running-mock.js';
import { createSelection, type SelectOptions } from '../select.js';
import { usage } from '../targets.js';

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
  const journal = await fetchJournal(mock, contract);
  if ('unreachable' in journal) return unjudged(`${journal.unreachable}\n`, io);
  const covered = coverageOf(contract, journal.exchanges, selection);
  const verdicts = judgeBehaviour(contract, journal.exchanges);
  const exitCode = exitCodeOf(covered, verdicts, journal, min);
  if (options.json === true) io.out(`${JSON.stringify(toJson(covered, verdicts, journal, min, exitCode), null, 2)}\n`);
  else io.out(format(covered, verdicts, journal, min, io));
  if (journal.total === 0) return unjudged(`No request has reached ${options.url}: run the client against it first.\n`, io);
  return exitCode;
}

function unjudged(why: string, io: Io): number {
  io.err(why);
  return EXIT.unjudged;
}

function exitCodeOf(covered: Coverage, verdicts: readonly Verdict[], { total }: SeenJournal, min: number | undefined): number {
  // What is only likely is told, and decides nothing: a gate must not cry wolf.
  if (verdicts.some(({ certain }) => certain)) return EXIT.finding;
  if (total === 0) return EXIT.unjudged;
  return min === undefined || meetsCoverage(covered, min) ? EXIT.proven : EXIT.unproven;
}

function toJson(
  covered: Coverage,
  verdicts: readonly Verdict[],
  { total, exchanges }: SeenJournal,
  min: number | undefined,
  exitCode: number,
): unknown {
  const { rows, ...counts } = covered;
  const forgotten = total - exchanges.length;
  return {
    ...counts,
    ...(min === undefined ? {} : { min }),
    requests: total,
    forgotten,
    failures: rows,
    verdicts: verdicts.map(verdictToJson),
    exitCode,
  };
}

function format(covered: Coverage, verdicts: readonly Verdict[], journal: SeenJournal, min: number | undefined, io: Io): string {
  const { bold, dim, red } = createColors(io.color);
  const forgotten = journal.total - journal.exchanges.length;
  return [
    formatCoverage(covered).replace(/^.*/, (head) => bold(head)),
    ...(forgotten > 0
      ? [dim(`The journal has forgotten ${forgotten} of ${journal.total} requests; what they were shown is not counted.\n`)]
      : []),
    ...(min === undefined || meetsCoverage(covered, min) ? [] : [red(`${covered.percent}% is less than ${min}%.\n`)]),
    ...(verdicts.length === 0
      ? []
      : [`\n${bold('How the client behaved')}\n`, ...verdicts.map((verdict) => `\n${formatVerdict(verdict)}`)]),
  ].join('');
}
