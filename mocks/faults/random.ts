import { createHash } from 'node:crypto';

/** Draws numbers from 0 up to, not including, 1. */
export type Random = () => number;

/**
 * A generator whose draws depend on its seed alone (sfc32, 128 bits of state).
 *
 * @example
 * createRandom('flaky')() === createRandom('flaky')(); // true
 */
export function createRandom(seed: string): Random {
  const state = createHash('sha256').update(seed).digest();
  let [a, b, c, counter] = [state.readInt32LE(0), state.readInt32LE(4), state.readInt32LE(8), 1];
  const next = (): number => {
    const drawn = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + drawn) | 0;
    return drawn >>> 0;
  };
  // The first draws of this generator still show its seed.
  for (let round = 0; round < 12; round++) next();
  return () => next() / 0x1_0000_0000;
}
