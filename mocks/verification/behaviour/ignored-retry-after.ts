import { exchangesOf, type Link } from './links.js';
import { separately, shortly, times } from './words.js';
import type { Verdict } from './types.js';

/** The same request before the answer's Retry-After had passed. */
export function ignoredRetryAfter(links: readonly Link[], toleranceMs: number): Verdict | undefined {
  const found = links.filter(
    ({ failed, failure, waitedMs }) =>
      failure.retry !== 'never' && failed.retryAfterMs !== undefined && waitedMs < failed.retryAfterMs - toleranceMs,
  );
  const [first] = found;
  if (first === undefined) return undefined;
  const { failure, failed, waitedMs } = first;
  const certain = found.some((link) => link.certain);
  const asked = shortly(failed.retryAfterMs ?? 0);
  return {
    misbehaviour: 'ignored-retry-after',
    certain,
    operation: failure.operation.id,
    status: failure.status,
    code: failure.code,
    says: `${failure.operation.id} answered ${failure.status} ${failure.code} with Retry-After: ${asked}, and the same request came too soon ${times(found.length)}, first after ${shortly(waitedMs)}.`,
    remedy: `Read Retry-After, and wait at least as long; a test that does not want to wait advances the mock's clock.${certain ? '' : separately}`,
    evidence: exchangesOf(found),
  };
}
