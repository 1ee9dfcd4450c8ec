import type { World } from './world.js';

/** How often a world catches up at most with what nobody waits for. */
const PAUSE_MS = 100;

/** Worlds that catch up with what other servers do in them: each once at a time, however often it is told meanwhile. */
export class Followed {
  readonly #catchUp: (world: World) => Promise<void>;
  /** Those that are catching up, and whether they have to once more. */
  readonly #busy = new Map<World, boolean>();
  /** Those that have caught up of late, and whether they have to once more. */
  readonly #resting = new Map<World, boolean>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(catchUp: (world: World) => Promise<void>) {
    this.#catchUp = catchUp;
  }

  now(world: World): void {
    const again = this.#busy.has(world);
    this.#busy.set(world, again);
    if (!again) void this.#follow(world);
  }

  /** At once, unless it has just been done: where much happens, each single thing need not be known. */
  soon(world: World): void {
    if (this.#resting.has(world)) return void this.#resting.set(world, true);
    this.#resting.set(world, false);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const isStale = this.#resting.get(world) === true;
      this.#resting.delete(world);
      if (isStale) this.soon(world);
    }, PAUSE_MS);
    this.#timers.add(timer.unref());
    this.now(world);
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async #follow(world: World): Promise<void> {
    await this.#catchUp(world).catch(() => undefined);
    const more = this.#busy.get(world) === true;
    this.#busy.delete(world);
    if (more) this.now(world);
  }
}
