import { hash, randomBytes } from 'node:crypto';
import type { JsonBody } from '../body.js';
import { single } from '../headers.js';
import { HIDDEN, isCredentialParameter, redactHeader, redactText, redactUrl } from '../redact.js';
import type { Connection, JournalEntry, MockRequest } from '../types.js';
import { withoutCredentials } from './secrets.js';
import type { RecordedBody, RecordedExchange, Span } from './types.js';

/** All that the mock knows of a request once it is answered. */
export interface Observed {
  readonly entry: JournalEntry;
  readonly request: Pick<MockRequest, 'path' | 'query' | 'headers' | 'repeated'>;
  readonly body: JsonBody;
  /** JSON pointers of the members of the body that hold credentials (`Content.secrets`). */
  readonly secrets: readonly string[];
  /** Of the answer; names in lower case. */
  readonly answerHeaders: Readonly<Record<string, string>>;
  readonly identity: string;
  readonly time: Span;
  readonly real: Span;
  readonly connection: Connection;
  readonly epoch: number;
}

export interface RecorderOptions {
  /** The longest body that is kept, in characters; 65,536 by default. */
  readonly longestBody?: number;
  /** What fingerprints are made with; random by default, so that nobody can test a credential against them. */
  readonly salt?: Uint8Array;
}

/** Cut beyond this: names and values of headers and parameters are bounded by the server, their number here. */
const MOST_PARAMETERS = 50;
/** In characters. */
const LONGEST_BODY = 65_536;
const LONGEST_START = 1_000;

/** Makes what the journal keeps of requests. One recorder serves a whole mock: fingerprints of two have nothing in common. */
export interface Recorder {
  /** Without credentials, and with a fingerprint of all that is compared later. */
  record(observed: Observed): RecordedExchange;
  /**
   * The same when it is first asked for: what nobody reads costs nothing. A body that is longer than is kept is not waited with.
   *
   * @param heavy Whether {@link isHeavy} says so of the body, for who knows it already.
   */
  keep(observed: Observed, heavy?: boolean): () => RecordedExchange;
}

/**
 * Creates the recorder of a mock.
 *
 * @example
 * const { record } = createRecorder();
 * record({ entry, request, body: { kind: 'json', value: { job_id: '…' } }, ... }).fingerprint; // '9f2c…', equal for equal requests
 */
export function createRecorder({ longestBody = LONGEST_BODY, salt = randomBytes(16) }: RecorderOptions = {}): Recorder {
  const prefix = Buffer.from(salt).toString('hex');
  const digest = (text: string): string => hash('sha256', prefix + text, 'base64url').slice(0, 22);
  const record = (observed: Observed, heavy: boolean): RecordedExchange => {
    const { entry, request, body, secrets, answerHeaders, identity, time, real, connection, epoch } = observed;
    const { path, query, headers, repeated } = request;
    const text = textOf(body, headers);
    const authorization = single(headers['authorization']);
    return Object.freeze({
      ...entry,
      time,
      real,
      path: redactUrl(path, NO_QUERY),
      query: parametersOf(query),
      headers: headersOf(repeated === undefined ? headers : { ...headers, ...repeated }),
      body: bodyOf(body, text, secrets, heavy),
      identity,
      caller: authorization === undefined ? 'none' : digest(authorization),
      fingerprint: digest(`${entry.method} ${path}?${asked(query)}\n${text}`),
      choice: choiceOf(query, headers),
      idempotencyKey: single(headers['idempotency-key']),
      traceId: TRACE.exec(single(headers['traceparent']) ?? '')?.[1],
      connection,
      epoch,
      retryAfterMs: retryAfter(answerHeaders['retry-after'], time.answered),
    });
  };
  return {
    record: (observed) => record(observed, isHeavy(observed.body, longestBody)),
    keep: (observed, heavy = isHeavy(observed.body, longestBody)) => {
      if (heavy) {
        const recorded = record(observed, true);
        return () => recorded;
      }
      const { body } = observed;
      const light = body.kind === 'json' ? { ...observed, body: unparsed(body.text) } : observed;
      let recent: WeakRef<RecordedExchange> | undefined;
      return () => {
        let recorded = recent?.deref();
        if (recorded === undefined) recent = new WeakRef((recorded = record(light, false)));
        return recorded;
      };
    },
  };
}

