import { randomUUID } from 'node:crypto';
import { latest, latestByKey, lifetime } from '../changes.js';
import { createListeners } from '../listeners.js';
import type { Change, Commit, Committed, Kept, Loaded, OnChange, OnReach, Store } from '../types.js';
import { readAddress } from './address.js';
import { createBatches, type Batches } from './batches.js';
import { openLink, type Link } from './link.js';
import { namesOf, unescaped, type Names } from './names.js';
import { BATCH, JOURNAL, type Operation } from './scripts.js';

/**
 * Opens a store in Redis, which any number of servers may share.
 *
 * @example
 * const store = await openRedisStore('redis://:secret@127.0.0.1:6379/0?prefix=failpath');
 * await store.create('demo', []); // a version; false when there is such a world already
 * await store.close();
 *
 * Redis 6 or later, or Valkey; several nodes (`redis+cluster://one:7000,two:7000`) are a Redis Cluster. `?prefix=` is what its keys and channels
 * begin with (`failpath`), `?timeout=` how long a call may take, in milliseconds (2000). Each method is one round trip, which it shares with
 * whatever else is asked for in the same turn of the event loop. A method throws `StoreUnavailable` while Redis is away, and works again once it is back.
 *
 * @throws {InputError} `store-unusable` for an address that is none, and a Redis that does not answer, does not let in, or cannot be written to.
 */
export async function openRedisStore(url: string): Promise<Store> {
  const address = readAddress(url);
  const changes = createListeners<OnChange>();
  const reach = createListeners<OnReach>();
  const me = randomUUID();
  const names = namesOf(address);
  const link = await openLink(address, {
    channel: names.channel,
    probe: names.probe,
    heard: (message) => {
      const [sender, name] = cut(message);
      if (sender !== me && sender !== `${me}${JOURNAL}`) changes.tell(unescaped(name), sender.endsWith(JOURNAL) ? 'journal' : 'records');
    },
    away: (why) => reach.tell(why),
    back: () => {
      reach.tell(undefined);
      changes.tell();
    },
  });
  // The nodes of a cluster know of their own listeners only.
  const head = [names.channel, me, address.isCluster ? '' : '1'];
  const batches = createBatches(
    head,
    ({ keys, args }) => link.run(BATCH, keys, args),
    (why) => link.refused(why),
  );
  return {
    name: address.name,
    shared: true,
    ...methods(link, batches, names),
    onChange: changes.add,
    onReach: reach.add,
    close: async () => {
      changes.clear();
      reach.clear();
      await link.close();
    },
  };
}

function methods(link: Link, batches: Batches, names: Names): Omit<Store, 'name' | 'shared' | 'onChange' | 'close'> {
  const run = (operation: Operation, world: string, args: readonly string[]): Promise<unknown> =>
    batches.add(operation, names.target(world), args);
  const ask = (command: string, key: string, ...rest: readonly string[]): Promise<unknown> => {
    batches.flush();
    return link.send([command, key, ...rest], key);
  };
  return {
    create: async (world, changes, ttlMs) => {
      const version = await run('create', world, [ttl(ttlMs), linesOf(changes).puts.join('\n')]);
      return version === null ? false : Number(version);
    },
    load: async (world) => loaded(await ask('HGETALL', names.target(world).keys[0])),
    commit: async (commit) => committed(await run('commit', commit.world, commitArguments(commit))),
    remove: async (world) => void (await run('remove', world, [])),
    worlds: async () => {
      const lists = await Promise.all(names.lists().map(({ target, begin }) => batches.add('worlds', target, [begin])));
      return (lists as readonly (readonly string[])[]).flat().map(unescaped);
    },
    append: async (world, entries, keep) =>
      Number(await run('append', world, [String(keep), ...entries.map((entry) => JSON.stringify(entry))])),
    head: async (world) => {
      const fields = await ask('HMGET', names.target(world).keys[0], 'entries', 'generation', 'removals');
      const [last, generation, removals] = fields as readonly (string | null)[];
      return { last: Number(last ?? 0), generation: generation ?? '', removals: Number(removals ?? 0) };
    },
    entries: async (world, after) =>
      ((await ask('XRANGE', names.target(world).keys[3], `${Math.max(0, after) + 1}-0`, '+')) as readonly StreamEntry[]).map(kept),
    forget: async (world, numbers) => {
      if (numbers?.length !== 0) await run('forget', world, (numbers ?? []).map(String));
    },
  };
}

function cut(message: string): readonly [string, string] {
  const at = message.indexOf(' ');
  return [message.slice(0, at), message.slice(at + 1)];
}

function ttl(ttlMs: number | undefined): string {
  return ttlMs === undefined ? '' : String(lifetime(ttlMs));
}

/** Field, value, field, value... of the last change of each record: no JSON has a line break, so they go as the lines of one text. */
function linesOf(changes: readonly Change[]): { readonly puts: string[]; readonly removals: string[] } {
  const puts: string[] = [];
  const removals: string[] = [];
  for (const [field, { place, record }] of latestByKey(changes)) {
    (record === null ? removals : puts).push(field, `[${place},${JSON.stringify(record)}]`);
  }
  return { puts, removals };
}

function commitArguments({ version, changes, id, ttlMs }: Commit): readonly string[] {
  const { puts, removals } = linesOf(changes);
  return [String(version), id, ttl(ttlMs), puts.join('\n'), removals.join('\n')];
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

/** An entry of the log: lines with field, value, field, value... */
function changesOf(entry: string): readonly Change[] {
  const list = JSON.parse(`[${entry.replaceAll('\n', ',')}]`) as readonly unknown[];
  return list.flatMap((field, index) =>
    index % 2 === 0 ? [changeOf(field as [string, string], list[index + 1] as [number, unknown])] : [],
  );
}

type StreamEntry = readonly [id: string, fields: readonly [name: string, value: string]];

function kept([id, [, value]]: StreamEntry): Kept {
  return { number: Number.parseInt(id, 10), entry: JSON.parse(value) as unknown };
}
