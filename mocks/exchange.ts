import { NO_BODY, type JsonBody } from './body.js';
import type { BodyInRow, Row } from './exchange-row.js';
import { redactUrl } from './redact.js';
import type { Connection, JournalEntry, MockRequest } from './types.js';
import { isHeavy, unparsed, type Observed, type Recorder } from './verification/record.js';
import type { RecordedExchange } from './verification/types.js';

/** What the engine knows of a request once it is answered; the journal numbers it. */
export type JournalRecord = Omit<JournalEntry, 'id'>;

/** The rest of what is to be known about a request and its answer. */
export interface Witnessed extends Omit<Observed, 'entry' | 'epoch' | 'request'> {
  readonly request: Pick<MockRequest, 'path' | 'query' | 'headers' | 'repeated' | 'url' | 'baseUrl'>;
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
  readonly repeated?: MockRequest['repeated'];
  /** As text; `undefined` without one, and when it is longer than the journal keeps. */
  readonly body: string | undefined;
  readonly entry: JournalEntry;
  /** What is shown of the request and its answer. */
  readonly exchange: RecordedExchange;
}

/** What is told of a request and its answer before it is known how long that took. */
export interface Told extends Omit<JournalRecord, 'at' | 'url' | 'milliseconds' | 'session'> {
  /** By the mock's clock, milliseconds since 1970 UTC. */
  readonly at: number;
  /** Of an entry that was shown before. */
  readonly shown?: Pick<JournalEntry, 'at' | 'url' | 'milliseconds'> | undefined;
  readonly request: Pick<MockRequest, 'path' | 'query' | 'headers' | 'repeated' | 'url' | 'baseUrl' | 'connection'>;
  readonly body: JsonBody;
  readonly identity: string;
  /** JSON pointers of the members of the body that hold credentials. */
  readonly secrets: readonly string[];
}

/**
 * A request and its answer as the journal keeps them: one object for all, since most are never looked at, and whatever outlives its
 * request is copied again and again by the collector. What is shown is made when it is asked for; a parsed body is let go.
 */
export class Exchange implements RecordedRequest {
  id = 0;
  readonly requestId: string;
  readonly method: string;
  readonly operation: string | undefined;
  readonly status: number;
  readonly code: string | undefined;
  readonly answeredBy: JournalRecord['answeredBy'];
  readonly why: string;
  readonly ruleId: string | undefined;
  readonly spoiledBy: string | undefined;
  readonly url: string;
  readonly headers: MockRequest['headers'];
  /** No member of those that have none, as nearly all do. */
  declare readonly repeated?: MockRequest['repeated'];
  readonly body: string | undefined;
  /** The mock's time is kept as milliseconds since this process began: a small number takes no room of its own. */
  readonly #at: number;
  readonly #shown: Told['shown'];
  readonly #path: string;
  readonly #query: URLSearchParams;
  readonly #baseUrl: string;
  readonly #connection: Connection;
  readonly #identity: string;
  readonly #secrets: readonly string[];
  /** A body that is more, or less, than a text that is JSON. */
  #special: JsonBody | undefined;
  #session: string | undefined;
  #retryAfter: string | undefined;
  #arrived = 0;
  #answered = 0;
  #realArrived = 0;
  #realAnswered = 0;
  #epoch = 0;
  #recorder: Recorder | undefined;
  #entry: JournalEntry | undefined;
  #exchange: (() => RecordedExchange) | undefined;

  constructor(told: Told) {
    const { request, body } = told;
    this.requestId = told.requestId;
    this.method = told.method;
    this.operation = told.operation;
    this.status = told.status;
    this.code = told.code;
    this.answeredBy = told.answeredBy;
    this.why = told.why;
    this.ruleId = told.ruleId;
    this.spoiledBy = told.spoiledBy;
    this.url = request.url;
    this.headers = request.headers;
    if (request.repeated !== undefined) this.repeated = request.repeated;
    const heavy = isHeavy(body);
    this.body = body.kind === 'absent' || heavy ? undefined : body.text;
    this.#special = body.kind === 'json' && !heavy ? undefined : body;
    this.#at = told.at - BEGIN;
    this.#shown = told.shown;
    this.#path = request.path;
    this.#query = request.query;
    this.#baseUrl = request.baseUrl;
    this.#connection = request.connection;
    this.#identity = told.identity;
    this.#secrets = told.secrets;
  }

  /** Says when it arrived and was answered, by the mock's clock and by real time, and what the answer said of coming again. */
  complete(since: Moments, answered: Moments, retryAfter: string | undefined, session: string | undefined): this {
    this.#arrived = since.time - BEGIN;
    this.#answered = answered.time - BEGIN;
    this.#realArrived = since.real;
    this.#realAnswered = answered.real;
    this.#retryAfter = retryAfter;
    this.#session = session;
    return this;
  }

