import { initial, placeFor } from './beginning.js';
import { MemorySessions } from './in-memory.js';
import { StoredSessions } from './in-store.js';
import type { Sessions, SessionsOptions } from './types.js';
import { createWorld, DEFAULT, randomSeed, type About } from './world.js';

/** Opens the main world; with a store, as it was left. */
export async function openSessions(options: SessionsOptions): Promise<Sessions> {
  const { server, seed, store, main: from } = options;
  const about: About = { contract: server.contract.sha256, mint: seed ?? randomSeed(), seed, created: Date.now(), ...from?.about };
  if (store === undefined) return new MemorySessions(options, createWorld(server, DEFAULT, about, placeFor(about, from)));
  await store.create(DEFAULT, initial(about, from));
  const sessions = new StoredSessions(options, store);
  await sessions.open();
  return sessions;
}