const NO_QUERY = new URLSearchParams();
/** W3C Trace Context, section 3.2. */
const TRACE = /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}/i;
const CHOICES = ['prefer', 'x-mock-response-code', 'x-mock-response-name', 'x-mock-response-delay'] as const;

/** Equal for equal bodies; of one that could not be read, only what is known of it. */
function textOf(body: JsonBody, headers: MockRequest['headers']): string {
  if (body.kind === 'json') return canonical(body.value);
  return body.kind === 'absent' ? '' : `${body.message} ${single(headers['content-length']) ?? ''}`;
}

/** JSON with the members of each object in order; deep bodies are refused long before. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

/** The parameters that belong to the request and not to the choice of its answer, in order. */
function asked(query: URLSearchParams): string {
  if (query.size === 0) return '';
  const own = [...query].filter(([name]) => !name.startsWith('__'));
  return new URLSearchParams(own.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))).toString();
}

function choiceOf(query: URLSearchParams, headers: MockRequest['headers']): string {
  const parameters = [...query].filter(([name]) => name.startsWith('__')).map(([name, value]) => `${name}=${value}`);
  const said = CHOICES.flatMap((name) => (headers[name] === undefined ? [] : [`${name}: ${redactHeader(name, String(headers[name]))}`]));
  return redactText([...parameters, ...said].join(', ').slice(0, 500));
}

function parametersOf(query: URLSearchParams): RecordedExchange['query'] {
  const parameters = new Map<string, string[]>();
  for (const [name, value] of query) {
    if (parameters.size === MOST_PARAMETERS && !parameters.has(name)) break;
    const values = parameters.get(name) ?? [];
    if (values.length < MOST_PARAMETERS) values.push(isCredentialParameter(name) ? HIDDEN : redactText(value));
    parameters.set(name, values);
  }
  return Object.fromEntries(parameters);
}

function headersOf(headers: MockRequest['headers']): RecordedExchange['headers'] {
  const shown = (name: string, value: string): string => (IDENTIFIER.has(name) ? value : redactHeader(name, value));
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      if (value === undefined) return [];
      return [[name, typeof value === 'string' ? shown(name, value) : value.map((one) => shown(name, one))]];
    }),
  );
}

/** Long and random, and yet no credential. */
const IDENTIFIER: ReadonlySet<string> = new Set(['idempotency-key', 'traceparent', 'tracestate', 'x-request-id', 'x-correlation-id']);

function bodyOf(body: JsonBody, text: string, secrets: readonly string[], heavy: boolean): RecordedBody {
  if (body.kind === 'absent') return { kind: 'absent' };
  if (body.kind === 'malformed') return { kind: 'unread', problem: body.message };
  const value = withoutCredentials(body.value, new Set(secrets));
  if (!heavy) return { kind: 'json', value };
  return { kind: 'cut', start: copied(JSON.stringify(value).slice(0, LONGEST_START)), length: text.length };
}

/** Past so many values, a body is too heavy to be kept, however short its text. */
const MOST_VALUES = 4_000;

/** Whether a body is too long to be kept, or would be once it is parsed. */
export function isHeavy(body: JsonBody, longest: number = LONGEST_BODY): boolean {
  if (body.kind === 'absent' || body.text === undefined) return false;
  const { text } = body;
  if (text.length > longest) return true;
  if (text.length <= MOST_VALUES) return false;
  let values = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if ((char === COMMA || char === BRACE || char === BRACKET) && ++values > MOST_VALUES) return true;
  }
  return false;
}

const COMMA = 0x2c;
const BRACE = 0x7b;
const BRACKET = 0x5b;

/**
 * A body that is parsed for each who asks, and takes the room of its text in between: a thousand parsed bodies can take a hundred times
 * the room of their texts.
 */
export function unparsed(text: string): JsonBody {
  return new Unparsed(text);
}

class Unparsed {
  readonly kind = 'json';
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get value(): unknown {
    return JSON.parse(this.text) as unknown;
  }
}

/** A part of a text keeps the whole of it in memory; a copy does not. */
function copied(part: string): string {
  return Buffer.from(part).toString();
}

/** Every form of a date that RFC 9110, section 5.6.7, knows begins with it. */
const WEEKDAY = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/;

/** RFC 9110, section 10.2.3: seconds, or a date. */
function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const date = WEEKDAY.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(date - now, 0);
}
