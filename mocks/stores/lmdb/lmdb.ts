import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { StoreUnavailable, type Store } from '../types.js';
import { openEnvironment, type Environment } from './environment.js';
import { announce, follow } from './feed.js';
import { hash, type Tables } from './rows.js';
import {
  answerOf,
  appendTo,
  commitTo,
  entriesOf,
  forgetIn,
  headOf,
  loadWorld,
  makeWorld,
  prepare,
  removeWorld,
  sweepWorlds,
  worldNames,
} from './world.js';

/** How often a store that somebody listens to looks whether another process has changed something. */
const LOOK_MS = 50;
/** How often what has expired is removed. */
const SWEEP_MS = 1_000;

/**
 * Opens a store in a folder, which outlasts the process.
 *
 * @example
 * const store = await openLmdbStore('./state');
 * await store.create('demo', []); // a version; false when there is such a world already
 * await store.close();
 *
 * A method resolves once its transaction is committed: what was acknowledged is there after a `kill -9`; a loss of power may take the last
 * moments, and nothing else. Several processes may open the same folder, which is made when it is not there. A method throws
 * `StoreUnavailable` when the disk is full, and once the store is closed.
 *
 * @throws {InputError} `state-unusable` for a folder that is none, cannot be written to, or holds something else.
 */
export async function openLmdbStore(folder: string): Promise<Store> {
  const { environment, release } = await openEnvironment(folder);
  const me = randomUUID();
  let open = true;
  const access = accessTo(folder, environment, me, () => open);
  const listening = listen(environment, me);
  return {
    name: folder,
    shared: true,
    ...methods(environment, access, listening.look),
    onChange: listening.onChange,
    close: async () => {
      if (!open) return;
      open = false;
      listening.stop();
      await release();
    },
  };
}

/** What came of a change, and whether others are to be told. */
interface Changed<T> {
  readonly told: boolean;
  readonly answer: T;
}

interface Access {
  /** In one step, on what is committed. */
  read<T>(run: (tables: Tables) => T): Promise<T>;
  /** In one transaction. */
  write<T>(world: string, run: (tables: Tables) => Changed<T>): Promise<Changed<T>>;
}

function accessTo(folder: string, { tables }: Environment, me: string, isOpen: () => boolean): Access {
  const attempt = async <T>(run: () => T | Promise<T>): Promise<T> => {
    if (!isOpen()) throw new StoreUnavailable(`${folder} is not available (the store is closed).`);
    try {
      return await run();
    } catch (error) {
      const cause = await causeOf(error);
      throw new StoreUnavailable(`${folder} is not available (${cause instanceof Error ? cause.message : String(cause)}).`, { cause });
    }
  };
  return {
    read: (run) =>
      attempt(() => {
        // What other processes have written since the last read transaction began.
        tables.root.resetReadTxn();
        return run(tables);
      }),
    write: (world, run) =>
      attempt(() =>
        tables.root.transaction(() => {
          const changed = run(tables);
          if (changed.told) announce(tables, me, world);
          return changed;
        }),
      ),
  };
}

/** Of a commit that failed lmdb tells the reason by a promise that is about to be rejected. */
async function causeOf(thrown: unknown): Promise<unknown> {
  if (!(thrown instanceof Error && 'commitError' in thrown && thrown.commitError instanceof Promise)) return thrown;
  const reason = thrown.commitError.catch((cause: unknown) => cause);
  return Promise.race([reason, wait(0, thrown)]);
}

function methods(
  environment: Environment,
  { read, write }: Access,
  look: () => void,
): Omit<Store, 'name' | 'shared' | 'onChange' | 'close'> {
  const change: <T>(...args: Parameters<typeof write<T>>) => Promise<T> = async (...args) => {
    const { told, answer } = await write(...args);
    // Stores of this process hear of it at once.
    if (told) for (const other of environment.stores) if (other !== look) setImmediate(other);
    return answer;
  };
  const sweep = (tables: Tables): void => {
    if (Date.now() - environment.sweptAt < SWEEP_MS) return;
    environment.sweptAt = Date.now();
    sweepWorlds(tables);
  };
  return {
    create: async (world, changes, ttlMs) => {
      const prepared = prepare(changes);
      return change(world, (tables) => {
        sweep(tables);
        const version = makeWorld(tables, world, prepared, ttlMs);
        return { told: version !== false, answer: version };
      });
    },
    load: (world) => read((tables) => loadWorld(tables, world)),
    commit: async (commit) => {
      if (commit.changes.length === 0) {
        const answer = await read((tables) => answerOf(tables, commit));
        if (answer !== undefined) return answer;
      }
      const prepared = prepare(commit.changes);
      return change(commit.world, (tables) => commitTo(tables, commit, prepared));
    },
    remove: (world) => change(world, (tables) => ({ told: removeWorld(tables, hash(world)), answer: undefined })),
    worlds: () => read((tables) => worldNames(tables)),
    append: async (world, entries, keep) => {
      const texts = entries.map((entry) => JSON.stringify(entry));
      return change(world, (tables) => {
        const last = appendTo(tables, world, texts, keep);
        return { told: last > 0 && texts.length > 0, answer: last };
      });
    },
    head: (world) => read((tables) => headOf(tables, world)),
    entries: (world, after) => read((tables) => entriesOf(tables, world, after)),
    forget: (world, numbers) => change(world, (tables) => ({ told: forgetIn(tables, world, numbers), answer: undefined })),
  };
}

interface Listening extends Pick<Store, 'onChange'> {
  /** Looks for news now. */
  look(): void;
  stop(): void;
}

function listen({ tables, stores }: Environment, me: string): Listening {
  const listeners = new Set<(world?: string) => void>();
  const news = follow(tables, me);
  let timer: NodeJS.Timeout | undefined;
  const rest = (): void => {
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
    stores.delete(look);
  };
  const look = (): void => {
    if (listeners.size === 0) return;
    for (const world of news()) for (const listener of [...listeners]) if (listeners.has(listener)) listener(world);
  };
  return {
    look,
    onChange: (listener) => {
      if (listeners.size === 0) {
        // What happened while nobody listened is not told.
        news();
        stores.add(look);
        timer = setInterval(look, LOOK_MS).unref();
      }
      const entry = (world?: string): void => listener(world);
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
        rest();
      };
    },
    stop: () => {
      listeners.clear();
      rest();
    },
  };
}
