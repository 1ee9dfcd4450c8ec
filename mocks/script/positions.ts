import { createHash } from 'node:crypto';
import type { Tables } from '../state/index.js';

/** How far each Idempotency-Key has come in the answers of each rule; the keys that were used longest ago are forgotten. */
export interface Positions {
  /** How many answers a key has had. */
  of(rule: string, key: string): number;
  /** Counts one more. */
  advance(rule: string, key: string): void;
  clear(): void;
}

/** Longer keys are remembered by their hash. */
const MAX_KEY = 256;

/**
 * Positions in constant memory.
 *
 * @param limit How many pairs of a rule and a key are remembered.
 */
export function createPositions(tables: Tables, limit: number): Positions {
  const counts = tables.table<number>('rulePositions', { capacity: limit });
  const nameOf = (rule: string, key: string): string =>
    `${rule} ${key.length > MAX_KEY ? createHash('sha256').update(key).digest('hex') : key}`;
  return {
    of: (rule, key) => counts.get(nameOf(rule, key)) ?? 0,
    advance: (rule, key) => {
      const name = nameOf(rule, key);
      // A new place at the end: those that were used longest ago leave first.
      counts.put(name, (counts.delete(name) ?? 0) + 1);
    },
    clear: () => counts.clear(),
  };
}
