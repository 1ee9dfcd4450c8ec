import { InputError } from '../../spec/index.js';
import { openLmdbStore } from './lmdb/index.js';
import { openRedisStore } from './redis/index.js';
import type { Store } from './types.js';

/** Where worlds are kept; nowhere but in memory without either. */
export interface StoreOptions {
  /** A folder. */
  readonly state?: string | undefined;
  /** The address of a Redis, `redis://` or `rediss://`. */
  readonly store?: string | undefined;
}

/**
 * Opens the store that a command line asks for; `undefined` when worlds live and die with the process.
 *
 * @example
 * const store = await openStore({ state: './state' });
 * await store?.close();
 *
 * @throws {InputError} `usage` for both, and what {@link openLmdbStore} and {@link openRedisStore} throw.
 */
export async function openStore({ state, store }: StoreOptions): Promise<Store | undefined> {
  if (state !== undefined && store !== undefined) {
    throw new InputError([
      {
        problem: 'usage',
        what: '--state and --store are both given',
        why: 'What a mock remembers is kept in one place: a folder, or a Redis that other servers share.',
        remedy: 'Leave out one of them.',
      },
    ]);
  }
  if (state !== undefined) return openLmdbStore(state);
  return store === undefined ? undefined : openRedisStore(store);
}
