import { randomBytes } from 'node:crypto';
import { Records } from '../state/index.js';
import type { Change } from '../stores/index.js';
import type { Beginning, NewSession } from './types.js';
import { inMemory, randomSeed, type About, type Place, type Server } from './world.js';

/** What the ids of sessions begin with: so they are found in keys and ids. */
export const MARK = '5e55';

/** A place in memory for a world that begins. */
export function placeFor(about: About, from: Beginning | undefined): Place {
  const records = new Records();
  records.apply(initial(about, from));
  return inMemory(records);
}

/** What there is of a world before it is first asked for. */
export function initial(about: About, from: Beginning | undefined): Change[] {
  const known: Change = { table: 'about', id: 'world', place: 1, record: about };
  if (from === undefined) return [known];
  return from.isNew === true ? [known, ...from.records] : [known, { table: 'about', id: 'given', place: 2, record: {} }, ...from.records];
}

/** An id that is free. */
export function newId(isTaken: (id: string) => boolean): string {
  for (;;) {
    const id = `${MARK}${randomBytes(4).toString('hex')}`;
    if (!isTaken(id)) return id;
  }
}

/** What a new session is. */
export function aboutOf({ contract }: Server, id: string, { ttlMs, seed, from }: NewSession): About {
  // What goes on from another world gives out what that would have given out, and nothing of its own.
  const origin = from === undefined ? { mint: seed ?? randomSeed(), seed, tag: id } : from.about;
  return { contract: contract.sha256, mint: origin.mint, seed: origin.seed, tag: origin.tag, ttlMs, created: Date.now() };
}
