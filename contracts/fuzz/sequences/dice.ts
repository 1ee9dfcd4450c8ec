/** Chance that comes back: the same seed throws the same. */
export interface Dice {
  /** A whole number from 0 to `sides - 1`. */
  below(sides: number): number;
  /** One of these. */
  pick<T>(choices: readonly [T, ...T[]]): T;
  /** One of these, or nothing where there is nothing. */
  any<T>(choices: readonly T[]): T | undefined;
  /** Once in so many times. */
  once(inSoMany: number): boolean;
}

/**
 * Dice for one sequence of a run.
 *
 * @example
 * createDice(7, 0).below(6); // the same whenever it is asked
 *
 * splitmix32, seeded with both numbers.
 */
export function createDice(seed: number, sequence: number): Dice {
  let state = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(sequence + 1, 0x85ebca6b)) | 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  const below = (sides: number): number => next() % sides;
  return {
    below,
    pick: (choices) => choices[below(choices.length)] ?? choices[0],
    any: (choices) => choices[below(Math.max(choices.length, 1))],
    once: (inSoMany) => below(inSoMany) === 0,
  };
}
