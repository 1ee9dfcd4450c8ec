import { groupBy } from '../../spec/index.js';
import { LET_PASS, type Reason, type ReasonKind } from '../decision.js';
import { worstOf, type Ledger, type LedgerFailure } from '../ledger.js';
import { OUTCOMES, type Outcome } from '../types.js';

/** What a failure counts as: its outcome, or why the policy lets it pass. */
export type DecidedAs = Outcome | ReasonKind;

/** From the worst to the best, as outcomes are; what is let pass stands where waived does. */
const ORDER: readonly DecidedAs[] = OUTCOMES.flatMap((outcome): DecidedAs[] =>
  outcome === 'waived' ? ['known', 'pending', 'not-required', 'waived'] : [outcome],
);

/**
 * Lines that are not proven and that the policy lets pass, by name, each with why.
 *
 * @example
 * passedIn(ledger).get('initWork 401 api_key.revoked (revoked)')?.kind; // 'known'
 */
export function passedIn({ reasons }: Pick<Ledger, 'reasons'>): ReadonlyMap<string, Reason> {
  return new Map(
    reasons.flatMap((reason) => (LET_PASS.has(reason.kind) && reason.failure !== undefined ? [[reason.failure, reason]] : [])),
  );
}

const PASSING: ReadonlySet<DecidedAs> = LET_PASS;

/** Whether the policy lets it pass. */
export function passes(decided: DecidedAs): boolean {
  return PASSING.has(decided);
}

/** Why a line is let pass, for readers who are told of what was skipped. */
export function passOf({ kind, what }: Reason): string {
  return `${kind}: ${what}`;
}

/** What a failure counts as: as bad as the worst of its causes that the policy does not let pass, else why it lets them. */
export function decidedAs(failure: LedgerFailure, passed: ReadonlyMap<string, Reason>): DecidedAs {
  const { operation, status, code, outcome, causes } = failure;
  const reasonOf = (cause: string): Reason | undefined => passed.get(`${operation} ${status} ${code} (${cause})`);
  // Nothing is known of its causes where there was no run.
  if (causes.length === 0) return reasonOf('unknown')?.kind ?? outcome;
  const against = worstOf(causes.filter(({ cause }) => reasonOf(cause) === undefined));
  if (against !== undefined && against.outcome !== 'verified' && against.outcome !== 'not-selected') return against.outcome;
  const worst = worstOf(causes.filter(({ cause }) => reasonOf(cause) !== undefined));
  return (worst === undefined ? undefined : reasonOf(worst.cause)?.kind) ?? outcome;
}

/**
 * How many failures count as what, in their order: a failure that is answered wrongly, and that the policy lets pass, is not called wrong.
 *
 * @example
 * countsOf(ledger); // [['verified', 2], ['known', 1], ['waived', 1]]
 */
export function countsOf({ failures, reasons }: Pick<Ledger, 'failures' | 'reasons'>): readonly (readonly [DecidedAs, number])[] {
  const passed = passedIn({ reasons });
  const groups = groupBy(failures, (failure) => decidedAs(failure, passed));
  return [...groups].map(([one, those]) => [one, those.length] as const);
}

/** The same, the worst first. */
export function ranked(counts: ReturnType<typeof countsOf>): ReturnType<typeof countsOf> {
  return counts.toSorted(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b));
}
