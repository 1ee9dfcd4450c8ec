import type { IncomingMessage } from 'node:http';

/** How fast the body of a request has to come: so many bytes per second, once the time of grace is over. */
export interface Pace {
  readonly graceMs: number;
  readonly bytesPerSecond: number;
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
      const wait = patience(pace, onSlow);
      const end = { done: true, value: undefined } as const;
      let waiting = false;
      return {
        next: async () => {
          // What has arrived in full need not be waited for.
          if (req.complete) return iterator.next();
          waiting = true;
          const next = await wait(iterator.next());
          waiting = false;
          return next;
        },
        return: async () => {
          // A read that still waits for its bytes would be waited for.
          if (!waiting) await iterator.return?.();
          return end;
        },
      };
    },
  };
}

type Chunk = IteratorResult<Uint8Array>;

/** Waits for chunks, for less and less long; with each byte, a little longer. */
function patience({ graceMs, bytesPerSecond }: Pace, onSlow: () => void): (chunk: Promise<Chunk>) => Promise<Chunk> {
  let left = graceMs;
  return async (chunk) => {
    const since = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const tooSlow = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        onSlow();
        reject(new SlowBody(`The body came at less than ${bytesPerSecond} bytes per second.`));
      }, left).unref();
    });
    try {
      const next = await Promise.race([chunk, tooSlow]);
      left += next.done === true ? 0 : (next.value.length / bytesPerSecond) * 1_000;
      return next;
    } finally {
      clearTimeout(timer);
      left = Math.min(Math.max(left - (performance.now() - since), 1), MAX_TIMER);
    }
  };
}

/** As long as a timer can be. */
const MAX_TIMER = 2_147_483_647;
