import type { Delay } from '../script/types.js';
import type { DelayDistribution } from './stub-schema.js';

/** How every answer is delayed, as `PUT /__admin/settings` says it. */
export interface GlobalSettings {
  /** Milliseconds. */
  readonly fixedDelay?: number;
  readonly delayDistribution?: DelayDistribution;
}

/**
 * The delay that WireMock's two ways to say it come to: both add up.
 *
 * @example
 * delayOf(100, { type: 'uniform', lower: 10, upper: 20 }); // { uniform: [110, 120] }
 *
 * @returns `undefined` when nothing is to be waited for, `'inexpressible'` for what adds a fixed delay to a lognormal one.
 */
export function delayOf(
  fixed: number | null | undefined,
  drawn: DelayDistribution | null | undefined,
): Delay | undefined | 'inexpressible' {
  const base = fixed ?? 0;
  if (drawn === null || drawn === undefined) return base === 0 ? undefined : base;
  if (drawn.type === 'fixed') return base + drawn.milliseconds;
  if (drawn.type === 'uniform') return { uniform: [base + drawn.lower, base + drawn.upper] };
  return base === 0 ? { lognormal: { median: drawn.median, sigma: drawn.sigma } } : 'inexpressible';
}

/**
 * The delay of every answer whose rule has none of its own.
 *
 * @example
 * settingsDelay({ fixedDelay: 500 }); // 500
 */
export function settingsDelay({ fixedDelay, delayDistribution }: GlobalSettings): Delay | undefined {
  const delay = delayOf(fixedDelay, delayDistribution);
  return delay === 'inexpressible' ? undefined : delay;
}
