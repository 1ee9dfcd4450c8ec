import type { Contract, Failure } from '../../../spec/index.js';
import type { RecordedExchange } from '../types.js';

/** An exchange, and the declared failure that it ended in, if it did. */
export interface Attempt {
  readonly exchange: RecordedExchange;
  readonly failure: Failure | undefined;
}

/** Attempts at what may be the same thing: equal requests of one caller, in the order of arrival. */
export interface Group {
  /** As in `repetitionsOf`. */
  readonly name: string;
  readonly attempts: readonly Attempt[];
}

/**
 * The requests that reached an operation, equal ones of one caller together.
 *
 * @example
 * groupsOf(contract, journal.exchanges()).map(({ attempts }) => attempts.length); // [1, 4, 1]
 */
export function groupsOf(contract: Contract, exchanges: readonly RecordedExchange[]): readonly Group[] {
  const failures = new Map(contract.failures.map((failure) => [failure.key, failure]));
  const groups = new Map<string, Attempt[]>();
  for (const exchange of inOrder(exchanges)) {
    const { operation, status, code, spoiledBy } = exchange;
    if (operation === undefined) continue;
    const failure = code === undefined || spoiledBy !== undefined ? undefined : failures.get(`${operation} ${status} ${code}`);
    const name = groupName(exchange);
    const attempts = groups.get(name);
    if (attempts === undefined) groups.set(name, [{ exchange, failure }]);
    else attempts.push({ exchange, failure });
  }
  return [...groups].map(([name, attempts]) => ({ name, attempts }));
}

/**
 * How often each request is made, by caller and fingerprint: taken from a run in which nothing fails, it tells a client's own
 * repetitions from retries.
 *
 * @example
 * judgeBehaviour(contract, failing, { repetitions: repetitionsOf(healthy) });
 */
export function repetitionsOf(exchanges: readonly RecordedExchange[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const exchange of exchanges) counts.set(groupName(exchange), (counts.get(groupName(exchange)) ?? 0) + 1);
  return counts;
}

/** In the order of arrival; the journal has them in the order in which they were answered. */
export function inOrder(exchanges: readonly RecordedExchange[]): readonly RecordedExchange[] {
  return [...exchanges].sort((a, b) => a.real.arrived - b.real.arrived || a.id - b.id);
}

/**
 * How long a caller waited after an answer, in milliseconds: by the clock that says more. A frozen clock must not make a patient client look
 * hasty, nor must the haste of a test that advances the clock instead of waiting.
 */
export function waited(answered: RecordedExchange, next: RecordedExchange): number {
  return Math.max(next.real.arrived - answered.real.answered, next.time.arrived - answered.time.answered);
}

/** Whether two requests of one caller, the second of which arrived after the first was answered, can come from one worker of it. */
export type SameWorker = (earlier: RecordedExchange, later: RecordedExchange) => boolean;

/** How sure it is that a request is another attempt at what an earlier one wanted. */
export type Tie = 'certain' | 'likely' | 'none';

/**
 * Whether a request is another attempt at an equal one, going by what tells callers and calls apart:
 * - answers chosen differently, or a world changed in between from outside: another call;
 * - a trace in either: the same call for certain when it is the same, another one otherwise;
 * - an Idempotency-Key in either: likewise;
 * - connections of different workers of the caller (`createWorkers`): another call.
 */
export function tie(failed: RecordedExchange, next: RecordedExchange, sameWorker: SameWorker): Tie {
  const trace = sameCall(failed, next);
  if (trace === 'none' || failed.idempotencyKey !== next.idempotencyKey) return 'none';
  if (trace === 'certain' || failed.idempotencyKey !== undefined) return 'certain';
  return sameWorker(failed, next) ? 'likely' : 'none';
}

/** As {@link tie}, keys and connections aside. */
export function sameCall(failed: RecordedExchange, next: RecordedExchange): Tie {
  if (failed.epoch !== next.epoch || failed.choice !== next.choice) return 'none';
  if (failed.traceId !== next.traceId) return 'none';
  return failed.traceId === undefined ? 'likely' : 'certain';
}

function groupName({ caller, fingerprint }: RecordedExchange): string {
  return `${caller} ${fingerprint}`;
}
