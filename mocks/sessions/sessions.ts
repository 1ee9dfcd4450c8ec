import { randomBytes } from 'node:crypto';
import { Records, transactionsOf } from '../state/index.js';
import type { Change, Store } from '../stores/index.js';
import { ABOUT, createWorld, DEFAULT, inMemory, randomSeed, type About, type Place, type Server, type World } from './world.js';

/** How a session begins. */
export interface NewSession {
  /** Without it one that is free is taken. */
  readonly id?: string | undefined;
  readonly ttlMs: number;
  readonly seed?: string | undefined;
  readonly from?: Beginning | undefined;
}

/** What another world holds, to go on from; and what that is. */
export interface Beginning {
  readonly about: Pick<About, 'mint' | 'tag' | 'seed'>;
  readonly records: readonly Change[];
  /** Whether what every new world begins with is still to come. */
  readonly isNew?: boolean | undefined;
}

/** A session as lists show it. */
export interface SessionInfo {
  readonly id: string;
  readonly created: number;
  /** Real time; `undefined` where only the store knows. */
  readonly expires: number | undefined;
}

/** The worlds of a server: its own, and as many as sessions are made. */
export interface Sessions {
  /** Of those who name none. */
  readonly main: World;
  /** Whether there may be any but the main one. */
  readonly any: boolean;
  /** A world by its id, which lives on from now; `undefined` when there is none (any more). */
  find(id: string): World | undefined | Promise<World | undefined>;
  /** @throws {SessionError} */
  create(session: NewSession): Promise<World>;
  remove(id: string): Promise<boolean>;
  list(): Promise<readonly SessionInfo[]>;
  /** Those that are in memory, the main one first. */
  worlds(): Iterable<World>;
  close(): void;
}

/** Why a session cannot be made. */
export class SessionError extends Error {
  override readonly name = 'SessionError';
}

export interface SessionsOptions {
  readonly server: Server;
  /** Of the main world, unless a store has another. */
  readonly seed?: string | undefined;
  /** How the main world begins; by default as any. */
  readonly main?: Beginning | undefined;
  readonly store?: Store | undefined;
  /** How many sessions there may be at a time in memory. */
  readonly capacity?: number | undefined;
}

/** What the ids of sessions begin with: so they are found in keys and ids. */
export const MARK = '5e55';

const CAPACITY = 10_000;
const SWEEP_MS = 1_000;

interface Slot {
  readonly id: string;
  readonly about: About;
  /** Real time. */
  expires: number;
  readonly world: World;
}

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

function placeFor(about: About, from: Beginning | undefined): Place {
  const records = new Records();
  records.apply(initial(about, from));
  return inMemory(records);
}

/** What there is of a world before it is first asked for. */
function initial(about: About, from: Beginning | undefined): Change[] {
  const known: Change = { table: 'about', id: 'world', place: 1, record: about };
  if (from === undefined) return [known];
  return from.isNew === true ? [known, ...from.records] : [known, { table: 'about', id: 'given', place: 2, record: {} }, ...from.records];
}

function newId(isTaken: (id: string) => boolean): string {
  for (;;) {
    const id = `${MARK}${randomBytes(4).toString('hex')}`;
    if (!isTaken(id)) return id;
  }
}

function aboutOf({ contract }: Server, id: string, { ttlMs, seed, from }: NewSession): About {
  // What goes on from another world gives out what that would have given out, and nothing of its own.
  const origin = from === undefined ? { mint: seed ?? randomSeed(), seed, tag: id } : from.about;
  return { contract: contract.sha256, mint: origin.mint, seed: origin.seed, tag: origin.tag, ttlMs, created: Date.now() };
}

/** Sessions of one process. */
class MemorySessions implements Sessions {
  readonly main: World;
  readonly #server: Server;
  readonly #capacity: number;
  readonly #slots = new Map<string, Slot>();
  #sweeper: NodeJS.Timeout | undefined;

  constructor({ server, capacity = CAPACITY }: SessionsOptions, main: World) {
    this.main = main;
    this.#server = server;
    this.#capacity = capacity;
  }

  get any(): boolean {
    return this.#slots.size > 0;
  }

