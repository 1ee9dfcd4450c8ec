import { readHar, type Contract } from '../../spec/index.js';
import { createObserver, type Observer } from './observer.js';
import type { ObservedViolation } from './types.js';

/**
 * Observes traffic that has been saved: what a browser, a proxy or a test framework wrote into a HAR 1.2 file.
 *
 * @example
 * const { observer } = observeHar('session.har', contract, {});
 * observer.traffic.violations; // 0
 *
 * @throws {InputError} `har-invalid`, and `usage` when it has to be said where the API begins
 */
export function observeHar(
  file: string,
  contract: Contract,
  { base, onViolation }: { readonly base?: string | undefined; readonly onViolation?: (violation: ObservedViolation) => void },
): { readonly url: string; readonly observer: Observer; readonly startedAt: Date; readonly durationMs: number } {
  const har = readHar(file, contract, base);
  const observer = createObserver(contract, har.base);
  for (const exchange of har.exchanges) {
    const violation = observer.add(exchange);
    if (violation?.count === 1) onViolation?.(violation);
  }
  if (har.unanswered > 0) observer.addUnanswered('no answer is in the file', har.unanswered);
  for (const { request, count } of har.elsewhere) observer.addElsewhere(request, count);
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { at, durationMs = 0 } of har.exchanges) {
    if (at === undefined) continue;
    first = Math.min(first, at);
    last = Math.max(last, at + durationMs);
  }
  const known = first <= last;
  return {
    url: har.base,
    observer,
    startedAt: known ? new Date(first) : new Date(),
    durationMs: known ? Math.round(last - first) : 0,
  };
}
