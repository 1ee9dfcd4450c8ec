import type { Measured } from './compare.js';

/** On an idle machine, rounds of the same work lie less far apart. */
const MOST = 1.25;

/** How far rounds of the same work lay apart, which a machine with nothing else to do would make alike. */
export interface Noise {
  add(measured: Measured): void;
  /** What is to be said of it, if anything, in one sentence; and all is forgotten. */
  take(): string | undefined;
}

/**
 * Listens to what the same server does in each round.
 *
 * @example
 * const noise = listen();
 * await compare(load, subjects, { ...effort, first: noise.add });
 * noise.take(); // undefined, on a machine that did nothing else
 */
export function listen(): Noise {
  let widest = 1;
  return {
    add: ({ absolute: { cpu } }) => {
      widest = Math.max(widest, cpu.max / cpu.min);
    },
    take: () => {
      const factor = widest;
      widest = 1;
      if (!(factor > MOST)) return undefined;
      return (
        `**The machine was too noisy for these figures**: what the others are held against took ${factor.toFixed(2)} times the CPU in one round of ` +
        `the same work that it took in another (up to ${MOST} is usual).`
      );
    },
  };
}
