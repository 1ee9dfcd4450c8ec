import { randomUUID } from 'node:crypto';
import { KNOWN_COMMITS, latest, lifetime, LOG_SIZE, recordKey } from './changes.js';
import type { Change, Commit, Committed, JournalHead, Kept, Loaded } from './types.js';

/** What happened to a world, as JSON. */
interface Logged {
  /** Which version it led to. */
  readonly version: number;
  readonly text: string;
}

/** One world, everything in it as JSON, as it would be in any other store: whatever is done to a record later is not seen here. */
export interface MemoryWorld {
  version: number;
  /** Milliseconds since 1970; Infinity for never. */
  expiresAt: number;
  readonly records: Map<string, string>;
  /** The latest changes, oldest first. */
  readonly log: Logged[];
  /** Characters. */
  logSize: number;
  /** The version that each of the last commits led to, by its id, oldest first. */
  readonly done: Map<string, number>;
  /** Oldest first; those before `journalFrom` are gone. */
  journal: { readonly number: number; readonly text: string }[];
  journalFrom: number;
  head: JournalHead;
}

/** Of the journal of a world that has none yet, or of no world. */
export const NO_ENTRIES: JournalHead = Object.freeze({ last: 0, generation: '', removals: 0 });

export function makeWorld(version: number, changes: readonly Change[], ttlMs?: number): MemoryWorld {
  const world: MemoryWorld = {
    version,
    expiresAt: expiry(ttlMs),
    records: new Map(),
    log: [],
    logSize: 0,
    done: new Map(),
    journal: [],
    journalFrom: 0,
    head: NO_ENTRIES,
  };
  apply(world, changes);
  return world;
}

export function loadWorld({ version, records }: MemoryWorld): Loaded {
  return { version, records: [...records.values()].map((text) => JSON.parse(text) as Change) };
}

export function commitTo(world: MemoryWorld, { version, changes, id, ttlMs }: Commit): Committed {
  const done = changes.length > 0 ? world.done.get(id) : undefined;
  if (done !== undefined) return { version: done };
  if (version !== world.version) return missedSince(version, world);
  if (changes.length > 0 || ttlMs !== undefined) world.expiresAt = expiry(ttlMs);
  if (changes.length === 0) return { version };
  world.version += 1;
  apply(world, changes);
  log(world, JSON.stringify(changes));
  world.done.set(id, world.version);
  for (const old of world.done.keys()) {
    if (world.done.size <= KNOWN_COMMITS) break;
    world.done.delete(old);
  }
  return { version: world.version };
}

export function appendTo(world: MemoryWorld, entries: readonly unknown[], keep: number): number {
  let { last } = world.head;
  for (const entry of entries) world.journal.push({ number: (last += 1), text: JSON.stringify(entry) });
  world.head = { ...world.head, last };
  world.journalFrom = Math.max(world.journalFrom, world.journal.length - keep);
  // Now and then: what an entry costs does not grow with how many are kept.
  if (world.journalFrom >= Math.max(keep, ROOM)) dropGone(world);
  return last;
}

export function entriesOf(world: MemoryWorld, after: number): readonly Kept[] {
  dropGone(world);
  return world.journal.filter(({ number }) => number > after).map(({ number, text }) => ({ number, entry: JSON.parse(text) as unknown }));
}

/** How many entries may lie about that are gone, before they are dropped. */
const ROOM = 64;

function dropGone(world: MemoryWorld): void {
  world.journal.splice(0, world.journalFrom);
  world.journalFrom = 0;
}

export function forgetIn(world: MemoryWorld, numbers?: readonly number[]): void {
  dropGone(world);
  const which = new Set(numbers);
  world.journal = numbers === undefined ? [] : world.journal.filter(({ number }) => !which.has(number));
  const { last, generation, removals } = world.head;
  world.head = numbers === undefined ? { ...NO_ENTRIES, generation: randomUUID() } : { last, generation, removals: removals + 1 };
}

function expiry(ttlMs: number | undefined): number {
  return ttlMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + lifetime(ttlMs);
}

function apply({ records }: MemoryWorld, changes: readonly Change[]): void {
  for (const change of changes) {
    if (change.record === null) records.delete(recordKey(change));
    else records.set(recordKey(change), JSON.stringify(change));
  }
}

function log(world: MemoryWorld, text: string): void {
  world.log.push({ version: world.version, text });
  world.logSize += text.length;
  while (world.logSize > LOG_SIZE) world.logSize -= world.log.shift()?.text.length ?? 0;
}

function missedSince(version: number, world: MemoryWorld): Committed {
  const behind = world.version - version;
  if (behind < 0 || behind > world.log.length) return { reload: true };
  const missed = world.log.slice(world.log.length - behind);
  return { version: world.version, missed: latest(missed.flatMap(({ text }) => JSON.parse(text) as Change[])) };
}
