import { createRandom } from '../random.js';

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
 */
export function createDice(seed: number, sequence: number): Dice {
  const { below } = createRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(sequence + 1, 0x85ebca6b));
  return {
    below,
    pick: (choices) => choices[below(choices.length)] ?? choices[0],
    any: (choices) => choices[below(choices.length)],
    once: (inSoMany) => below(inSoMany) === 0,
  };
}
