import {
  createListeners,
  StoreUnavailable,
  type Commit,
  type Committed,
  type JournalHead,
  type Kept,
  type Loaded,
  type OnChange,
  type Part,
  type Store,
} from '../stores/index.js';
import { PeerError, type Handlers, type Peer } from './peer.js';

/** What is asked of a store in another process: its methods, by their names. */
const METHODS = ['create', 'load', 'commit', 'remove', 'worlds', 'append', 'head', 'entries', 'forget'] as const;

type Method = (typeof METHODS)[number];

/** A store that another process asks for, and its end. */
export interface Lent {
  readonly handlers: Handlers;
  /** Begins to tell of changes, many at once. */
  follow(peer: Pick<Peer, 'tell'>): () => void;
}

/**
 * Lends a store to another process.
 *
 * @example
 * const lent = lendStore(createMemoryStore());
 * const peer = createPeer(socket, lent.handlers);
 * const stop = lent.follow(peer);
 */
export function lendStore(store: Store): Lent {
  const handlers = Object.fromEntries(
    METHODS.map((name) => [name, (args: readonly unknown[]) => (store[name] as (...all: unknown[]) => unknown)(...args.map(orUndefined))]),
  );
  return {
    handlers,
    follow: (peer) => {
      /** By world: which part of it; any, when it was both. */
      let told = new Map<string | undefined, Part | undefined>();
      return store.onChange((world, part) => {
        told.set(world, told.has(world) && told.get(world) !== part ? undefined : part);
        if (told.size > 1) return;
        setImmediate(() => {
          if (told.size > 0) peer.tell('changed', ...Array.from(told, ([one, of]) => [one ?? null, of ?? null]));
          told = new Map();
        });
      });
    },
  };
}

/** A store that another process has lent, and what makes it hear of changes. */
export interface Borrowed {
  readonly store: Store;
  readonly handlers: Handlers;
  /** From now on it is asked for over this. */
  use(peer: Peer): void;
}

/**
 * The store of another process: the same worlds, each call one message there and one back.
 *
 * @example
 * const borrowed = borrowStore('the primary');
 * borrowed.use(createPeer(socket, borrowed.handlers));
 * await borrowed.store.worlds();
 */
export function borrowStore(name: string): Borrowed {
  const changes = createListeners<OnChange>();
  let peer: Peer | undefined;
  const ask = async (method: Method, ...args: readonly unknown[]): Promise<unknown> => {
    if (peer === undefined) throw new StoreUnavailable(`${name} is closed.`);
    try {
      return await peer.call(method, ...args);
    } catch (error) {
      if (!(error instanceof PeerError)) throw error;
      if (error.thrown === 'StoreUnavailable') throw new StoreUnavailable(error.message);
      if (error.thrown === 'Gone') throw new StoreUnavailable(`${name} is gone.`, { cause: error });
      throw error;
    }
  };
  const store: Store = {
    name,
    shared: true,
    create: async (world, changes, ttlMs) => (await ask('create', world, changes, ttlMs)) as number | false,
    load: async (world) => orUndefined(await ask('load', world)) as Loaded | undefined,
    commit: async (commit: Commit) => (await ask('commit', commit)) as Committed,
    remove: async (world) => void (await ask('remove', world)),
    worlds: async () => (await ask('worlds')) as readonly string[],
    append: async (world, entries, keep) => (await ask('append', world, entries, keep)) as number,
    head: async (world) => (await ask('head', world)) as JournalHead,
    entries: async (world, after) => (await ask('entries', world, after)) as readonly Kept[],
    forget: async (world, numbers) => void (await ask('forget', world, numbers)),
    onChange: changes.add,
    close: async () => {
      changes.clear();
      peer?.close();
      peer = undefined;
    },
  };
  return {
    store,
    handlers: {
      changed: (worlds) => {
        for (const [world, part] of worlds as readonly [string | null, Part | null][]) changes.tell(world ?? undefined, part ?? undefined);
      },
    },
    use: (made) => {
      peer = made;
    },
  };
}

/** JSON has no `undefined`: `null` stands for it where nothing else can. */
function orUndefined(value: unknown): unknown {
  return value ?? undefined;
}
