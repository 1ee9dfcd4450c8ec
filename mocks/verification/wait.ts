import { compileQuery, type CompiledQuery } from './query.js';
import { requireWaitOptions } from './read.js';
import { describeShortfall } from './report.js';
import type { ExchangeQuery, ExchangeSource, RecordedExchange } from './types.js';

/** Timers as `waitFor` needs them; those of the platform by default. */
export interface Timers {
  set(callback: () => void, milliseconds: number): unknown;
  clear(timer: unknown): void;
}

export interface WaitOptions {
  /** How many requests have to arrive, those that have arrived already included; 1 by default. */
  readonly times?: number;
  /** Milliseconds of real time; 5,000 by default. */
  readonly within?: number;
  readonly timers?: Timers;
  readonly signal?: AbortSignal;
}

const PLATFORM: Timers = {
  set: (callback, milliseconds) => setTimeout(callback, milliseconds),
  clear: (timer) => clearTimeout(timer as NodeJS.Timeout),
};
const WITHIN_MS = 5_000;

/**
 * Waits until requests have arrived and are answered; those that are in the journal already count.
 *
 * @example
 * const [request] = await waitFor(mock.journal, { operation: 'confirmWork', status: 503 }, { times: 2 });
 *
 * @returns the requests, oldest first, `times` of them.
 * @throws {Error} when they do not arrive in time, with what arrived instead; the signal's reason when it is aborted.
 * @throws {InputError} `usage` for an option that there is not, and as `compileQuery`
 */
export async function waitFor(
  source: ExchangeSource,
  query: ExchangeQuery | string,
  options: WaitOptions = {},
): Promise<readonly RecordedExchange[]> {
  requireWaitOptions(options);
  return arrivals(source, compileQuery(query, source.contract), options);
}

/** As {@link waitFor}, for a query that is compiled. */
export function arrivals(
  source: ExchangeSource,
  compiled: CompiledQuery,
  { times = 1, within = WITHIN_MS, timers = PLATFORM, signal }: WaitOptions,
): Promise<readonly RecordedExchange[]> {
  return new Promise((resolve, reject) => {
    const found = source.exchanges().filter(compiled.matches).slice(0, times);
    if (found.length >= times) return resolve(found);
    signal?.throwIfAborted();
    const end = (settle: () => void): void => {
      stop();
      timers.clear(timer);
      signal?.removeEventListener('abort', aborted);
      settle();
    };
    const aborted = (): void => end(() => reject(signal?.reason as Error));
    const stop = source.onExchange((exchange) => {
      if (compiled.matches(exchange) && found.push(exchange) >= times) end(() => resolve(found));
    });
    const timer = timers.set(() => end(() => reject(late(source, compiled, found.length, times, within))), within);
    signal?.addEventListener('abort', aborted, { once: true });
  });
}

function late(source: ExchangeSource, query: CompiledQuery, found: number, times: number, within: number): Error {
  return new Error(describeShortfall(query, { wanted: String(times), found, within }, source.exchanges()));
}
