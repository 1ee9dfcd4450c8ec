import { randomUUID } from 'node:crypto';
import { StoreUnavailable, type Change, type Store } from '../stores/index.js';
import type { Soon } from '../soon.js';
import type { Records, Step } from './records.js';

/** How a world is read and changed. */
export interface Transactions {
  /**
   * Takes a step, and resolves with what it resulted in once that is kept and nobody else has changed what it saw: a step may be taken
   * again, so it does nothing but read and change records. One within another is a part of it.
   *
   * @throws {StoreUnavailable} when the store cannot be reached; whether the step is kept is then not known
   * @throws {WorldGone} when the world has expired, or was removed
   */
  transact<T>(step: () => T): Promise<T>;
  /** The same for who goes on at once where nothing has to be waited for. */
  take<T>(step: () => T): Soon<T>;
  /** The same for who cannot wait: the result is that of the first time, and what goes wrong later is a warning. */
  transactNow<T>(step: () => T): T;
  /** Catches up with what others have done. */
  refresh(): Promise<void>;
}

/** The world has expired, or was removed. */
export class WorldGone extends Error {
  override readonly name = 'WorldGone';
}

/** Transactions of a world that lives in this process only. */
export function transactionsInMemory(records: Records): Transactions {
  const transactNow = <T>(step: () => T): T => (records.inStep ? step() : records.step(step).result);
  return {
    transactNow,
    take: transactNow,
    transact: async (step) => transactNow(step),
    refresh: () => Promise.resolve(),
  };
}

export interface SharedWorld {
  readonly store: Store;
  readonly world: string;
  readonly records: Records;
  /** Of what the records hold. */
  readonly version: number;
  readonly ttlMs?: number | undefined;
  /** Told when there is no such world any more. */
  readonly onGone?: (() => void) | undefined;
  /** Whether the world is made again, of what is known of it here, when a store has lost it: one that nobody could have removed. */
  readonly endless?: boolean | undefined;
  /** Told when that has happened. */
  readonly onRevived?: (() => void) | undefined;
  /** Told when others have changed the records. */
  readonly onChange?: (() => void) | undefined;
}

/** A step that was taken in memory, and is not kept yet. */
interface Pending {
  /** Takes it; `undefined` when it threw, and its caller knows. */
  take(): Step | undefined;
  step: Step | undefined;
  keep(): void;
  fail(error: unknown): void;
}

/**
 * Transactions of a world that a store keeps. Steps are taken in memory at once, and kept together, as many as have come in the meantime.
 * If others were there before, all of them are taken back, and again on what the others have made.
 */
export function transactionsOf(shared: SharedWorld): Transactions {
  return new StoredTransactions(shared);
}

class StoredTransactions implements Transactions {
  readonly #shared: SharedWorld;
  #version: number;
  #pending: Pending[] = [];
  #isKeeping = false;

  constructor(shared: SharedWorld) {
    this.#shared = shared;
    this.#version = shared.version;
  }

  transact<T>(step: () => T): Promise<T> {
    const { records } = this.#shared;
    if (records.inStep) return Promise.resolve(step());
    return new Promise<T>((resolve, reject) => {
      let result: T;
      this.#add({
        take: () => {
          const taken = records.step(step);
          result = taken.result;
          return taken;
        },
        keep: () => resolve(result),
        fail: reject,
      });
    });
  }

  take<T>(step: () => T): Promise<T> {
    return this.transact(step);
  }

  transactNow<T>(step: () => T): T {
    const { records } = this.#shared;
    if (records.inStep) return step();
    const first = records.step(step);
    let taken: Step | undefined = first;
    this.#add({
      take: () => {
        const again = taken ?? records.step(step);
        taken = undefined;
        return again;
      },
      keep: () => undefined,
      fail: (error) => process.emitWarning(error instanceof Error ? error : String(error)),
    });
    return first.result;
  }

  refresh(): Promise<void> {
    return this.transact(() => undefined);
  }

  #add({ take, keep, fail }: Pick<Pending, 'keep' | 'fail'> & { readonly take: () => Step }): void {
    const pending: Pending = {
      step: undefined,
      take: () => {
        try {
          return take();
        } catch (error) {
          fail(error);
          return undefined;
        }
      },
      keep,
      fail,
    };
    pending.step = pending.take();
    if (pending.step === undefined) return;
    this.#pending.push(pending);
    if (this.#isKeeping) return;
    this.#isKeeping = true;
    void this.#keepAll();
  }

  async #keepAll(): Promise<void> {
    // Whoever comes in the same turn of the loop is kept in the same go.
    await Promise.resolve();
    try {
      while (this.#pending.length > 0) await this.#keep();
    } catch (error) {
      this.#failAll(error);
    } finally {
      this.#isKeeping = false;
    }
  }

  async #keep(): Promise<void> {
    const { store, world, ttlMs } = this.#shared;
    const batch = [...this.#pending];
    const changes = batch.flatMap(({ step }) => step?.changes ?? []);
    const committed = await store.commit({ world, version: this.#version, changes, id: randomUUID(), ttlMs });
    if ('gone' in committed) return this.#revive();
    if ('reload' in committed) return this.#reload();
    if ('missed' in committed) return this.#again(committed.version, committed.missed);
    this.#version = committed.version;
    this.#pending.splice(0, batch.length);
    for (const { keep } of batch) keep();
  }

  /** Too much has happened to be told. */
  async #reload(): Promise<void> {
    const { store, world, records } = this.#shared;
    const loaded = await store.load(world);
    if (loaded === undefined) throw this.#gone();
    this.#goOn(loaded.version, () => records.replace(loaded.records));
  }

  /** A store that was emptied gets back what is known here, without what was never kept. */
  async #revive(): Promise<void> {
    const { store, world, records, endless, onRevived } = this.#shared;
    if (endless !== true) throw this.#gone();
    this.#takeBack();
    const version = await store.create(world, records.dump());
    if (version === false) return this.#reload();
    this.#goOn(version, () => undefined);
    onRevived?.();
  }

  #again(version: number, missed: readonly Change[]): void {
    this.#goOn(version, () => this.#shared.records.apply(missed));
  }

  #takeBack(): void {
    for (const pending of this.#pending.toReversed()) {
      pending.step?.undo();
      pending.step = undefined;
    }
  }

  #goOn(version: number, catchUp: () => void): void {
    this.#takeBack();
    catchUp();
    this.#version = version;
    const pending = this.#pending;
    this.#pending = pending.filter((one) => (one.step = one.take()) !== undefined);
    this.#shared.onChange?.();
  }

  #gone(): WorldGone {
    this.#shared.onGone?.();
    return new WorldGone('The world has expired, or was removed.');
  }

  /** What is in memory only would be a wrong answer for whoever comes next. */
  #failAll(error: unknown): void {
    this.#takeBack();
    const failed = this.#pending;
    this.#pending = [];
    for (const { fail } of failed) fail(error);
  }
}

/** Whether a request failed for want of the store, so that it may be tried again later. */
export function isUnavailable(error: unknown): error is Error {
  return error instanceof StoreUnavailable;
}
