import { appendTo, commitTo, entriesOf, forgetIn, loadWorld, makeWorld, NO_ENTRIES, type MemoryWorld } from './memory-world.js';
import { StoreUnavailable, type Change, type OnChange, type Part, type Store } from './types.js';

/** A store in memory, and the way to others with the same worlds. */
export interface MemoryStore extends Store {
  /** A store with the same worlds, as another server would open it: each is told of what the other does, and not of what it does itself. */
  connect(): MemoryStore;
}

/** What stores with the same worlds share. */
interface Shared {
  readonly worlds: Map<string, MemoryWorld>;
  /** Of each store, its listeners. */
  readonly stores: Set<ReadonlySet<OnChange>>;
  /** The highest version that any world has had: a new one begins above it. */
  highest: number;
  sweptAt: number;
}

/**
 * Opens a store that lives as long as the process.
 *
 * @example
 * const store = createMemoryStore();
 * await store.create('demo', []); // a version; false when there is such a world already
 * await store.connect().worlds(); // ['demo']
 *
 * Several mocks of one process share worlds by a `connect()` each. A method throws `StoreUnavailable` once the store is closed.
 */
export function createMemoryStore(): MemoryStore {
  return storeOf({ worlds: new Map(), stores: new Set(), highest: 0, sweptAt: Date.now() });
}

function storeOf(shared: Shared): MemoryStore {
  const own = new Set<OnChange>();
  shared.stores.add(own);
  let open = true;
  return {
    name: 'memory',
    shared: true,
    ...methods(shared, {
      step: async (run) => {
        if (!open) throw new StoreUnavailable('The store in memory is closed.');
        await Promise.resolve();
        return run();
      },
      tell: (world, part) => {
        for (const listeners of shared.stores) {
          if (listeners !== own) for (const listener of listeners) queueMicrotask(() => listener(world, part));
        }
      },
    }),
    onChange: (listener) => {
      const entry: OnChange = (world, part) => {
        if (own.has(entry)) listener(world, part);
      };
      own.add(entry);
      return () => void own.delete(entry);
    },
    close: async () => {
      open = false;
      own.clear();
      shared.stores.delete(own);
    },
    connect: () => storeOf(shared),
  };
}

interface Ways {
  /** Does it in one step, in a later turn, as any other store would. */
  step<T>(run: () => T): Promise<T>;
  /** Tells the other stores. */
  tell(world: string, part: Part): void;
}

function methods(shared: Shared, { step, tell }: Ways): Omit<Store, 'name' | 'shared' | 'onChange' | 'close'> {
  return {
    create: (name, changes, ttlMs) =>
      step(() => {
        const version = make(shared, name, changes, ttlMs);
        if (version !== false) tell(name, 'records');
        return version;
      }),
    load: (name) => step(() => found(shared, name, loadWorld)),
    commit: (commit) =>
      step(() => {
        const world = find(shared, commit.world);
        if (world === undefined) return { gone: true };
        const before = world.version;
        const committed = commitTo(world, commit);
        if (world.version !== before) tell(commit.world, 'records');
        return committed;
      }),
    remove: (name) =>
      step(() => {
        if (removed(shared, name)) tell(name, 'records');
      }),
    worlds: () => step(() => [...shared.worlds.keys()].filter((name) => find(shared, name) !== undefined)),
    append: (name, entries, keep) =>
      step(() => {
        const last = found(shared, name, (world) => appendTo(world, entries, keep)) ?? 0;
        if (last > 0 && entries.length > 0) tell(name, 'journal');
        return last;
      }),
    head: (name) => step(() => found(shared, name, ({ head }) => head) ?? NO_ENTRIES),
    entries: (name, after) => step(() => found(shared, name, (world) => entriesOf(world, after)) ?? []),
    forget: (name, numbers) =>
      step(() => {
        const world = find(shared, name);
        if (world === undefined) return;
        forgetIn(world, numbers);
        tell(name, 'journal');
      }),
  };
}

function make(shared: Shared, name: string, changes: readonly Change[], ttlMs?: number): number | false {
  sweep(shared);
  if (find(shared, name) !== undefined) return false;
  shared.highest += 1;
  shared.worlds.set(name, makeWorld(shared.highest, changes, ttlMs));
  return shared.highest;
}

function find(shared: Shared, name: string): MemoryWorld | undefined {
  const world = shared.worlds.get(name);
  if (world === undefined || world.expiresAt > Date.now()) return world;
  removed(shared, name);
  return undefined;
}

function found<T>(shared: Shared, name: string, use: (world: MemoryWorld) => T): T | undefined {
  const world = find(shared, name);
  return world && use(world);
}

function removed(shared: Shared, name: string): boolean {
  shared.highest = Math.max(shared.highest, shared.worlds.get(name)?.version ?? 0);
  return shared.worlds.delete(name);
}

/** Worlds that have expired and are never asked for again must go as well; to look once a second is often enough. */
function sweep(shared: Shared): void {
  if (Date.now() - shared.sweptAt < 1_000) return;
  shared.sweptAt = Date.now();
  for (const name of shared.worlds.keys()) find(shared, name);
}