  find(id: string): World | undefined {
    if (id === DEFAULT) return this.main;
    const slot = this.#slots.get(id);
    if (slot === undefined) return undefined;
    const now = Date.now();
    if (slot.expires <= now) {
      this.#end(slot);
      return undefined;
    }
    slot.expires = now + (slot.about.ttlMs ?? 0);
    return slot.world;
  }

  async create(session: NewSession): Promise<World> {
    if (this.#slots.size >= this.#capacity) this.#sweep();
    if (this.#slots.size >= this.#capacity) {
      throw new SessionError(
        `There are ${this.#slots.size} sessions, which is as many as there may be: remove some, or let them expire sooner.`,
      );
    }
    const id = session.id ?? newId((one) => this.#slots.has(one));
    if (this.#slots.has(id)) throw new SessionError(`There is a session ${id} already.`);
    const about = aboutOf(this.#server, id, session);
    const world = createWorld(this.#server, id, about, placeFor(about, session.from));
    this.#slots.set(id, { id, about, expires: Date.now() + session.ttlMs, world });
    this.#sweepLater();
    return world;
  }

  remove(id: string): Promise<boolean> {
    const slot = this.#slots.get(id);
    if (slot !== undefined) this.#end(slot);
    return Promise.resolve(slot !== undefined);
  }

  list(): Promise<readonly SessionInfo[]> {
    this.#sweep();
    return Promise.resolve(Array.from(this.#slots.values(), ({ id, about: { created }, expires }) => ({ id, created, expires })));
  }

  *worlds(): Iterable<World> {
    yield this.main;
    for (const { world } of this.#slots.values()) yield world;
  }

  close(): void {
    clearTimeout(this.#sweeper);
    for (const world of this.worlds()) world.close();
  }

  #end({ id, world }: Slot): void {
    this.#slots.delete(id);
    this.#server.beforeReset(world.journal);
    world.close();
  }

  #sweep(): void {
    const now = Date.now();
    for (const slot of this.#slots.values()) if (slot.expires <= now) this.#end(slot);
  }

  #sweepLater(): void {
    this.#sweeper ??= setTimeout(() => {
      this.#sweeper = undefined;
      this.#sweep();
      if (this.#slots.size > 0) this.#sweepLater();
    }, SWEEP_MS).unref();
  }
}

interface Cached {
  readonly world: World;
  /** Real time, after which it is no longer kept at hand. */
  until: number;
}

/** Sessions of a store; those that were asked for here are kept at hand. */
class StoredSessions implements Sessions {
  readonly any = true;
  readonly #server: Server;
  readonly #store: Store;
  readonly #cached = new Map<string, Cached>();
  #sweeper: NodeJS.Timeout | undefined;
  readonly #opening = new Map<string, Promise<World | undefined>>();
  readonly #unlisten: () => void;
  /** Worlds that are catching up, and whether they have to once more. */
  readonly #refreshing = new Map<World, boolean>();
  #main: World | undefined;

  constructor({ server }: SessionsOptions, store: Store) {
    this.#server = server;
    this.#store = store;
    this.#unlisten = store.onChange((id) => this.#changed(id));
  }

  async open(): Promise<void> {
    this.#main = await this.#open(DEFAULT);
  }

  get main(): World {
    if (this.#main === undefined) throw new Error('The main world has not been opened.');
    return this.#main;
  }

  find(id: string): World | undefined | Promise<World | undefined> {
    if (id === DEFAULT) return this.main;
    const cached = this.#cached.get(id);
    if (cached !== undefined) {
      cached.until = Date.now() + (cached.world.about.ttlMs ?? 0);
      return cached.world;
    }
    let opening = this.#opening.get(id);
    if (opening === undefined) {
      opening = this.#open(id).finally(() => this.#opening.delete(id));
      this.#opening.set(id, opening);
    }
    return opening;
  }

  async create(session: NewSession): Promise<World> {
    const id = session.id ?? newId((one) => this.#cached.has(one));
    const about = aboutOf(this.#server, id, session);
    const made = await this.#store.create(id, initial(about, session.from), session.ttlMs);
    if (made === false) throw new SessionError(`There is a session ${id} already.`);
    const world = await this.find(id);
    if (world === undefined) throw new SessionError(`The session ${id} has expired at once.`);
    return world;
  }

  async remove(id: string): Promise<boolean> {
    if (id === DEFAULT) return false;
    const known = (await this.find(id)) !== undefined;
    await this.#store.remove(id);
    this.forget(id);
    return known;
  }

  async list(): Promise<readonly SessionInfo[]> {
    const infos: SessionInfo[] = [];
    for (const id of await this.#store.worlds()) {
      const world = id === DEFAULT ? undefined : await this.find(id);
      if (world !== undefined) infos.push({ id, created: world.about.created, expires: undefined });
    }
    return infos;
  }

  *worlds(): Iterable<World> {
    yield this.main;
    for (const { world } of this.#cached.values()) yield world;
  }

  close(): void {
    this.#unlisten();
    clearTimeout(this.#sweeper);
    for (const world of this.worlds()) world.close();
  }

  /** What is no longer in the store. */
  forget(id: string): void {
    const cached = this.#cached.get(id);
    if (cached === undefined) return;
    this.#cached.delete(id);
    this.#server.beforeReset(cached.world.journal);
    cached.world.close();
  }

  async #open(id: string): Promise<World | undefined> {
    const loaded = await this.#store.load(id);
    if (loaded === undefined) return undefined;
    const records = new Records();
    records.replace(loaded.records);
    const about = records.table<About>('about', ABOUT).get('world');
    if (about === undefined) return undefined;
    if (about.contract !== this.#server.contract.sha256) {
      throw new SessionError(`The world ${id} in ${this.#store.name} was made with another contract (${about.contract.slice(0, 12)}…).`);
    }
    const store = this.#store;
    let world: World | undefined = undefined as World | undefined;
    const transactions = transactionsOf({
      store,
      world: id,
      records,
      version: loaded.version,
      ttlMs: about.ttlMs,
      onChange: () => world?.clock.agenda.changed(),
      onGone: () => this.forget(id),
      endless: id === DEFAULT,
      onRevived: () => world?.journal.reset(),
    });
    world = createWorld(this.#server, id, about, {
      records,
      transactions,
      shelf: {
        append: (entry, keep) => store.append(id, [entry], keep),
        entries: (after) => store.entries(id, after),
        forget: (numbers) => store.forget(id, numbers),
      },
    });
    await world.refresh();
    if (id !== DEFAULT) {
      this.#cached.set(id, { world, until: Date.now() + (about.ttlMs ?? 0) });
      this.#sweepLater();
    }
    return world;
  }

  /** Timers and those who wait for requests have to know at once; everybody else finds out when it is asked. */
  #changed(id: string | undefined): void {
    const worlds = id === undefined ? [...this.worlds()] : [id === DEFAULT ? this.#main : this.#cached.get(id)?.world];
    for (const world of worlds) if (world !== undefined) this.#refresh(world);
  }

  /** However often it is told meanwhile, once more is enough. */
  #refresh(world: World): void {
    const again = this.#refreshing.has(world);
    this.#refreshing.set(world, again);
    if (again) return;
    const refresh = async (): Promise<void> => {
      await world.refresh().catch(() => undefined);
      const more = this.#refreshing.get(world) === true;
      this.#refreshing.delete(world);
      if (more) this.#refresh(world);
    };
    void refresh();
  }

  /** What nobody has asked for here for as long as it lives may live on elsewhere: only the store knows. */
  async #sweep(): Promise<void> {
    for (const [id, cached] of this.#cached) {
      if (cached.until > Date.now()) continue;
      const lives = await this.#store.load(id).then(
        (loaded) => loaded !== undefined,
        () => true,
      );
      if (lives) cached.until = Date.now() + (cached.world.about.ttlMs ?? 0);
      else this.forget(id);
    }
  }

  #sweepLater(): void {
    this.#sweeper ??= setTimeout(() => {
      void this.#sweep().finally(() => {
        this.#sweeper = undefined;
        if (this.#cached.size > 0) this.#sweepLater();
      });
    }, SWEEP_MS).unref();
  }
}
