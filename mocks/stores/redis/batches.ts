import { KEYS_PER_WORLD, type Operation } from './scripts.js';

/** What a batch is made of: the keys of its worlds, and what is to be done to them. */
export interface Batch {
  readonly keys: readonly string[];
  readonly args: readonly string[];
}

/** A world, as operations name it. */
export interface Target {
  /** As messages name it. */
  readonly name: string;
  readonly keys: readonly string[];
  /** What goes to Redis together must have this in common. */
  readonly slot: string;
}

/** Does what comes in the same turn of the event loop in one go. */
export interface Batches {
  /** Resolves with what Redis answers to this operation. */
  add(operation: Operation, target: Target, args: readonly string[]): Promise<unknown>;
  /** Sends what waits now: what is sent after it is done after it. */
  flush(): void;
}

/** So much goes at once: Redis does nothing else meanwhile. */
const MOST_OPERATIONS = 100;
const MOST_CHARACTERS = 1_000_000;
/** While Redis has so many, the next one waits for an answer, and grows: a busy server pays for few system calls. */
const MOST_UNDER_WAY = 2;

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * @param head The arguments that every batch begins with.
 * @param send Has a batch done, and resolves with what came of each operation: `[result]`, or `[false, why]`.
 * @param failed Makes an error of the reason why one operation failed.
 */
export function createBatches(
  head: readonly string[],
  send: (batch: Batch) => Promise<unknown>,
  failed: (why: string) => unknown,
): Batches {
  const open = new Map<string, OpenBatch>();
  /** By slot: how many batches Redis has that are not answered yet. */
  const underWay = new Map<string, number>();
  const dispatch = async (slot: string, batch: OpenBatch): Promise<void> => {
    open.delete(slot);
    underWay.set(slot, (underWay.get(slot) ?? 0) + 1);
    await batch.send(send, failed);
    const left = (underWay.get(slot) ?? 1) - 1;
    if (left > 0) underWay.set(slot, left);
    else underWay.delete(slot);
    const next = open.get(slot);
    if (next !== undefined) void dispatch(slot, next);
  };
  const flush = (): void => {
    for (const [slot, batch] of open) void dispatch(slot, batch);
  };
  const flushIdle = (): void => {
    for (const [slot, batch] of open) if ((underWay.get(slot) ?? 0) < MOST_UNDER_WAY) void dispatch(slot, batch);
  };
  return {
    add: (operation, target, args) => {
      const { slot } = target;
      let batch = open.get(slot);
      if (batch === undefined) {
        open.set(slot, (batch = new OpenBatch(head)));
        if ((underWay.get(slot) ?? 0) < MOST_UNDER_WAY) setImmediate(flushIdle);
      }
      const answer = batch.add(operation, target, args);
      if (batch.isFull) void dispatch(slot, batch);
      return answer;
    },
    flush,
  };
}

class OpenBatch implements Batch {
  readonly keys: string[] = [];
  readonly args: string[];
  readonly #places = new Map<string, string>();
  readonly #waiting: Waiting[] = [];
  #characters = 0;

  constructor(head: readonly string[]) {
    this.args = [...head];
  }

  get isFull(): boolean {
    return this.#waiting.length >= MOST_OPERATIONS || this.#characters >= MOST_CHARACTERS;
  }

  add(operation: Operation, { name, keys }: Target, args: readonly string[]): Promise<unknown> {
    const [first = name] = keys;
    let place = this.#places.get(first);
    if (place === undefined) {
      this.#places.set(first, (place = String(this.#places.size * KEYS_PER_WORLD)));
      this.keys.push(...keys);
    }
    this.args.push(operation, place, name, String(args.length));
    for (const arg of args) {
      this.args.push(arg);
      this.#characters += arg.length;
    }
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  async send(send: (batch: Batch) => Promise<unknown>, failed: (why: string) => unknown): Promise<void> {
    try {
      const results = (await send(this)) as readonly (readonly [result: unknown, why?: string])[];
      for (const [index, { resolve, reject }] of this.#waiting.entries()) {
        const [result, why] = results[index] ?? [];
        if (why === undefined) resolve(result);
        else reject(failed(why));
      }
    } catch (error) {
      for (const { reject } of this.#waiting) reject(error);
    }
  }
}
