import { NO_BODY, type JsonBody } from './body.js';
import { Exchange, type JournalRecord, type Told } from './exchange.js';
import type { MockRequest } from './types.js';
import { unparsed } from './verification/record.js';

/** The text of one that is JSON, and of another why it is none; `null` without one. */
export type BodyInRow = string | null | { readonly message: string; readonly text?: string };

type Sparse<T> = T | null | undefined;

/**
 * An exchange as a store keeps it: a list, since names would be half of it, of what is known, since most are never looked at; so its URL and
 * time are shown by whoever reads it. JSON has `null` for what there is not.
 */
export type Row = readonly [
  answer: readonly [
    requestId: string,
    method: string,
    operation: Sparse<string>,
    status: number,
    code: Sparse<string>,
    answeredBy: JournalRecord['answeredBy'],
    why: string,
    ruleId: Sparse<string>,
    spoiledBy: Sparse<string>,
    session: Sparse<string>,
  ],
  request: readonly [
    url: string,
    path: string,
    headers: MockRequest['headers'],
    baseUrl: string,
    body: BodyInRow,
    identity: string,
    secrets: readonly string[],
    repeated?: MockRequest['repeated'],
  ],
  times: readonly [
    at: number,
    arrived: number,
    answered: number,
    realArrived: number,
    realAnswered: number,
    /** A header. */
    retryAfter: Sparse<string>,
  ],
  connection: readonly [id: number, opened: number, after: Sparse<number>],
  shown: Sparse<NonNullable<Told['shown']>>,
];

function bodyOfRow(body: BodyInRow): JsonBody {
  if (body === null) return NO_BODY;
  return typeof body === 'string' ? unparsed(body) : { kind: 'malformed', ...body };
}

/** An exchange of what a store has kept of it. */
export function exchangeFrom([answer, asked, times, opener, shown]: Row): Exchange {
  const [requestId, method, operation, status, code, answeredBy, why, ruleId, spoiledBy, session] = answer;
  const [url, path, headers, baseUrl, body, identity, secrets, repeated] = asked;
  const [at, arrived, answered, realArrived, realAnswered, retryAfter] = times;
  const [id, opened, after] = opener;
  const search = url.indexOf('?');
  const query = new URLSearchParams(search < 0 ? '' : url.slice(search + 1));
  const connection = { id, opened, ...(typeof after === 'number' ? { after } : {}) };
  const exchange = new Exchange({
    requestId,
    method,
    operation: operation ?? undefined,
    status,
    code: code ?? undefined,
    answeredBy,
    why,
    ruleId: ruleId ?? undefined,
    spoiledBy: spoiledBy ?? undefined,
    at,
    shown: shown ?? undefined,
    request: { path, query, headers, repeated, url, baseUrl, connection },
    body: bodyOfRow(body),
    identity,
    secrets,
  });
  const since = { time: arrived, real: realArrived };
  exchange.complete(since, { time: answered, real: realAnswered }, retryAfter ?? undefined, session ?? undefined);
  return exchange;
}
