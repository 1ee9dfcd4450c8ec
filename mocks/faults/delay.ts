import type { Delay } from '../script/types.js';
import type { Random } from './random.js';

/** In milliseconds; below the five minutes after which the server itself gives up on a silent connection. */
export const MAX_DELAY_MS = 240_000;

/**
 * Milliseconds to wait, whole and from 0 to {@link MAX_DELAY_MS}, whatever was asked for.
 *
 * @example
 * drawDelay({ lognormal: { median: 80, sigma: 0.4 } }, createRandom('slow')); // mostly between 36 and 178
 *
 * @param delay Both bounds of `uniform` can be drawn; `lognormal` is WireMock's: half of the draws are below the median,
 *   and `sigma` is the standard deviation of their logarithm.
 * @param random A fixed delay draws nothing, so that it does not shift what follows from the same seed.
 */
export function drawDelay(delay: Delay, random: Random): number {
  if (typeof delay === 'number') return bounded(delay);
  if ('uniform' in delay) {
    const [from, to] = [bounded(Math.min(...delay.uniform)), bounded(Math.max(...delay.uniform))];
    return from + Math.floor(random() * (to - from + 1));
  }
  const { median, sigma } = delay.lognormal;
  return bounded(median * Math.exp(sigma * drawNormal(random)));
}

/** From the standard normal distribution (Box and Muller). */
function drawNormal(random: Random): number {
  // 1 - random() is never 0, whose logarithm is infinite.
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}

function bounded(milliseconds: number): number {
  return Number.isNaN(milliseconds) ? 0 : Math.min(MAX_DELAY_MS, Math.max(0, Math.round(milliseconds)));
}
