import type { IncomingMessage } from 'node:http';

/** How fast the body of a request has to come: so many bytes per second, once the time of grace is over. */
export interface Pace {
  readonly graceMs: number;
  readonly bytesPerSecond: number;
}

/** A body that need not be waited for. */
export interface WholeBody extends AsyncIterable<Uint8Array> {
  readonly whole: Uint8Array;
}

/** The body of a request of which every byte is there. */
export function wholeBody(whole: Uint8Array): WholeBody {
  return new Whole(whole);
}

class Whole implements WholeBody {
  readonly whole: Uint8Array;

  constructor(whole: Uint8Array) {
    this.whole = whole;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    if (this.whole.length > 0) yield this.whole;
  }
}

/** A body came too slowly for too long; whoever sends it may be holding connections open on purpose. */
export class SlowBody extends Error {
  override readonly name = 'SlowBody';
}

/**
 * The body of a request, as long as it comes fast enough. Only the time that is spent waiting for the client counts: reading
 * slowly is no fault of its.
 *
 * @example
 * for await (const chunk of pacedBody(req, { graceMs: 30_000, bytesPerSecond: 240 }, onSlow)) hash.update(chunk);
 *
 * @param onSlow Told once, before the iteration throws.
 * @throws {SlowBody} while it is iterated
 */
export function pacedBody(req: IncomingMessage, pace: Pace, onSlow: () => void): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => {
      // Leaving the body unread must not destroy the socket: the answer still has to go out on it.
      const iterator = req.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>;
      const patience = new Patience(pace, onSlow);
      const end = { done: true, value: undefined } as const;
      return {
        // What has arrived in full need not be waited for.
        next: () => (req.complete ? patience.over(iterator.next()) : patience.wait(iterator.next())),
        return: async () => {
          // A read that still waits for its bytes would be waited for.
          if (!patience.end()) await iterator.return?.();
          return end;
        },
      };
    },
  };
}

type Chunk = IteratorResult<Uint8Array>;

/** Waits for chunks, for less and less long; with each byte, a little longer. One timer lasts for many chunks. */
class Patience {
  readonly #pace: Pace;
  readonly #onSlow: () => void;
  #left: number;
  #since = 0;
  #fail: ((error: Error) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(pace: Pace, onSlow: () => void) {
    this.#pace = pace;
    this.#onSlow = onSlow;
    this.#left = pace.graceMs;
  }

  wait(chunk: Promise<Chunk>): Promise<Chunk> {
    this.#since = performance.now();
    if (this.#timer === undefined) this.#watch(this.#left);
    const came = chunk.then(this.#came);
    const late = new Promise<never>((_, reject) => void (this.#fail = reject));
    return Promise.race([came, late]).catch((error: unknown) => {
      clearTimeout(this.#timer);
      throw error;
    });
  }

  /** Nothing has to be waited for any more. */
  over<T>(rest: T): T {
    clearTimeout(this.#timer);
    return rest;
  }

  /** Answers whether something was being waited for. */
  end(): boolean {
    clearTimeout(this.#timer);
    return this.#fail !== undefined;
  }

  readonly #came = (next: Chunk): Chunk => {
    this.#fail = undefined;
    const earned = next.done === true ? 0 : (next.value.length / this.#pace.bytesPerSecond) * 1_000;
    this.#left = Math.min(Math.max(this.#left + earned - (performance.now() - this.#since), 1), MAX_TIMER);
    if (next.done === true) clearTimeout(this.#timer);
    return next;
  };

  #watch(milliseconds: number): void {
    this.#timer = setTimeout(() => this.#look(), Math.min(milliseconds, MAX_TIMER)).unref();
  }

  #look(): void {
    this.#timer = undefined;
    if (this.#fail === undefined) return;
    const left = this.#left - (performance.now() - this.#since);
    if (left > 0) return this.#watch(left);
    this.#onSlow();
    this.#fail(new SlowBody(`The body came at less than ${this.#pace.bytesPerSecond} bytes per second.`));
  }
}

/** As long as a timer can be. */
const MAX_TIMER = 2_147_483_647;
