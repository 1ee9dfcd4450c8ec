import { createHash } from 'node:crypto';

/** How far each Idempotency-Key has come in the answers of each rule, which is known by its state; the keys that were used longest ago are forgotten. */
export interface Positions {
  /** How many answers a key has had. */
  of(rule: object, key: string): number;
  /** Counts one more. */
  advance(rule: object, key: string): void;
  clear(): void;
}

/** Longer keys are remembered by their hash. */
const MAX_KEY = 256;

/**
 * Positions in constant memory.
 *
 * @param limit How many pairs of a rule and a key are remembered.
 */
export function createPositions(limit: number): Positions {
  const numbers = new WeakMap<object, number>();
  let rules = 0;
  // A Map keeps the order in which its members came.
  const counts = new Map<string, number>();
  const nameOf = (rule: object, key: string): string => {
    let number = numbers.get(rule);
    if (number === undefined) numbers.set(rule, (number = rules++));
    return `${number} ${key.length > MAX_KEY ? createHash('sha256').update(key).digest('hex') : key}`;
  };
  return {
    of: (rule, key) => counts.get(nameOf(rule, key)) ?? 0,
    advance: (rule, key) => {
      const name = nameOf(rule, key);
      const count = (counts.get(name) ?? 0) + 1;
      counts.delete(name);
      counts.set(name, count);
      if (counts.size <= limit) return;
      for (const oldest of counts.keys()) {
        counts.delete(oldest);
        break;
      }
    },
    clear: () => counts.clear(),
  };
}
