import { Records, transactionsOf, WorldGone } from '../state/index.js';
import type { Loaded, Part, Store } from '../stores/index.js';
import { aboutOf, initial, newId } from './beginning.js';
import { Followed } from './followed.js';
import { Sweeper } from './sweeper.js';
import { CAPACITY, SessionError, tooMany, type NewSession, type SessionInfo, type Sessions, type SessionsOptions } from './types.js';
import { createWorld, DEFAULT, type About, type Server, type World } from './world.js';

interface Cached {
  readonly world: World;
  /** Real time, after which it may have ended. */
  until: number;
}

/** Sessions of a store; those that were asked for here are kept at hand. */
export class StoredSessions implements Sessions {
  readonly any = true;
  readonly #server: Server;
  readonly #store: Store;
  readonly #cached = new Map<string, Cached>();
  readonly #opening = new Map<string, Promise<World | undefined>>();
  readonly #unlisten: () => void;
  readonly #records = new Followed((world) => world.catchUp());
  readonly #journals = new Followed((world) => world.journal.refresh());
  /** Whether only those worlds are followed in which somebody waits for something: who dies is told of. */
  readonly #isCrew: boolean;
  readonly #leads: boolean;
  readonly #capacity: number;
  /** So many more there may be, as far as that was counted. */
  #room = 0;
  readonly #sweeper = new Sweeper(() => this.#sweep());
  #main: World | undefined;

  constructor({ server, crew, capacity = CAPACITY }: SessionsOptions, store: Store) {
    this.#server = server;
    this.#store = store;
    this.#isCrew = crew !== undefined;
    this.#leads = crew?.leads === true;
    this.#capacity = crew?.inMemory === true ? capacity : Infinity;
    this.#unlisten = store.onChange((id, part) => this.#changed(id, part));
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
    if (cached !== undefined && cached.until <= Date.now()) return this.#check(id, cached);
    if (cached !== undefined) {
      prolong(cached);
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
    await this.#requireRoom();
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
    const about = await this.#about(id);
    // What the others have kept in it is judged before it goes.
    await this.#cached.get(id)?.world.journal.refresh();
    await this.#store.remove(id);
    this.forget(id);
    return about !== undefined;
  }

  async list(): Promise<readonly SessionInfo[]> {
    const infos: SessionInfo[] = [];
    for (const id of await this.#store.worlds()) {
      const about = id === DEFAULT ? undefined : await this.#about(id);
      if (about !== undefined) infos.push({ id, created: about.created, expires: undefined });
    }
    return infos.sort((a, b) => a.created - b.created);
  }

  *worlds(): Iterable<World> {
    yield this.main;
    for (const { world } of this.#cached.values()) yield world;
  }

  catchUp(): void {
    this.#changed(undefined);
  }

  close(): void {
    this.#unlisten();
    this.#records.stop();
    this.#journals.stop();
    this.#sweeper.stop();
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
    const about = aboutIn(loaded);
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
        append: async (entry, keep) => {
          const number = await store.append(id, [entry], keep);
          // Nothing else of a request may have asked whether it still is.
          if (number === 0) this.forget(id);
          return number;
        },
        head: () => store.head(id),
        entries: (after) => store.entries(id, after),
        forget: (numbers) => store.forget(id, numbers),
      },
    });
    if (!(await isThere(world))) return undefined;
    if (id !== DEFAULT) {
      this.#cached.set(id, { world, until: Date.now() + (about.ttlMs ?? 0) });
      this.#sweeper.start();
    }
    return world;
  }

  /** Timers and those who wait for requests have to know at once; everybody else finds out when it is asked. */
  #changed(id: string | undefined, part?: Part): void {
    const worlds = id === undefined ? [...this.worlds()] : [id === DEFAULT ? this.#main : this.#cached.get(id)?.world];
    for (const world of worlds) {
      if (world === undefined) continue;
      const isFollowed = id === undefined || !this.#isCrew || world.clock.agenda.next() !== undefined;
      if (part !== 'journal' && isFollowed) this.#records.now(world);
      if (part !== 'records') this.#followJournal(world);
    }
  }

  #followJournal(world: World): void {
    if (world.journal.isAwaited) this.#journals.now(world);
    else if (!this.#isCrew || (this.#leads && world === this.#main)) this.#journals.soon(world);
  }

  async #requireRoom(): Promise<void> {
    if (this.#capacity === Infinity) return;
    if (this.#room <= 0) {
      const { length } = await this.#store.worlds();
      // The main one is none.
      this.#room = this.#capacity - (length - 1);
    }
    if (this.#room <= 0) throw tooMany(this.#capacity);
    this.#room -= 1;
  }

  /** Of a world that need not live on because of it. */
  async #about(id: string): Promise<About | undefined> {
    const loaded = await this.#store.load(id);
    return loaded && aboutIn(loaded);
  }

  /** What nobody has asked for here for as long as it lives may live on elsewhere: only the store knows. */
  async #check(id: string, cached: Cached): Promise<World | undefined> {
    const lives = (await this.#store.load(id)) !== undefined;
    if (lives) prolong(cached);
    else this.forget(id);
    return lives ? cached.world : undefined;
  }

  /** Answers whether there is anything left to look at. */
  async #sweep(): Promise<boolean> {
    for (const [id, cached] of this.#cached) {
      // While the store is away, nobody knows.
      if (cached.until <= Date.now()) await this.#check(id, cached).catch(() => undefined);
    }
    return this.#cached.size > 0;
  }
}

function prolong(cached: Cached): void {
  cached.until = Date.now() + (cached.world.about.ttlMs ?? 0);
}

function aboutIn({ records }: Loaded): About | undefined {
  return records.find(({ table, id }) => table === 'about' && id === 'world')?.record as About | undefined;
}

/** A world may expire while it is being opened. */
async function isThere(world: World): Promise<boolean> {
  try {
    await world.refresh();
    return true;
  } catch (error) {
    if (error instanceof WorldGone) return false;
    throw error;
  }
}
