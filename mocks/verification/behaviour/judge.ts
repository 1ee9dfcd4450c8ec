import type { Contract } from '../../../spec/index.js';
import type { RecordedExchange } from '../types.js';
import { groupsOf } from './attempts.js';
import { changedKey } from './changed-key.js';
import { hammered } from './hammered.js';
import { ignoredRetryAfter } from './ignored-retry-after.js';
import { linksOf } from './links.js';
import { retriedNever } from './retried-never.js';
import { reusedKeys } from './reused-key.js';
import type { BehaviourOptions, Pace, Verdict } from './types.js';
import { createWorkers } from './workers.js';

const HAMMERING: readonly Pace[] = [
  { retries: 3, underMs: 100 },
  { retries: 10, underMs: 1_000 },
];
const WINDOW_MS = 60_000;
const TOLERANCE_MS = 100;

/**
 * What the requests say about the client that made them, going by the contract's `x-retry`. Every verdict has its evidence, and says
 * whether it is certain.
 *
 * Two requests are attempts at the same thing when caller, operation, path, query and body are equal, the second arrived after the first
 * had failed, and neither an Idempotency-Key, a trace, a connection nor a change of the world tells them apart. Waiting is measured by
 * real time or by the mock's clock, whichever says that more has passed. Where two readings are possible, the one that is better for
 * the client is taken. A journal that is read while a client is still waiting may show verdicts that its next request takes back.
 *
 * @example
 * judgeBehaviour(mock.contract, mock.journal.exchanges()).map(({ says }) => says);
 * // ['confirmWork answered 404 registration.prepared_not_found, which must not be retried, and the same request came again once, ...']
 *
 * @returns one verdict at most for each misbehaviour and each request that is repeated, by the arrival of their first evidence.
 */
export function judgeBehaviour(
  contract: Contract,
  exchanges: readonly RecordedExchange[],
  { hammering = HAMMERING, windowMs = WINDOW_MS, toleranceMs = TOLERANCE_MS, repetitions }: BehaviourOptions = {},
): readonly Verdict[] {
  const slowest = Math.max(0, ...hammering.map(({ underMs }) => underMs));
  const excused = createExcuses(exchanges);
  const sameWorker = createWorkers(exchanges);
  const verdicts = groupsOf(contract, exchanges).flatMap((group) => {
    const calls = Math.max(1, repetitions?.get(group.name) ?? 1);
    const patientAfter = ({ retryAfterMs }: RecordedExchange): number =>
      retryAfterMs === undefined ? slowest : retryAfterMs - toleranceMs;
    const options = { windowMs, calls, patientAfter, excused, sameWorker };
    const links = linksOf(group, options);
    return [retriedNever(links), hammered(links, hammering), ignoredRetryAfter(links, toleranceMs), changedKey(group, options)];
  });
  return [...verdicts, ...reusedKeys(contract, exchanges)]
    .filter((verdict) => verdict !== undefined)
    .sort((a, b) => (a.evidence[0]?.real.arrived ?? 0) - (b.evidence[0]?.real.arrived ?? 0));
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether a refusal may have lost its reason: the caller, or someone without a credential (an upload), has changed something meanwhile.
 */
function createExcuses(exchanges: readonly RecordedExchange[]): (failed: RecordedExchange, next: RecordedExchange) => boolean {
  const changes = exchanges
    .filter(({ method, status }) => !SAFE.has(method) && status >= 200 && status < 300)
    .sort((a, b) => a.real.answered - b.real.answered);
  return (failed, next) => {
    for (let at = firstFrom(changes, failed.real.arrived); at < changes.length; at++) {
      const { caller, fingerprint, real } = changes[at] as RecordedExchange;
      if (real.answered > next.real.arrived) return false;
      if (fingerprint !== failed.fingerprint && (caller === failed.caller || caller === 'none')) return true;
    }
    return false;
  };
}

/** Where those begin that were answered from a moment on; by halves. */
function firstFrom(sorted: readonly RecordedExchange[], moment: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as RecordedExchange).real.answered < moment) low = middle + 1;
    else high = middle;
  }
  return low;
}