  /** Gives it its place in a journal; what is too heavy to be kept is looked at now. */
  keep(id: number, recorder: Recorder, epoch: number): this {
    this.id = id;
    this.#recorder = recorder;
    this.#epoch = epoch;
    if (this.#special !== undefined && isHeavy(this.#special)) {
      this.#exchange = recorder.keep(this.#observed(), true);
      this.#special = NO_BODY;
    }
    return this;
  }

  get absoluteUrl(): string {
    return `${this.#baseUrl}${this.url}`;
  }

  get milliseconds(): number {
    return this.#shown?.milliseconds ?? Math.round((this.#realAnswered - this.#realArrived) * 1_000) / 1_000;
  }

  get entry(): JournalEntry {
    return (this.#entry ??= Object.freeze({ id: this.id, ...this.record }));
  }

  get exchange(): RecordedExchange {
    if (this.#recorder === undefined) throw new Error('The exchange is in no journal.');
    return (this.#exchange ??= this.#recorder.keep(this.#observed(), false))();
  }

  get record(): JournalRecord {
    const { requestId, method, operation, status, code, answeredBy, why, ruleId, spoiledBy, milliseconds } = this;
    const { at, url } = this.#shown ?? { at: new Date(BEGIN + this.#at).toISOString(), url: redactUrl(this.#path, this.#query) };
    const all = { requestId, at, method, url, operation, status, code, answeredBy, why, ruleId, spoiledBy, milliseconds };
    return this.#session === undefined ? all : { ...all, session: this.#session };
  }

  /** Whether a row is of this one: its number alone does not tell, once numbers have begun anew. */
  isIn([[requestId], , [, , , realArrived, realAnswered]]: Row): boolean {
    return requestId === this.requestId && realArrived === this.#realArrived && realAnswered === this.#realAnswered;
  }

  /** As a list of plain JSON; `exchangeFrom` reads it. */
  get row(): Row {
    const { requestId, method, operation, status, code, answeredBy, why, ruleId, spoiledBy, url, headers, repeated } = this;
    const { id, opened, after } = this.#connection;
    const asked = [url, this.#path, headers, this.#baseUrl, this.#bodyInRow(), this.#identity, this.#secrets] as const;
    return [
      [requestId, method, operation, status, code, answeredBy, why, ruleId, spoiledBy, this.#session],
      repeated === undefined ? asked : [...asked, repeated],
      [BEGIN + this.#at, BEGIN + this.#arrived, BEGIN + this.#answered, this.#realArrived, this.#realAnswered, this.#retryAfter],
      [id, opened, after],
      this.#shown,
    ];
  }

  /** What is heavy is left out. */
  #bodyInRow(): BodyInRow {
    const special = this.#special;
    if (special === undefined) return this.body ?? null;
    if (special.kind === 'absent') return null;
    if (special.kind === 'json') return '"..."';
    return this.body === undefined ? { message: special.message } : { message: special.message, text: this.body };
  }

  get witnessed(): Witnessed {
    const { headers, repeated, url } = this;
    return {
      request: { path: this.#path, query: this.#query, headers, repeated, url, baseUrl: this.#baseUrl },
      body: this.#special ?? (this.body === undefined ? NO_BODY : unparsed(this.body)),
      secrets: this.#secrets,
      answerHeaders: this.#retryAfter === undefined ? NO_HEADERS : { 'retry-after': this.#retryAfter },
      identity: this.#identity,
      time: { arrived: BEGIN + this.#arrived, answered: BEGIN + this.#answered },
      real: { arrived: this.#realArrived, answered: this.#realAnswered },
      connection: this.#connection,
    };
  }

  #observed(): Observed {
    return { ...this.witnessed, entry: this.entry, epoch: this.#epoch };
  }
}

/** A moment by two clocks, in milliseconds: one that never goes back, and the mock's. */
export interface Moments {
  readonly real: number;
  readonly time: number;
}

const BEGIN = Date.now();
const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

/** An exchange of which everything is known. */
export function exchangeOf(record: JournalRecord, witnessed: Witnessed): Exchange {
  const { request, body, secrets, answerHeaders, identity, time, real, connection } = witnessed;
  const { at, url, milliseconds } = record;
  const exchange = new Exchange({
    ...record,
    at: 0,
    shown: { at, url, milliseconds },
    request: { ...request, connection },
    body,
    identity,
    secrets,
  });
  const since = { time: time.arrived, real: real.arrived };
  exchange.complete(since, { time: time.answered, real: real.answered }, answerHeaders['retry-after'], record.session);
  return exchange;
}
