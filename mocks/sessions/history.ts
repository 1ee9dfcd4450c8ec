import type { Asked } from '../asked.js';
import { redactUrl } from '../redact.js';
import { hasForeignCredential } from './foreign.js';
import type { Change } from '../stores/index.js';
import type { Records, Table, Tables } from '../state/index.js';

/** A request as it can be asked again. */
export interface PastRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** Line by line, where a header was sent more than once. */
  readonly repeated?: Readonly<Record<string, readonly string[]>>;
  /** `undefined` without one. */
  readonly body?: string;
  readonly baseUrl: string;
}

/**
 * What has changed a world: a request to the API that can be asked again, or something else, of which the changes are known; `by` is the
 * request, where it was one.
 */
export type PastEvent = { readonly at: number } & (
  { readonly request: PastRequest } | { readonly changes: readonly Change[]; readonly by?: Pick<PastRequest, 'method' | 'url'> }
);

/** How a world came to be what it is. */
export interface Past {
  /** When it began, by its clock. */
  readonly at: number;
  /** What it began with; `null` for what every new world begins with. */
  readonly start: readonly Change[] | null;
  readonly events: readonly PastEvent[];
}

/** Remembers what has changed a world, as long as it is not too much. */
export interface History {
  /** Forgets everything: the world begins as it is now, which may be what every new world is. Part of a step. */
  begin(at: number, isNew?: boolean): void;
  /** The request that this step belongs to has changed something. */
  addRequest(asked: Asked, at: number): void;
  /** This step has changed something, and no request that could be asked again has. */
  addChanges(at: number): void;
  /** Takes over what has happened elsewhere. Part of a step. */
  adopt(past: Past): void;
  /** `undefined` when too much has happened since it began. */
  past(): Past | undefined;
}

/** What is no part of what happens in a world. */
export const ASIDE: ReadonlySet<string> = new Set(['history', 'snapshots', 'about']);
/** The same for its history, in which every event has its time. */
export const UNTOLD: ReadonlySet<string> = new Set([...ASIDE, 'clock']);

const MOST_EVENTS = 2_000;
/** Of all that is remembered of requests. */
const MOST_CHARACTERS = 4_000_000;
/** A longer body is not remembered, but what it has changed. */
const LONGEST_BODY = 65_536;

type Start = Omit<Past, 'events'>;

interface Extent {
  readonly events: number;
  readonly characters: number;
}

type HistoryRecord = Start | Extent | PastEvent | RequestEvent;

const START = 'start';
const EXTENT = 'extent';

/**
 * The history of a world, kept in its tables.
 *
 * @example
 * const history = createHistory(records);
 * history.past()?.events.length; // 3
 *
 * @param knows Whether the credential of a request is the world's own.
 */
export function createHistory(records: Records & Tables, knows: (headers: Asked['request']['headers']) => boolean): History {
  const table: Table<HistoryRecord> = records.table<HistoryRecord>('history', { capacity: MOST_EVENTS + 100 });
  const extent = (): Extent => (table.get(EXTENT) as Extent | undefined) ?? { events: 0, characters: 0 };
  const add = (event: PastEvent, size: number): void => {
    if (table.get(START) === undefined) return;
    const { events, characters } = extent();
    if (events >= MOST_EVENTS || characters + size > MOST_CHARACTERS) return table.clear();
    table.put(String(events), event);
    table.put(EXTENT, { events: events + 1, characters: characters + size });
  };
  const addChanges = (at: number, by?: Pick<PastRequest, 'method' | 'url'>): void => {
    const changes = records.changes.filter(({ table: name }) => !UNTOLD.has(name));
    if (changes.length > 0) add({ at, changes, ...(by === undefined ? {} : { by }) }, sizeOfChanges(changes));
  };
  return {
    begin: (at, isNew = false) => {
      table.clear();
      table.put(START, { at, start: isNew ? null : records.dump(ASIDE) });
    },
    addRequest: (asked, at) => {
      if (!records.hasChanges || table.get(START) === undefined) return;
      const event = hasForeignCredential(asked, knows) ? undefined : eventOf(asked, at);
      if (event !== undefined) return add(event, event.size);
      const { method, path, query } = asked.request;
      addChanges(at, { method, url: redactUrl(path, query) });
    },
    addChanges: (at) => {
      if (table.get(START) !== undefined) addChanges(at);
    },
    adopt: ({ at, start, events }) => {
      table.clear();
      table.put(START, { at, start });
      for (const event of events) add(event, 'request' in event ? sizeOf(event.request) : sizeOfChanges(event.changes));
    },
    past: () => {
      const begun = table.get(START) as Start | undefined;
      if (begun === undefined) return undefined;
      const events = Array.from({ length: extent().events }, (_, index) => plain(table.get(String(index)) as PastEvent | RequestEvent));
      return { at: begun.at, start: begun.start, events };
    },
  };
}

