import type { Contract } from '../spec/index.js';
import { exchangeFrom, type Row } from './exchange-row.js';
import { exchangeOf, type Exchange, type JournalRecord, type RecordedRequest, type Witnessed } from './exchange.js';
import type { Soon } from './soon.js';
import type { JournalHead, Kept } from './stores/index.js';
import type { JournalEntry } from './types.js';
import { createRecorder, type Recorder } from './verification/record.js';
import type { ExchangeSource, RecordedExchange } from './verification/types.js';

export type { JournalRecord, RecordedRequest, Witnessed } from './exchange.js';

/** The requests that are kept, oldest first. */
export interface Journal extends ExchangeSource {
  /** Numbers it. */
  keep(exchange: Exchange): Soon<RecordedRequest>;
  /** The same for one of which everything is known by itself. */
  add(record: JournalRecord, witnessed: Witnessed): Soon<RecordedRequest>;
  /** Catches up with the requests that other servers have kept. */
  refresh(): Promise<void>;
  /** Whether somebody waits for requests to come. */
  readonly isAwaited: boolean;
  /** Oldest first; with a limit, the newest that many. */
  entries(limit?: number): readonly JournalEntry[];
  /** As they were received. */
  requests(): readonly RecordedRequest[];
  /** How many have been kept or dropped since the last reset. */
  readonly total: number;
  remove(ids: ReadonlySet<number>): void;
  /** Resolves once what was removed is removed for everyone. */
  settled(): Promise<void>;
  /** Says that something was changed from outside: the requests to come meet another world. */
  worldChanged(): void;
  reset(): void;
}

export interface JournalOptions {
  readonly contract: Contract;
  /** How many requests are kept; 1,000 by default. */
  readonly capacity?: number;
  /** Told before everything is forgotten. */
  readonly beforeReset?: () => void;
  /** Where requests are kept, and numbered, for all servers of the world. */
  readonly shelf?: Shelf | undefined;
  /** Of the world: what is told apart by fingerprints is the same on all of its servers. */
  readonly salt?: string | undefined;
}

/** The journal of a world in a store. */
export interface Shelf {
  /** Answers the number of the entry. */
  append(entry: unknown, keep: number): Promise<number>;
  head(): Promise<JournalHead>;
  entries(after: number): Promise<readonly Kept[]>;
  forget(numbers?: readonly number[]): Promise<void>;
}

/**
 * The last requests: constant memory, however long the mock runs. What is shown of them is made when it is asked for.
 *
 * @example
 * const journal = createJournal({ contract });
 * journal.entries(1)[0]?.why; // 'Prefer: error=api_key.revoked'
 */
export function createJournal(options: JournalOptions): Journal {
  return new KeptJournal(options);
}

class KeptJournal implements Journal {
  readonly contract: Contract;
  readonly #capacity: number;
  readonly #beforeReset: () => void;
  readonly #shelf: Shelf | undefined;
  readonly #recorder: Recorder;
  /** Each at the remainder of its number: the newest is in the place of the oldest. */
  readonly #kept: (Exchange | undefined)[] = [];
  readonly #listeners = new Set<(exchange: RecordedExchange) => void>();
  /** What is under way on the shelf. */
  #shelving: Promise<unknown> = Promise.resolve();
  #total = 0;
  /** The number of the last entry that was looked for on the shelf. */
  #read = 0;
  /** How the shelf stood when all of it was read last. */
  #known: JournalHead | undefined;
  /** One higher whenever numbers begin anew: what was under way to the shelf then may be forgotten. */
  #turn = 0;
  #epoch = 0;

  constructor({ contract, capacity = 1_000, beforeReset = () => undefined, shelf, salt }: JournalOptions) {
    this.contract = contract;
    this.#capacity = capacity;
    this.#beforeReset = beforeReset;
    this.#shelf = shelf;
    this.#recorder = createRecorder(salt === undefined ? {} : { salt: Buffer.from(salt) });
  }

  get total(): number {
    return this.#total;
  }

  get isAwaited(): boolean {
    return this.#listeners.size > 0;
  }

