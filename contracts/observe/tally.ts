import type { Counted } from './types.js';

/** Counts by name. */
export interface Tally {
  add(what: string, count?: number): void;
  /** The most frequent first. */
  all(): readonly Counted[];
}

/** What names beyond the first are counted under. */
const OTHERS = 'others';

/**
 * Counts so many different names one by one, and all further ones together.
 *
 * @example
 * const tally = createTally(2);
 * tally.add('GET /health');
 */
export function createTally(most: number): Tally {
  const counts = new Map<string, number>();
  return {
    add: (what, count = 1) => {
      const name = counts.has(what) || counts.size < most ? what : OTHERS;
      counts.set(name, (counts.get(name) ?? 0) + count);
    },
    all: () => [...counts].map(([what, count]) => ({ what, count })).sort((a, b) => b.count - a.count),
  };
}
