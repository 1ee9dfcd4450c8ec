import type { Contract } from '../spec/index.js';
import type { JournalEntry, MockRequest } from './types.js';
import { createRecorder, isHeavy, type Observed } from './verification/record.js';
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
  add(record: JournalRecord, witnessed: Witnessed): JournalEntry;
  /** Oldest first; with a limit, the newest that many. */
  entries(limit?: number): readonly JournalEntry[];
  /** As they were received. */
  requests(): readonly RecordedRequest[];
  /** How many have been kept or dropped since the last reset. */
  readonly total: number;
  remove(ids: ReadonlySet<number>): void;
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
}

/**
 * The last requests: constant memory, however long the mock runs. What is shown of them is made when it is asked for.
 *
 * @example
 * const journal = createJournal({ contract });
 * journal.entries(1)[0]?.why; // 'Prefer: error=api_key.revoked'
 */
export function createJournal({ contract, capacity = 1_000, beforeReset = () => undefined }: JournalOptions): Journal {
  const recorder = createRecorder();
  const kept = new Map<number, Kept>();
  const listeners = new Set<(exchange: RecordedExchange) => void>();
  let total = 0;
  let epoch = 0;
  const all = (): Kept[] => [...kept.values()];
  return {
    contract,
    add: (record, witnessed) => {
      const entry: JournalEntry = Object.freeze({ id: ++total, ...record });
      const heavy = isHeavy(witnessed.body);
      const one = new Kept(entry, witnessed, heavy, recorder.keep({ ...witnessed, entry, epoch }, heavy));
      kept.set(entry.id, one);
      if (kept.size > capacity) kept.delete(kept.keys().next().value as number);
      for (const listener of [...listeners]) listener(one.exchange);
      return entry;
    },
    entries: (limit = capacity) => {
      const entries = all().map(({ entry }) => entry);
      return limit >= entries.length ? entries : entries.slice(entries.length - limit);
    },
    requests: all,
    exchanges: () => all().map(({ exchange }) => exchange),
    onExchange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    get total() {
      return total;
    },
    remove: (ids) => {
      for (const id of ids) kept.delete(id);
    },
    worldChanged: () => {
      epoch++;
    },
    reset: () => {
      beforeReset();
      kept.clear();
      total = 0;
      epoch++;
    },
  };
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