  keep(exchange: Exchange): Soon<RecordedRequest> {
    const shelf = this.#shelf;
    if (shelf === undefined) return this.#keep(this.#total + 1, exchange);
    const turn = this.#turn;
    return shelf.append(exchange.row, this.#capacity).then((number) => this.#keep(number, exchange, turn === this.#turn));
  }

  add(record: JournalRecord, witnessed: Witnessed): Soon<RecordedRequest> {
    return this.keep(exchangeOf(record, witnessed));
  }

  async refresh(): Promise<void> {
    const shelf = this.#shelf;
    if (shelf === undefined) return;
    await this.#shelving;
    const known = this.#known;
    let turn = this.#turn;
    const hasChanged = (): boolean => turn !== this.#turn || known !== this.#known;
    // Before the entries: what is forgotten between the two is found out the next time.
    const head = await shelf.head();
    if (hasChanged()) return this.refresh();
    if (head.generation !== known?.generation) turn = this.#turn += 1;
    const isStale = head.generation !== known?.generation || head.removals !== known.removals;
    const before = isStale ? [...this.#kept] : [];
    const entries = await shelf.entries(isStale ? 0 : this.#read);
    if (hasChanged()) return this.refresh();
    if (isStale) this.#drop(before, head, entries);
    for (const { number, entry } of entries) {
      if (this.#at(number) === undefined) this.#keep(number, exchangeFrom(entry as Row));
    }
    this.#read = Math.max(this.#read, entries.at(-1)?.number ?? 0);
  }

  entries(limit: number = this.#capacity): readonly JournalEntry[] {
    const entries = this.#all().map(({ entry }) => entry);
    return limit >= entries.length ? entries : entries.slice(entries.length - limit);
  }

  requests(): readonly RecordedRequest[] {
    return this.#all();
  }

  exchanges(): readonly RecordedExchange[] {
    return this.#all().map(({ exchange }) => exchange);
  }

  onExchange(listener: (exchange: RecordedExchange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  remove(ids: ReadonlySet<number>): void {
    for (const id of ids) if (this.#at(id) !== undefined) this.#kept[id % this.#capacity] = undefined;
    this.#shelve(async (shelf) => {
      const known = this.#known;
      await shelf.forget([...ids]);
      const head = await shelf.head();
      const isOnlyThis = head.generation === known?.generation && head.removals === known.removals + 1;
      if (isOnlyThis && known === this.#known) this.#known = head;
    });
  }

  worldChanged(): void {
    this.#epoch++;
  }

  reset(): void {
    this.#beforeReset();
    this.#kept.length = 0;
    this.#total = 0;
    this.#read = 0;
    this.#known = undefined;
    this.#turn++;
    this.#epoch++;
    this.#shelve((shelf) => shelf.forget());
  }

  async settled(): Promise<void> {
    await this.#shelving;
  }

  #all(): Exchange[] {
    const all: Exchange[] = [];
    for (let number = Math.max(this.#total - this.#capacity, 0) + 1; number <= this.#total; number++) {
      const kept = this.#at(number);
      if (kept !== undefined) all.push(kept);
    }
    return all;
  }

  #at(number: number): Exchange | undefined {
    const kept = this.#kept[number % this.#capacity];
    return kept?.id === number ? kept : undefined;
  }

  /** Drops what was kept before, and is not on the shelf any more. */
  #drop(before: readonly (Exchange | undefined)[], head: JournalHead, entries: readonly Kept[]): void {
    if (this.#known !== undefined && head.generation !== this.#known.generation) {
      this.#beforeReset();
      this.#epoch++;
    }
    const rows = new Map(entries.map(({ number, entry }) => [number, entry as Row]));
    let { last } = head;
    for (const [place, exchange] of this.#kept.entries()) {
      if (exchange === undefined) continue;
      const row = rows.get(exchange.id);
      // What has come since was put on the shelf after all that is forgotten.
      const isThere = row === undefined ? exchange !== before[place] : exchange.isIn(row);
      if (!isThere) this.#kept[place] = undefined;
      else if (exchange.id > last) last = exchange.id;
    }
    this.#total = last;
    this.#read = 0;
    this.#known = head;
  }

  /** One of which it is not known whether it has been forgotten meanwhile is as one from another server: it is read from the shelf. */
  #keep(number: number, exchange: Exchange, isSure = true): Exchange {
    exchange.keep(number, this.#recorder, this.#epoch);
    if (!isSure) {
      if (this.#listeners.size > 0) void this.refresh().catch(() => undefined);
      return exchange;
    }
    // One that comes late, from another server, may be older than all that are kept.
    if (number > this.#total - this.#capacity) this.#kept[number % this.#capacity] = exchange;
    if (number > this.#total) this.#total = number;
    if (this.#listeners.size > 0) for (const listener of [...this.#listeners]) listener(exchange.exchange);
    return exchange;
  }

  #shelve(work: (shelf: Shelf) => Promise<void>): void {
    const shelf = this.#shelf;
    if (shelf !== undefined)
      this.#shelving = this.#shelving.then(() => work(shelf)).catch((error: unknown) => process.emitWarning(String(error)));
  }
}
