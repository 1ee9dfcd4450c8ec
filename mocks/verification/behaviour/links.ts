import type { Failure } from '../../../spec/index.js';
import type { RecordedExchange } from '../types.js';
import { sameCall, tie, waited, type Group, type SameWorker } from './attempts.js';

/** A declared failure and the request that came too soon after it to be called patient. */
export interface Link {
  readonly failed: RecordedExchange;
  readonly failure: Failure;
  readonly next: RecordedExchange;
  readonly waitedMs: number;
  readonly certain: boolean;
  /** The link by which the failed request was itself a retry. */
  readonly before: Link | undefined;
}

export interface LinkOptions {
  /** After how many milliseconds the same request is no longer a retry of a failure that must not be retried. */
  readonly windowMs: number;
  /** From when on a retry after a failure is patient, in milliseconds; it does not matter for one that must not be retried. */
  patientAfter(failed: RecordedExchange): number;
  /** Whether something happened in between that can have made the same request worth another try. */
  excused(failed: RecordedExchange, next: RecordedExchange): boolean;
  /** How many separate calls there are known to be. */
  readonly calls: number;
  readonly sameWorker: SameWorker;
}

interface Pending {
  readonly exchange: RecordedExchange;
  readonly failure: Failure;
  readonly via: Link | undefined;
}

/**
 * Finds the retries in a group of equal requests, and of these the impatient ones.
 *
 * A request is the retry of a failure when it arrives after the failure was answered and nothing tells the two calls apart
 * (`tie`). Each failure has one retry at most, and each request is the retry of one failure at most. Where several failures wait
 * for theirs, the reading that is best for the client is taken: the oldest failure for which the request comes in good time, and only if
 * there is none, one for which it comes too soon.
 */
export function linksOf({ attempts }: Group, options: LinkOptions): readonly Link[] {
  const links: Link[] = [];
  let pending: readonly Pending[] = [];
  let calls = 0;
  for (const { exchange, failure } of attempts) {
    pending = pending.filter((one) => one.failure.retry !== 'never' || waited(one.exchange, exchange) <= options.windowMs);
    const open = pending.filter((one) => one.exchange.real.answered <= exchange.real.arrived);
    const found =
      open.find((one) => isPatient(one, exchange, options)) ?? openTo(exchange, open, calls < options.calls, options.sameWorker);
    const how = found === undefined || isPatient(found, exchange, options) ? 'none' : tie(found.exchange, exchange, options.sameWorker);
    const link = found === undefined || how === 'none' ? undefined : linkOf(found, exchange, how === 'certain');
    if (found === undefined) calls++;
    else pending = pending.filter((one) => one !== found);
    if (link !== undefined) links.push(link);
    if (failure !== undefined) pending = [...pending, { exchange, failure, via: link }];
  }
  return links;
}

function isPatient({ exchange, failure }: Pending, next: RecordedExchange, options: LinkOptions): boolean {
  if (!mayBeRetry(exchange, next)) return false;
  if (failure.retry === 'never') return options.excused(exchange, next);
  return waited(exchange, next) >= options.patientAfter(exchange);
}

/** The failure that a request comes too soon after. One that may be a call of its own is not held against the client. */
function openTo(next: RecordedExchange, open: readonly Pending[], mayBeItsOwn: boolean, sameWorker: SameWorker): Pending | undefined {
  const tied = open.filter(({ exchange }) => {
    const how = tie(exchange, next, sameWorker);
    return how === 'certain' || (how === 'likely' && !mayBeItsOwn);
  });
  if (tied.length === 0) return undefined;
  // What asked for the least is what it matters least to have been hasty with, even over another connection.
  const undemanding = ({ exchange, failure }: Pending): boolean =>
    failure.retry !== 'never' && exchange.retryAfterMs === undefined && mayBeRetry(exchange, next);
  return tied.find(undemanding) ?? open.find(undemanding) ?? tied.find(({ failure }) => failure.retry !== 'never') ?? tied[0];
}

function mayBeRetry(failed: RecordedExchange, next: RecordedExchange): boolean {
  return sameCall(failed, next) !== 'none' && failed.idempotencyKey === next.idempotencyKey;
}

function linkOf({ exchange: failed, failure, via }: Pending, next: RecordedExchange, certain: boolean): Link {
  return { failed, failure, next, waitedMs: waited(failed, next), certain, before: via };
}

/** The exchanges of links, each once, in the order of arrival. */
export function exchangesOf(links: readonly Link[]): readonly RecordedExchange[] {
  return [...new Set(links.flatMap(({ failed, next }) => [failed, next]))].sort((a, b) => a.real.arrived - b.real.arrived || a.id - b.id);
}
