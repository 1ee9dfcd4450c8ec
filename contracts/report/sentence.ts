import { counted, groupBy } from '../../spec/index.js';
import type { Reason, ReasonKind } from '../decision.js';
import type { Ledger } from '../ledger.js';
import { decidedAs, passedIn, passes } from './decided.js';
import { itemsOf, toneOf } from './items.js';

/**
 * What a run came to, in a sentence that needs no other: `3 of 145 declared failures are answered wrongly, and 8 are not proven.`
 *
 * @example
 * verdictOf(ledger); // 'All 145 declared failures are proven.'
 */
export function verdictOf(ledger: Ledger): string {
  const { failures, verdict, exitCode } = ledger;
  if ('traffic' in ledger) return `${verdict.replace(/^./, (first) => first.toUpperCase())}.`;
  const left = failures.filter(({ outcome }) => outcome === 'not-selected').length;
  const passed = itemsOf(ledger).some(({ passed }) => passed);
  const said = main(ledger, failures.length - left);
  const told =
    exitCode === 0 && passed
      ? `${said.slice(0, -1)}: the policy lets it pass.`
      : `${exitCode === 130 ? 'Interrupted: ' : ''}${said}${among(ledger)}`;
  return left === 0 || left === failures.length ? told : `${told} ${left} more ${left === 1 ? 'was' : 'were'} left out.`;
}

/** Of those that are called wrong or unproven, how many do not count. */
function among({ failures, reasons }: Ledger): string {
  const passed = passedIn({ reasons });
  const open = failures.filter(({ outcome }) => toneOf(outcome) === 'bad' || toneOf(outcome) === 'open');
  const count = open.filter((failure) => passes(decidedAs(failure, passed))).length;
  return count === 0 ? '' : ` The policy lets ${count} of them pass.`;
}

function main(ledger: Ledger, looked: number): string {
  if (looked === 0) return 'Nothing was run, so nothing is proven.';
  const count = (tone: string): number => ledger.failures.filter(({ outcome }) => toneOf(outcome) === tone).length;
  const [bad, open] = [count('bad'), count('open')];
  const waived = ledger.failures.filter(({ outcome }) => outcome === 'waived').length;
  const of = looked === 1 ? 'one declared failure' : `${looked} declared failures`;
  const rest = open === 0 ? '' : `, and ${open} ${open === 1 ? 'is' : 'are'} not proven`;
  if (bad > 0) return `${bad === looked ? `All ${of}` : `${bad} of ${of}`} ${bad === 1 ? 'is' : 'are'} answered wrongly${rest}.`;
  if (open > 0) return `${open} of ${of} ${open === 1 ? 'is' : 'are'} not proven; none is answered wrongly.`;
  const proven = `${looked === 1 ? 'The one declared failure is' : `All ${of} are`} ${waived > 0 ? `proven or waived (${waived})` : 'proven'}`;
  const others = itemsOf(ledger).filter((item) => item.kind !== 'failure' && toneOf(item.outcome) === 'bad').length;
  return others === 0
    ? `${proven}.`
    : `${proven}, but ${counted(others, 'expectation')} beyond them ${others === 1 ? 'is' : 'are'} not met.`;
}

/** Reasons that the lines themselves tell, each with all that there is to it. */
const TOLD: ReadonlySet<ReasonKind> = new Set<ReasonKind>(['finding', 'unproven', 'unjudged', 'nothing-run']);

/** Why a gate has decided as it did, beyond what the lines tell: those that differ in nothing but their line once, with how many they are. */
export function reasonsOf({ reasons }: Ledger): { readonly reason: Reason; readonly lines: readonly string[] }[] {
  const told = reasons.filter(({ kind, why }) => !TOLD.has(kind) || why !== undefined);
  return [...groupBy(told, ({ failure: _, ...rest }) => JSON.stringify(rest)).values()].map((group) => ({
    reason: group[0],
    lines: group.flatMap(({ failure }) => failure ?? []),
  }));
}
