import { compileQuery, matching, type CompiledQuery } from './query.js';
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
 * @param closed Aborted when nothing can arrive any more.
 * @returns the requests, oldest first, `times` of them.
 * @throws {Error} when they do not arrive in time, with what arrived instead; a signal's reason when it is aborted.
 * @throws {InputError} `usage` for an option that there is not, and as `compileQuery`
 */
export async function waitFor(
  source: ExchangeSource,
  query: ExchangeQuery | string,
  options: WaitOptions = {},
  closed?: AbortSignal,
): Promise<readonly RecordedExchange[]> {
  requireWaitOptions(options);
  return arrivals(source, compileQuery(query, source.contract), options, closed);
}

/** As {@link waitFor}, for a query that is compiled. */
export function arrivals(
  source: ExchangeSource,
  compiled: CompiledQuery,
  { times = 1, within = WITHIN_MS, timers = PLATFORM, signal }: WaitOptions,
  closed?: AbortSignal,
): Promise<readonly RecordedExchange[]> {
  return new Promise((resolve, reject) => {
    const found = matching(source.exchanges(), compiled).slice(0, times);
    if (found.length >= times) return resolve(found);
    const signals = [signal, closed].filter((one) => one !== undefined);
    signals.forEach((one) => one.throwIfAborted());
    const end = (settle: () => void): void => {
      stop();
      timers.clear(timer);
      signals.forEach((one) => one.removeEventListener('abort', aborted));
      settle();
    };
    const aborted = ({ target }: Event): void => end(() => reject((target as AbortSignal).reason as Error));
    const stop = source.onExchange((exchange) => {
      try {
        if (found.push(...matching([exchange], compiled)) >= times) end(() => resolve(found));
      } catch (error) {
        end(() => reject(error));
      }
    });
    const timer = timers.set(() => end(() => reject(late(source, compiled, found.length, times, within))), within);
    signals.forEach((one) => one.addEventListener('abort', aborted, { once: true }));
  });
}

function late(source: ExchangeSource, query: CompiledQuery, found: number, times: number, within: number): Error {
  return new Error(describeShortfall(query, { wanted: String(times), found, within }, source.exchanges()));
}
