const { timeOrigin } = performance;

/** Milliseconds, with their fractions, that never go back in this process, and that other processes of the machine count from the same moment. */
export function now(): number {
  return timeOrigin + performance.now();
}