/** `undefined` for one that cannot be asked again, since nobody has kept its body. */
function eventOf({ request, body }: Asked, at: number): RequestEvent | undefined {
  const text = body.kind === 'absent' ? undefined : body.text;
  if (body.kind !== 'absent' && (text === undefined || text.length > LONGEST_BODY)) return undefined;
  return new RequestEvent(at, request, text);
}

/** A request that has changed a world, as it came: hardly ever is one asked again, so its parts are put together when somebody looks. */
class RequestEvent {
  readonly at: number;
  readonly #method: string;
  readonly #url: string;
  readonly #headers: Asked['request']['headers'];
  readonly #repeated: Asked['request']['repeated'];
  readonly #baseUrl: string;
  readonly #body: string | undefined;

  constructor(at: number, { method, url, headers, repeated, baseUrl }: Asked['request'], body: string | undefined) {
    this.at = at;
    this.#method = method;
    this.#url = url;
    this.#headers = headers;
    this.#repeated = repeated;
    this.#baseUrl = baseUrl;
    this.#body = body;
  }

  get request(): PastRequest {
    const headers: Record<string, string | readonly string[]> = {};
    for (const name in this.#headers) {
      const value = this.#headers[name];
      if (value !== undefined && !OF_BODY.has(name)) headers[name] = value;
    }
    const [method, url, baseUrl, repeated, body] = [this.#method, this.#url, this.#baseUrl, this.#repeated, this.#body];
    const lines = repeated === undefined ? {} : { repeated };
    return { method, url, headers, ...lines, baseUrl, ...(body === undefined ? {} : { body }) };
  }

  /** That of `request`. */
  get size(): number {
    let size = sizeWithout(this.#url, this.#body) + sizeOfLines(this.#repeated);
    for (const name in this.#headers) {
      const value = this.#headers[name];
      if (value !== undefined && !OF_BODY.has(name)) size += sizeOfHeader(name, value);
    }
    return size;
  }

  /** What a store keeps. */
  toJSON(): PastEvent {
    return { at: this.at, request: this.request };
  }
}

function plain(event: PastEvent | RequestEvent): PastEvent {
  return event instanceof RequestEvent ? event.toJSON() : event;
}

/** The body is kept as it was read: whoever asks again sends it as it is. */
const OF_BODY: ReadonlySet<string> = new Set(['content-length', 'content-encoding', 'transfer-encoding']);

function sizeOf({ url, headers, repeated, body }: PastRequest): number {
  return sizeWithout(url, body) + sizeOfLines(headers) + sizeOfLines(repeated);
}

function sizeOfLines(headers: PastRequest['headers'] = {}): number {
  return Object.entries(headers).reduce((sum, [name, value]) => sum + sizeOfHeader(name, value), 0);
}

function sizeWithout(url: string, body = ''): number {
  return url.length + body.length + 100;
}

function sizeOfHeader(name: string, value: string | readonly string[]): number {
  return name.length + (typeof value === 'string' ? value : String(value)).length;
}

/** Records differ less in size than it would take to find out. */
function sizeOfChanges(changes: readonly Change[]): number {
  return 500 * changes.length;
}
