import { EXIT } from '../../ci/index.js';
import { judgeBehaviour, type RecordedExchange, type Verdict } from '../../mocks/index.js';
import type { Contract, Failure } from '../../spec/index.js';
import type { Ended } from './command.js';

/**
 * How a client fared on one failure:
 * - `handled`: it was shown the failure, and its command succeeded;
 * - `broke`: its command failed;
 * - `timed-out`: its command did not come to an end;
 * - `misbehaved`: it retried in a way that the contract forbids;
 * - `not-shown`: it never met the failure.
 */
export type SweepOutcome = 'handled' | 'broke' | 'timed-out' | 'misbehaved' | 'not-shown';

export interface SweepLine {
  readonly failure: Failure;
  readonly outcome: SweepOutcome;
  readonly ended: Ended;
  /** How many requests reached the operation. */
  readonly reached: number;
  /** How many were answered with the failure. */
  readonly shown: number;
  /** Those that reached the mock at all. */
  readonly requests: number;
  readonly verdicts: readonly Verdict[];
}

/** What else is known when a line is judged. */
export interface Knowledge {
  /** How often each request is made when nothing fails; `undefined` without a control run. */
  readonly repetitions: ReadonlyMap<string, number> | undefined;
  /** The command may fail: only that it ends, and how the client behaved, counts. */
  readonly anyExit: boolean;
}

/** Judges one run of the command. */
export function judgeRun(
  contract: Contract,
  failure: Failure,
  ended: Ended,
  exchanges: readonly RecordedExchange[],
  known: Knowledge,
): SweepLine {
  const { repetitions } = known;
  const reached = exchanges.filter(({ operation }) => operation === failure.operation.id);
  const shown = reached.filter(
    ({ status, code, spoiledBy }) => status === failure.status && code === failure.code && spoiledBy === undefined,
  ).length;
  const verdicts = judgeBehaviour(contract, exchanges, repetitions === undefined ? {} : { repetitions });
  // Without a control run, a client that asks twice cannot be told from one that retries.
  const misbehaved = verdicts.some(({ certain }) => certain || repetitions !== undefined);
  const outcome = outcomeOf(ended, { shown, misbehaved, anyExit: known.anyExit });
  return { failure, outcome, ended, reached: reached.length, shown, requests: exchanges.length, verdicts };
}

function outcomeOf(ended: Ended, { shown, misbehaved, anyExit }: { shown: number; misbehaved: boolean; anyExit: boolean }): SweepOutcome {
  if (ended.timedOut) return 'timed-out';
  if (misbehaved) return 'misbehaved';
  if (shown === 0) return 'not-shown';
  return ended.exitCode === 0 || (anyExit && ended.exitCode !== null) ? 'handled' : 'broke';
}

const FINDINGS: ReadonlySet<SweepOutcome> = new Set<SweepOutcome>(['broke', 'timed-out', 'misbehaved']);

/** The exit code of a sweep: a finding outweighs a mock that nobody asked, which outweighs a failure that was not shown. */
export function exitCodeOf(lines: readonly SweepLine[]): number {
  if (lines.some(({ outcome }) => FINDINGS.has(outcome))) return EXIT.finding;
  if (lines.every(({ requests }) => requests === 0)) return EXIT.unjudged;
  return lines.some(({ outcome }) => outcome === 'not-shown') ? EXIT.unproven : EXIT.proven;
}

/** Whether a line is one of which `exitCodeOf` makes a 1. */
export function isFinding({ outcome }: SweepLine): boolean {
  return FINDINGS.has(outcome);
}
