import { aboutOf, newId, placeFor } from './beginning.js';
import { Sweeper } from './sweeper.js';
import { CAPACITY, SessionError, tooMany, type NewSession, type SessionInfo, type Sessions, type SessionsOptions } from './types.js';
import { createWorld, DEFAULT, type About, type Server, type World } from './world.js';

interface Slot {
  readonly id: string;
  readonly about: About;
  /** Real time. */
  expires: number;
  readonly world: World;
}

/** Sessions of one process. */
export class MemorySessions implements Sessions {
  readonly main: World;
  readonly #server: Server;
  readonly #capacity: number;
  readonly #slots = new Map<string, Slot>();
  readonly #sweeper = new Sweeper(() => this.#sweep());

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
      throw tooMany(this.#slots.size);
    }
    const id = session.id ?? newId((one) => this.#slots.has(one));
    if (this.#slots.has(id)) throw new SessionError(`There is a session ${id} already.`);
    const about = aboutOf(this.#server, id, session);
    const world = createWorld(this.#server, id, about, placeFor(about, session.from));
    this.#slots.set(id, { id, about, expires: Date.now() + session.ttlMs, world });
    this.#sweeper.start();
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
    this.#sweeper.stop();
    for (const world of this.worlds()) world.close();
  }

  #end({ id, world }: Slot): void {
    this.#slots.delete(id);
    this.#server.beforeReset(world.journal);
    world.close();
  }

  /** Answers whether there is anything left to look at. */
  #sweep(): boolean {
    const now = Date.now();
    for (const slot of this.#slots.values()) if (slot.expires <= now) this.#end(slot);
    return this.#slots.size > 0;
  }
}
