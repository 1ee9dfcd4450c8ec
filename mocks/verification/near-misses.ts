import { affordable } from '../script/work.js';
import { withinJournal, type Comparison, type CompiledQuery } from './query.js';
import type { RecordedExchange } from './types.js';

/** An exchange that a query does not mean, and by what it misses it. */
export interface NearMiss {
  readonly exchange: RecordedExchange;
  readonly comparisons: readonly Comparison[];
  /** 0 for a match, 1 for nothing in common. */
  readonly distance: number;
}

/**
 * The exchanges that come nearest to a query without being meant by it: the nearest first, and of equals the newest.
 *
 * @example
 * nearMisses(compileQuery({ operation: 'confirmWork', body: { at: { '/job_id': job } } }, contract), journal.exchanges());
 *
 * @param most How many are wanted.
 */
export function nearMisses(query: CompiledQuery, exchanges: readonly RecordedExchange[], most = 3): readonly NearMiss[] {
  const missed = withinJournal(() =>
    exchanges
      .filter((exchange) => !affordable(() => query.matches(exchange), false))
      .map((exchange) => {
        const comparisons = query.compare(exchange);
        return { exchange, comparisons, distance: distanceOf(comparisons) };
      }),
  );
  return missed.sort((a, b) => a.distance - b.distance || b.exchange.id - a.exchange.id).slice(0, most);
}

function distanceOf(comparisons: readonly Comparison[]): number {
  const whole = comparisons.reduce((sum, { weight }) => sum + weight, 0);
  const missed = comparisons.reduce((sum, one) => sum + (one.matches ? 0 : one.weight * difference(one.expected, one.actual)), 0);
  return whole === 0 ? 0 : missed / whole;
}

/** From a half for texts that are nearly the same to 1 for texts with nothing in common: a slip is nearer than another thing. */
function difference(expected: string, actual: string): number {
  const [a, b] = [pairsOf(expected), pairsOf(actual)];
  const shared = [...a].filter((pair) => b.has(pair)).length;
  return a.size + b.size === 0 ? 1 : 1 - shared / (a.size + b.size);
}

/** By Dice: two texts are as alike as the pairs of letters that they share. */
function pairsOf(text: string): ReadonlySet<string> {
  const lower = text.slice(0, 200).toLowerCase();
  return new Set(Array.from({ length: Math.max(lower.length - 1, 0) }, (_, at) => lower.slice(at, at + 2)));
}
