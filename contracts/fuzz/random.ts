/** Numbers that look like chance, and are the same for the same seed. */
export interface Random {
  /** A whole number from 0 to `below`, which is not reached. */
  below(below: number): number;
  /** The items in another order; the given ones stay as they are. */
  shuffled<T>(items: readonly T[]): T[];
}

/**
 * A generator of its own, since the order of a run must not change with a dependency (mulberry32).
 *
 * @example
 * createRandom(7).shuffled(['a', 'b', 'c']); // always the same order
 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    shuffled: (items) => {
      const shuffled = [...items];
      for (let last = shuffled.length - 1; last > 0; last--) {
        const other = below(last + 1);
        [shuffled[last], shuffled[other]] = [shuffled[other] as (typeof shuffled)[number], shuffled[last] as (typeof shuffled)[number]];
      }
      return shuffled;
    },
  };
}
