import type { Change } from './types.js';

/** How many commits of a world are known by their id, for one that is sent again. */
export const KNOWN_COMMITS = 10_000;

/** How much of the latest changes of a world is kept to tell a server what it missed, in characters; beyond it, it loads the world anew. */
export const LOG_SIZE = 1_000_000;

/** The name of a record among all of its world: a list as JSON, put together by hand, which takes a third of the time. */
export function recordKey({ table, id }: Pick<Change, 'table' | 'id'>): string {
  return `[${JSON.stringify(table)},${JSON.stringify(id)}]`;
}

/** The last change of each record, in the order of these. */
export function latest(changes: readonly Change[]): readonly Change[] {
  return [...latestByKey(changes).values()];
}

/** The same by their names. */
export function latestByKey(changes: readonly Change[]): ReadonlyMap<string, Change> {
  const last = new Map<string, Change>();
  for (const change of changes) {
    const key = recordKey(change);
    last.delete(key);
    last.set(key, change);
  }
  return last;
}

/** Whole milliseconds, at least one. */
export function lifetime(ttlMs: number): number {
  return Math.max(1, Math.ceil(ttlMs));
}
