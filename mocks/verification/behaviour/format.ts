import { describeExchange } from '../report.js';
import type { Verdict } from './types.js';

const MOST_EVIDENCE = 5;

/**
 * A verdict as text: what happened, the requests that show it, and what to do.
 *
 * @example
 * formatVerdict(verdict).split('\n')[0]; // 'hammered  confirmWork answered 503 common.service_unavailable, and the same request came ...'
 */
export function formatVerdict({ misbehaviour, certain, says, remedy, evidence }: Verdict): string {
  const shown = evidence.slice(0, MOST_EVIDENCE).map((exchange) => `    ${describeExchange(exchange)}`);
  const more = evidence.length > shown.length ? [`    and ${evidence.length - shown.length} more`] : [];
  return [`${misbehaviour}${certain ? '' : ' (likely)'}  ${says}`, ...shown, ...more, `    fix: ${remedy}`, ''].join('\n');
}

/** A verdict as JSON: its evidence by the ids of the journal. */
export function verdictToJson({ evidence, ...verdict }: Verdict): Omit<Verdict, 'evidence'> & { readonly evidence: readonly number[] } {
  return { ...verdict, evidence: evidence.map(({ id }) => id) };
}
