import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import {
  createMemoryStore,
  openLmdbStore,
  openRedisStore,
  type Change,
  type Commit,
  type Committed,
  type Store,
} from '../../mocks/stores/index.js';
import { borrowStore, createPeer, lendStore } from '../../mocks/workers/index.js';
import { temporaryFolder } from '../support/cli.js';
import { startCluster } from './redis-cluster.js';
import { startRedis } from './redis-server.js';

/** Where stores keep the same worlds. */
export interface Place {
  /** Another store, as another server would open it. */
  open(): Promise<Store>;
  /** Whether worlds are on several machines, which tell of them each in its own time. */
  readonly isScattered?: boolean;
  /** After all of its stores are closed. */
  end(): Promise<void>;
}

/** A machine that is busy with other tests must not make a Redis seem away. */
export const PATIENT = '?timeout=20000';

const ALWAYS: Readonly<Record<string, () => Promise<Place>>> = {
  memory: async () => {
    const first = createMemoryStore();
    return { open: async () => first.connect(), end: () => first.close() };
  },
  workers: async () => {
    const memory = createMemoryStore();
    const server = createServer((socket) => {
      const store = memory.connect();
      const lent = lendStore(store);
      const peer = createPeer(socket, lent.handlers, () => void store.close());
      lent.follow(peer);
    });
    const path = join(temporaryFolder(), 'primary');
    server.listen(path);
    await once(server, 'listening');
    return {
      open: async () => {
        const { store, handlers, use } = borrowStore('the primary process');
        const socket = connect(path);
        await once(socket, 'connect');
        const peer = createPeer(socket, handlers);
        use(peer);
        // It has to be known there before anything is to be told of.
        await peer.call('worlds');
        return store;
      },
      end: async () => {
        server.close();
        await memory.close();
      },
    };
  },
  lmdb: async () => {
    const folder = temporaryFolder();
    return { open: () => openLmdbStore(folder), end: async () => undefined };
  },
  redis: async () => {
    const redis = await startRedis();
    return { open: () => openRedisStore(`${redis.url}${PATIENT}`), end: () => redis.stop() };
  },
};

const LONG: Readonly<Record<string, () => Promise<Place>>> = {
  'a cluster of three redis': async () => {
    const cluster = await startCluster();
    return { isScattered: true, open: () => openRedisStore(`${cluster.url}${PATIENT}`), end: () => cluster.stop() };
  },
};

/** Every kind of store, by how its place is made. */
export const PLACES: typeof ALWAYS = { ...ALWAYS, ...(process.env['FAILPATH_LONG'] === '1' ? LONG : {}) };

let count = 0;

/** A name that no other test has. */
export function fresh(name = 'world'): string {
  return `${name}-${(count += 1)}`;
}

/** A record as it is from now on. */
export function put(id: string, record: unknown, place = 1, table = 'things'): Change {
  return { table, id, place, record };
}

/** Makes a world, and answers its first version. */
export async function make(store: Store, world: string, changes: readonly Change[] = [], ttlMs?: number): Promise<number> {
  const version = await store.create(world, changes, ttlMs);
  if (version === false) throw new Error(`There is a world ${world}.`);
  return version;
}

/** A commit with an id of its own. */
export function commitOf(world: string, version: number, changes: readonly Change[], more: Partial<Commit> = {}): Commit {
  return { world, version, changes, id: fresh('commit'), ...more };
}

/** The version that a commit led to, when it was done. */
export function done(committed: Committed): number {
  if ('version' in committed && !('missed' in committed)) return committed.version;
  throw new Error(`It was not done: ${JSON.stringify(committed)}`);
}

/** The records of a world, by id. */
export async function recordsOf(store: Store, world: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const loaded = await store.load(world);
  return loaded && Object.fromEntries(loaded.records.map(({ id, record }) => [id, record]));
}

/** Asks again until it is so: for what no event tells of, which is only that something has expired. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await wait(2);
}

/** What a store tells of. */
export interface Heard {
  readonly worlds: readonly (string | undefined)[];
  /** Resolves once it has told of this. */
  of(world: string | undefined): Promise<void>;
  readonly stop: () => void;
}

export function hear(store: Store): Heard {
  const worlds: (string | undefined)[] = [];
  let wake = (): void => undefined;
  const stop = store.onChange((world) => {
    worlds.push(world);
    wake();
  });
  return {
    worlds,
    stop,
    of: async (world) => {
      while (!worlds.includes(world)) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
}

/**
 * Adds one to a counter in a world, as often as needed until it is done, as a mock does: on its own copy, which it brings up to date with
 * what it is told that it missed.
 */
export async function increment(store: Store, world: string, copy: Copy, id = fresh('increment')): Promise<void> {
  for (;;) {
    const changes = [put('counter', copy.counter + 1)];
    const committed = await store.commit({ world, version: copy.version, changes, id });
    if ('gone' in committed) throw new Error(`There is no world ${world}.`);
    if ('reload' in committed) {
      const loaded = await store.load(world);
      copy.version = loaded?.version ?? 0;
      copy.counter = counterIn(loaded?.records ?? [], 0);
    } else if ('missed' in committed) {
      copy.version = committed.version;
      copy.counter = counterIn(committed.missed, copy.counter);
    } else {
      copy.version = committed.version;
      copy.counter += 1;
      return;
    }
  }
}

/** A mock's own copy of a world with a counter. */
export interface Copy {
  version: number;
  counter: number;
}

function counterIn(records: readonly Change[], otherwise: number): number {
  return Number(records.find(({ id }) => id === 'counter')?.record ?? otherwise);
}
