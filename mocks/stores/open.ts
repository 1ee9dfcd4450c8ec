import { InputError } from '../../spec/index.js';
import { openLmdbStore } from './lmdb/index.js';
import { openRedisStore } from './redis/index.js';
import type { Store } from './types.js';

/** Where the worlds of a mock are to be kept. */
export interface StoreChoice {
  /** A folder. */
  readonly state?: string | undefined;
  /** The URL of a Redis, or a store that is open already. */
  readonly store?: string | Store | undefined;
  readonly replay?: string | undefined;
  readonly record?: object | undefined;
}

/**
 * Opens the store that was asked for, if any was.
 *
 * @example
 * await openStore({ state: './state' });
 * await openStore({ store: 'redis://127.0.0.1:6379' });
 * await openStore({}); // undefined: in memory
 *
 * @throws {InputError} `usage` for choices that exclude each other, `state-unusable`, `store-unusable`
 */
export async function openStore({ state, store, replay, record }: StoreChoice): Promise<Store | undefined> {
  if (state === undefined && store === undefined) return undefined;
  if (state !== undefined && store !== undefined) {
    refuse('state and store are both given', 'A mock keeps its worlds in one place.', 'Leave one of them out.');
  }
  if (replay !== undefined) {
    refuse(
      'replay and a store are both given',
      'The store has a world already, which the situation would replace.',
      'Replay it in memory, or in a session: POST /__admin/sessions {"replay": ...}.',
    );
  }
  if (record !== undefined)
    refuse('record and a store are both given', 'A mock that records has no world of its own.', 'Leave one of them out.');
  if (typeof store === 'object') return store;
  return state === undefined ? openRedisStore(store ?? '') : openLmdbStore(state);
}

/**
 * A store that can be opened, but holds what cannot be served, such as a world of another contract.
 *
 * @param why What it holds.
 */
export function unservable({ state }: StoreChoice, why: string): InputError {
  if (state === undefined) {
    const remedy = 'Serve the contract that it was made with, or keep the two apart: ?prefix=another in the address.';
    return new InputError([{ problem: 'store-unusable', what: 'the store cannot be used', why, remedy }]);
  }
  const remedy = 'Serve the contract that it was made with, or name another folder.';
  return new InputError([{ problem: 'state-unusable', what: `${state} cannot be used as a state`, why, remedy }]);
}

function refuse(what: string, why: string, remedy: string): never {
  throw new InputError([{ problem: 'usage', what, why, remedy }]);
}
