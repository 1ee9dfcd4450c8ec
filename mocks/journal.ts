import type { Contract } from '../spec/index.js';
import type { JournalEntry, MockRequest } from './types.js';
import { createRecorder, isHeavy, type Observed, type Recorder } from './verification/record.js';
import type { ExchangeSource, RecordedExchange } from './verification/types.js';

/** What the engine knows of a request once it is answered; the journal numbers it. */
export type JournalRecord = Omit<JournalEntry, 'id'>;

/** The rest of what is to be known about a request and its answer. */
export interface Witnessed extends Omit<Observed, 'entry' | 'epoch' | 'request'> {
  readonly request: Pick<MockRequest, 'path' | 'query' | 'headers' | 'url' | 'baseUrl'>;
}

/** A request as it was received, with what is needed to verify it; credentials are not redacted. */
export interface RecordedRequest {
  /** Of its journal entry. */
  readonly id: number;
  readonly method: string;
  /** Path and query as they were sent. */
  readonly url: string;
  readonly absoluteUrl: string;
  /** Names in any case; those who ask see them in this one. */
  readonly headers: MockRequest['headers'];
  /** As text; `undefined` without one, and when it is longer than the journal keeps. */
  readonly body: string | undefined;
  readonly entry: JournalEntry;
  /** What is shown of the request and its answer. */
  readonly exchange: RecordedExchange;
}

/** The requests that are kept, oldest first. */
export interface Journal extends ExchangeSource {
  add(record: JournalRecord, witnessed: Witnessed): JournalEntry | Promise<JournalEntry>;
  /** Catches up with the requests that other servers have kept. */
  refresh(): Promise<void>;
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
  entries(after: number): Promise<readonly { readonly number: number; readonly entry: unknown }[]>;
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
  readonly #kept = new Map<number, Kept>();
  readonly #listeners = new Set<(exchange: RecordedExchange) => void>();
  /** What is under way on the shelf. */
  #shelving: Promise<unknown> = Promise.resolve();
  #total = 0;
  /** The number of the last entry that was looked for on the shelf. */
  #read = 0;
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

  add(record: JournalRecord, witnessed: Witnessed): JournalEntry | Promise<JournalEntry> {
    const shelf = this.#shelf;
    if (shelf === undefined) return this.#keep(this.#total + 1, record, witnessed);
    return shelf.append(toShelf(record, witnessed), this.#capacity).then((number) => this.#keep(number, record, witnessed));
  }

  async refresh(): Promise<void> {
    if (this.#shelf === undefined) return;
    await this.#shelving;
    const entries = await this.#shelf.entries(this.#read);
    const last = entries.at(-1)?.number ?? this.#read;
    for (const { number, entry } of entries) {
      if (!this.#kept.has(number)) this.#keep(number, ...fromShelf(entry));
    }
    this.#read = Math.max(this.#read, last);
    const sorted = [...this.#kept].sort(([a], [b]) => a - b);
    this.#kept.clear();
    for (const [number, kept] of sorted) this.#kept.set(number, kept);
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
    for (const id of ids) this.#kept.delete(id);
    this.#shelve((shelf) => shelf.forget([...ids]));
  }

  worldChanged(): void {
    this.#epoch++;
  }

  reset(): void {
    this.#beforeReset();
    this.#kept.clear();
    this.#total = 0;
    this.#read = 0;
    this.#epoch++;
    this.#shelve((shelf) => shelf.forget());
  }

  async settled(): Promise<void> {
    await this.#shelving;
  }

  #all(): Kept[] {
    return [...this.#kept.values()];
  }

  #keep(number: number, record: JournalRecord, witnessed: Witnessed): JournalEntry {
    const entry: JournalEntry = Object.freeze({ id: number, ...record });
    const heavy = isHeavy(witnessed.body);
    const kept = new Kept(entry, witnessed, heavy, this.#recorder.keep({ ...witnessed, entry, epoch: this.#epoch }, heavy));
    this.#kept.set(number, kept);
    this.#total = Math.max(this.#total, number);
    if (this.#kept.size > this.#capacity) this.#kept.delete(this.#kept.keys().next().value as number);
    for (const listener of [...this.#listeners]) listener(kept.exchange);
    return entry;
  }

  #shelve(work: (shelf: Shelf) => Promise<void>): void {
    const shelf = this.#shelf;
    if (shelf !== undefined)
      this.#shelving = this.#shelving.then(() => work(shelf)).catch((error: unknown) => process.emitWarning(String(error)));
  }
}

/** An entry as a shelf keeps it: plain JSON, and a body as its text. */
function toShelf(record: JournalRecord, { request: { query: _, ...request }, body, ...witnessed }: Witnessed): unknown {
  const heavy = isHeavy(body);
  const shown =
    body.kind === 'json' ? { kind: 'json', text: heavy ? '"..."' : body.text } : { ...body, ...(heavy ? { text: undefined } : {}) };
  return { record, witnessed: { ...witnessed, request, body: shown } };
}

function fromShelf(entry: unknown): [JournalRecord, Witnessed] {
  const { record, witnessed } = entry as {
    record: JournalRecord;
    witnessed: Omit<Witnessed, 'request'> & { request: Omit<Witnessed['request'], 'query'> };
  };
  const { request, body } = witnessed;
  const at = request.url.indexOf('?');
  const query = new URLSearchParams(at < 0 ? '' : request.url.slice(at + 1));
  const parsed = body.kind === 'json' ? { ...body, value: JSON.parse(body.text) as unknown } : body;
  const known = { operation: undefined, code: undefined, ruleId: undefined, spoiledBy: undefined };
  return [
    { ...known, ...record },
    { ...witnessed, request: { ...request, query }, body: parsed },
  ];
}

class Kept implements RecordedRequest {
  readonly entry: JournalEntry;
  readonly url: string;
  readonly headers: MockRequest['headers'];
  readonly body: string | undefined;
  readonly #baseUrl: string;
  readonly #exchange: () => RecordedExchange;

  constructor(entry: JournalEntry, { request, body }: Witnessed, heavy: boolean, exchange: () => RecordedExchange) {
    this.entry = entry;
    this.url = request.url;
    this.headers = request.headers;
    this.#baseUrl = request.baseUrl;
    this.#exchange = exchange;
    this.body = body.kind === 'absent' || heavy ? undefined : body.text;
  }

  get id(): number {
    return this.entry.id;
  }

  get method(): string {
    return this.entry.method;
  }

  get absoluteUrl(): string {
    return `${this.#baseUrl}${this.url}`;
  }

  get exchange(): RecordedExchange {
    return this.#exchange();
  }
}
