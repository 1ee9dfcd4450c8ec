import { randomUUID } from 'node:crypto';
import { latest, lifetime, recordKey } from '../changes.js';
import type { Change, Commit, Committed, Kept, Loaded, Store } from '../types.js';
import { readAddress } from './address.js';
import { openLink, type Link } from './link.js';
import { SCRIPTS, type Script } from './scripts.js';

/**
 * Opens a store in Redis, which any number of servers may share.
 *
 * @example
 * const store = await openRedisStore('redis://:secret@127.0.0.1:6379/0?prefix=failpath');
 * await store.create('demo', []); // a version; false when there is such a world already
 * await store.close();
 *
 * Redis 6 or later, or Valkey. `?prefix=` is what its keys and channels begin with (`failpath`), `?timeout=` how long a call may take, in
 * milliseconds (2000). Each method is one round trip. A method throws `StoreUnavailable` while Redis is away, and works again once it is back.
 *
 * @throws {InputError} `store-unusable` for an address that is none, and a Redis that does not answer, does not let in, or cannot be written to.
 */
export async function openRedisStore(url: string): Promise<Store> {
  const address = readAddress(url);
  const listeners = new Set<(world?: string) => void>();
  const tell = (world?: string): void => {
    for (const listener of [...listeners]) if (listeners.has(listener)) listener(world);
  };
  const me = randomUUID();
  const names = namesOf(address.prefix, address.database);
  const link = await openLink(address, {
    channel: names.channel,
    probe: names.key('probe'),
    heard: (message) => {
      const [sender, name] = cut(message);
      if (sender !== me) tell(unescaped(name));
    },
    back: tell,
  });
  return {
    name: address.name,
    shared: true,
    ...methods(link, names, me),
    onChange: (listener) => {
      const entry = (world?: string): void => listener(world);
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    close: async () => {
      listeners.clear();
      await link.close();
    },
  };
}

function methods(link: Link, names: Names, me: string): Omit<Store, 'name' | 'shared' | 'onChange' | 'close'> {
  const run = (script: Script, world: string, args: readonly string[]): Promise<unknown> =>
    link.run(script, names.keys(world), [names.channel, me, escaped(world), ...args]);
  return {
    create: async (world, changes, ttlMs) => {
      const puts = latest(changes).filter(({ record }) => record !== null);
      const version = await run(SCRIPTS.create, world, [ttl(ttlMs), ...puts.flatMap(fieldAndValue)]);
      return version === null ? false : Number(version);
    },
    load: async (world) => loaded(await link.send(['HGETALL', names.key('world', world)])),
    commit: async (commit) => committed(await run(SCRIPTS.commit, commit.world, commitArguments(commit))),
    remove: async (world) => void (await run(SCRIPTS.remove, world, [])),
    worlds: async () => {
      const found = await link.run(SCRIPTS.worlds, [names.key('worlds')], [names.key('world', '')]);
      return (found as readonly string[]).map(unescaped);
    },
    append: async (world, entries, keep) =>
      Number(await run(SCRIPTS.append, world, [String(keep), ...entries.map((entry) => JSON.stringify(entry))])),
    entries: async (world, after) =>
      ((await link.send(['XRANGE', names.key('journal', world), `${Math.max(0, after) + 1}-0`, '+'])) as readonly StreamEntry[]).map(kept),
    forget: async (world, numbers) => {
      if (numbers?.length !== 0) await run(SCRIPTS.forget, world, (numbers ?? []).map(String));
    },
  };
}

interface Names {
  readonly channel: string;
  /** What is kept of a world, or of all. */
  key(what: string, world?: string): string;
  /** As the scripts take them. */
  keys(world: string): readonly string[];
}

/** All keys share a hash tag: a Redis Cluster keeps them on one node, where one script can change them in one step. */
function namesOf(prefix: string, database: number): Names {
  const key = (what: string, world?: string): string => `{${prefix}}:${what}${world === undefined ? '' : `:${escaped(world)}`}`;
  return {
    // Databases have their own keys, but share channels.
    channel: `${prefix}:${database}:changes`,
    key,
    keys: (world) => [key('world', world), key('log', world), key('done', world), key('journal', world), key('worlds')],
  };
}

/** Well-formed, and without control characters: a name may hold anything that a string of JavaScript can. */
function escaped(name: string): string {
  return JSON.stringify(name).slice(1, -1);
}

function unescaped(name: string): string {
  return JSON.parse(`"${name}"`) as string;
}

function cut(message: string): readonly [string, string] {
  const at = message.indexOf(' ');
  return [message.slice(0, at), message.slice(at + 1)];
}

function ttl(ttlMs: number | undefined): string {
  return ttlMs === undefined ? '' : String(lifetime(ttlMs));
}

function fieldAndValue(change: Change): readonly [field: string, value: string] {
  return [recordKey(change), JSON.stringify([change.place, change.record])];
}

function commitArguments({ version, changes, id, ttlMs }: Commit): readonly string[] {
  const last = latest(changes);
  const puts = last.filter(({ record }) => record !== null);
  const removals = last.filter(({ record }) => record === null);
  return [String(version), id, ttl(ttlMs), String(puts.length), ...[...puts, ...removals].flatMap(fieldAndValue)];
}

/** A field and a value, parsed. */
function changeOf([table, id]: readonly [string, string], [place, record]: readonly [number, unknown]): Change {
  return { table, id, place, record };
}

function loaded(reply: unknown): Loaded | undefined {
  const { version, ...fields } = reply as Readonly<Record<string, string>>;
  if (version === undefined) return undefined;
  const records = Object.entries(fields).filter(([field]) => field.startsWith('['));
  return {
    version: Number(version),
    records: records.map(([field, value]) => changeOf(JSON.parse(field) as [string, string], JSON.parse(value) as [number, unknown])),
  };
}

function committed(reply: unknown): Committed {
  const [what, version, entries] = reply as readonly [string, string, readonly string[]];
  if (what === 'gone') return { gone: true };
  if (what === 'reload') return { reload: true };
  if (what === 'done') return { version: Number(version) };
  return { version: Number(version), missed: latest(entries.flatMap(changesOf)) };
}

/** An entry of the log: field, value, field, value... */
function changesOf(entry: string): readonly Change[] {
  const list = JSON.parse(entry) as readonly unknown[];
  return list.flatMap((field, index) =>
    index % 2 === 0 ? [changeOf(field as [string, string], list[index + 1] as [number, unknown])] : [],
  );
}

type StreamEntry = readonly [id: string, fields: readonly [name: string, value: string]];

function kept([id, [, value]]: StreamEntry): Kept {
  return { number: Number.parseInt(id, 10), entry: JSON.parse(value) as unknown };
}
