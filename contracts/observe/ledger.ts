import type { Contract } from '../../spec/index.js';
import { summarise } from '../judge.js';
import type { Decision } from '../decision.js';
import { buildLedger, type LedgerCause, type LedgerFailure } from '../ledger.js';
import type { Outcome } from '../types.js';
import type { Observer } from './observer.js';
import type { ObservedFailure, ObservedLedger, SeenFailure, Traffic } from './types.js';

/** What stands for the cause of a failure that was seen go by. */
export const UNKNOWN_CAUSE = 'unknown';

/**
 * The ledger of an observation: one line per declared failure, as that of `verify` has, so that the same tools read it.
 *
 * A failure that was seen right is `not-selected`, with evidence: nobody has driven the API there, so nothing shows that the answer was the
 * right one, and no gate may be satisfied by it. The ledger is partial for the same reason. A failure that was seen wrong is `violated`.
 */
export function toLedger(run: {
  readonly contract: Contract;
  /** Of what was observed. */
  readonly url: string;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly observer: Observer;
  readonly failOnViolation: boolean;
}): ObservedLedger {
  const { contract, observer } = run;
  const { traffic, seen } = observer;
  const decide = (): Decision => ({ ...decideOf(traffic, run.failOnViolation), reasons: [] });
  const bare = buildLedger({ ...run, lines: [], decide });
  const failures = contract.failures.map((failure, index): ObservedFailure => {
    const one = seen.get(failure);
    const line = bare.failures[index] as LedgerFailure;
    return one === undefined ? { ...line, reason: 'not seen in traffic', seen: null } : toLine(line, one);
  });
  const summary: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of failures) summary[outcome] = (summary[outcome] ?? 0) + 1;
  return { ...bare, failures, summary, partial: true, traffic };
}

function toLine(line: LedgerFailure, seen: SeenFailure): ObservedFailure {
  const { failure, times, wrong, violation } = seen;
  const often = times === 1 ? 'once' : `${times} times`;
  const reason = violation === undefined ? `seen in traffic ${often}, which is evidence and no proof` : summarise(violation.discrepancies);
  const [first, last] = [new Date(seen.first).toISOString(), new Date(seen.last).toISOString()];
  const shown = violation?.request ?? seen.requests[0];
  const requests = violation === undefined ? seen.requests : [...seen.requests, violation.request];
  const cause: LedgerCause = {
    cause: UNKNOWN_CAUSE,
    outcome: violation === undefined ? 'not-selected' : 'violated',
    reason,
    observed: shown === undefined ? null : { status: shown.status ?? failure.status, code: shown.code },
    requestId: shown?.requestId ?? null,
    durationMs: shown?.durationMs ?? 0,
    discrepancies: violation?.discrepancies ?? [],
    answer: violation?.answer ?? null,
    evidence: {
      trigger: 'observed',
      requests,
      control: null,
      notes: [
        `seen ${often}${wrong > 0 ? `, ${wrong === times ? 'each time' : wrong === 1 ? 'once' : `${wrong} times`} not as declared` : ''}, last at ${last}`,
        ...(failure.causes.length > 1 ? [`traffic does not show which of its causes it was: ${failure.causes.join(', ')}`] : []),
      ],
    },
    repro: null,
  };
  return { ...line, outcome: cause.outcome, reason, causes: [cause], seen: { times, wrong, first, last } };
}

/** What stands for a verdict when requests came by, and none of them was an operation's. */
const NONE_REACHED = 'no operation of the contract was reached';

function decideOf({ violations, reached, unrouted, elsewhere }: Traffic, failOnViolation: boolean): Omit<Decision, 'reasons'> {
  if (violations > 0 && (failOnViolation || reached > 0)) return { verdict: 'violations were seen', exitCode: failOnViolation ? 1 : 0 };
  if (reached > 0) return { verdict: 'no violation was seen', exitCode: 0 };
  return { verdict: violations + unrouted + elsewhere.length > 0 ? NONE_REACHED : 'nothing could be judged', exitCode: 3 };
}
