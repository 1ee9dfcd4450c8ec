/** A middle value and how far the rounds lie apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** The median of numbers with the least and the greatest of them. Throws RangeError for none. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const [min, max, low, high] = [sorted[0], sorted.at(-1), sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (min === undefined || max === undefined || low === undefined || high === undefined) throw new RangeError('no values, no median');
  return { median: (low + high) / 2, min, max };
}
