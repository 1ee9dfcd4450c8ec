import { exchangesOf, type Link } from './links.js';
import { separately, shortly, times } from './words.js';
import type { Verdict } from './types.js';

/** A failure whose `x-retry` is never, and the same request again. */
export function retriedNever(links: readonly Link[]): Verdict | undefined {
  const found = links.filter(({ failure }) => failure.retry === 'never');
  const [first] = found;
  if (first === undefined) return undefined;
  const { failure, waitedMs } = first;
  const certain = found.some((link) => link.certain);
  return {
    misbehaviour: 'retried-never',
    certain,
    operation: failure.operation.id,
    status: failure.status,
    code: failure.code,
    says: `${failure.operation.id} answered ${failure.status} ${failure.code}, which must not be retried, and the same request came again ${times(found.length)}, first after ${shortly(waitedMs)}.`,
    remedy: `Give up on ${failure.code} at once: the same request will be refused again.${certain ? '' : separately}`,
    evidence: exchangesOf(found),
  };
}
