import { describeExchange } from '../report.js';
import type { Verdict } from './types.js';

/** A verdict without the requests themselves. */
export interface ReportedVerdict extends Omit<Verdict, 'evidence'> {
  readonly evidence: readonly { readonly id: number; readonly says: string }[];
}

const MOST_EVIDENCE = 5;

/**
 * A verdict as text: what happened, the requests that show it, and what to do.
 *
 * @example
 * formatVerdict(reportVerdict(verdict)).split('\n')[0]; // 'hammered  confirmWork answered 503 common.service_unavailable, and the same request came ...'
 */
export function formatVerdict({ misbehaviour, certain, says, remedy, evidence }: ReportedVerdict): string {
  const shown = evidence.slice(0, MOST_EVIDENCE).map((exchange) => `    ${exchange.says}`);
  const more = evidence.length > shown.length ? [`    and ${evidence.length - shown.length} more`] : [];
  return [`${misbehaviour}${certain ? '' : ' (likely)'}  ${says}`, ...shown, ...more, `    fix: ${remedy}`, ''].join('\n');
}

/** A verdict as it leaves the mock: its evidence by the numbers of the journal, and in words. */
export function reportVerdict({ evidence, ...verdict }: Verdict): ReportedVerdict {
  return { ...verdict, evidence: evidence.map((exchange) => ({ id: exchange.id, says: describeExchange(exchange) })) };
}
