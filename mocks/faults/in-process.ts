import { STATUS_CODES } from 'node:http';
import type { MockAnswer } from '../types.js';
import { brokenBody, ended, noAnswer, notHttp, systemError } from './network-error.js';
import { bodiless, noHttp, NO_CHUNK, portionsOf, STAND_IN, withoutFraming } from './parts.js';
import type { Fault } from './types.js';
import type { After, FaultSurroundings } from './wire.js';

/** Who asks: nothing is answered to somebody who has left. */
export type Asking = Pick<Request, 'method' | 'signal'>;

/**
 * Answers with a fault where there is no connection: what comes back, or is thrown, is what Node's `fetch` makes of the same
 * fault on a socket ({@link applyFault}).
 *
 * - `CONNECTION_RESET_BY_PEER`: rejects, the cause is `ECONNRESET`.
 * - `EMPTY_RESPONSE`, `timeout` (once it is over): rejects, the cause is undici's `UND_ERR_SOCKET`, "other side closed".
 * - `RANDOM_DATA_THEN_CLOSE`: rejects, the cause is undici's `HTTPParserError`.
 * - `MALFORMED_RESPONSE_CHUNK`, `limit_data`: a response whose body breaks off, with `HTTPParserError` or `UND_ERR_SOCKET`.
 * - `dribble`: a response whose body comes in so many chunks over so many milliseconds.
 *
 * @example
 * const response = await fetchFault({ type: 'limit_data', bytes: 4 }, answer, new Request('http://localhost/'));
 * await response.text(); // TypeError: terminated
 *
 * @param answer What the fault spoils; without one, a small JSON answer of the mock's own.
 * @throws {TypeError} `fetch failed`, with undici's error as its cause; or the reason of `asking.signal`
 */
export async function fetchFault(
  fault: Fault,
  answer: MockAnswer = STAND_IN,
  asking: Asking,
  { after = afterRealTime, closing, random = Math.random }: FaultSurroundings = {},
): Promise<Response> {
  const pause = (milliseconds: number | undefined): Promise<void> => wait(milliseconds, after, asking.signal, closing);
  switch (fault.type) {
    case 'CONNECTION_RESET_BY_PEER':
      throw noAnswer(systemError('read', 'ECONNRESET'));
    case 'EMPTY_RESPONSE':
      throw noAnswer(ended());
    case 'RANDOM_DATA_THEN_CLOSE':
      throw noAnswer(notHttp('INVALID_CONSTANT', noHttp(random)));
    case 'MALFORMED_RESPONSE_CHUNK':
      return malformed(answer, asking);
    case 'limit_data':
      return truncated(answer, asking, fault.bytes);
    case 'dribble':
      return dribbled(answer, asking, fault, pause);
    case 'timeout':
      break;
  }
  await pause(fault.timeoutMs === 0 ? undefined : fault.timeoutMs);
  throw noAnswer(ended());
}

/**
 * An answer as `fetch` would give it.
 *
 * @example
 * const response = toResponse({ status: 404, headers: {}, body: '{}' }, new Request('http://localhost/'));
 *
 * @throws {TypeError} for headers that cannot be written
 */
export function toResponse({ status, headers, body, passedOn }: MockAnswer, { method }: Pick<Request, 'method'>): Response {
  if (passedOn !== undefined) {
    const stream = hasNoBody(status, method) ? null : ReadableStream.from(passedOn.body);
    return build(status, listed({ ...headers, ...passedOn.headers }), stream);
  }
  const bytes = Buffer.from(body ?? '');
  const length = bodiless(status) ? {} : { 'content-length': String(bytes.length) };
  const hasBody = body !== undefined && !hasNoBody(status, method);
  return build(status, { ...withoutFraming(headers), ...length }, hasBody ? bytes : null);
}

function malformed({ status, headers }: MockAnswer, { method }: Asking): Response {
  // An answer without a body would be over before its chunk.
  const shown = bodiless(status) ? 200 : status;
  const body = method === 'HEAD' ? null : streamOf([], notHttp('INVALID_CHUNK_SIZE', NO_CHUNK));
  return build(shown, { ...withoutFraming(headers), 'transfer-encoding': 'chunked' }, body);
}

function truncated(answer: MockAnswer, asking: Asking, limit: number): Response {
  const bytes = Buffer.from(answer.body ?? '');
  if (bytes.length <= limit || hasNoBody(answer.status, asking.method)) return toResponse(answer, asking);
  const headers = { ...withoutFraming(answer.headers), 'content-length': String(bytes.length) };
  return build(answer.status, headers, streamOf(limit === 0 ? [] : [bytes.subarray(0, limit)], ended()));
}

async function dribbled(
  answer: MockAnswer,
  asking: Asking,
  { chunks, durationMs }: Extract<Fault, { type: 'dribble' }>,
  pause: (milliseconds: number) => Promise<void>,
): Promise<Response> {
  const { status, headers, body = '' } = answer;
  if (hasNoBody(status, asking.method)) {
    await pause(durationMs);
    return toResponse({ status, headers, body: undefined }, asking);
  }
  const portions = async function* (): AsyncGenerator<Uint8Array> {
    for (const { waitMs, bytes } of portionsOf(Buffer.from(body), chunks, durationMs)) {
      await pause(waitMs);
      if (bytes.length > 0) yield bytes;
    }
  };
  return build(status, { ...withoutFraming(headers), 'transfer-encoding': 'chunked' }, ReadableStream.from(portions()));
}

function hasNoBody(status: number, method: string): boolean {
  return bodiless(status) || status === 205 || method === 'HEAD';
}

/** One pair for each header that there is, several of one name included. */
function listed(headers: NonNullable<MockAnswer['passedOn']>['headers']): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one]));
}

/** Bytes, so that no Content-Type is made up for them. */
function build(status: number, headers: Record<string, string> | [string, string][], body: Uint8Array | ReadableStream | null): Response {
  return new Response(body, { status, headers, statusText: STATUS_CODES[status] ?? 'unknown' });
}

/** What there is of a body, and why there is no more. */
function streamOf(parts: readonly Uint8Array[], why: Error): ReadableStream {
  const left = [...parts];
  return new ReadableStream({
    pull: (controller) => {
      const next = left.shift();
      if (next === undefined) controller.error(brokenBody(why));
      else controller.enqueue(next);
    },
  });
}

/** Without a socket, a timer is all that keeps the process alive for who waits. */
const afterRealTime: After = (milliseconds, run) => {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
};

/** The longest that a timer can wait. */
const FOREVER = 2_147_483_647;

/**
 * Waits for so long (`undefined`: forever), but no longer than the mock is open.
 *
 * @throws the reason of the signal, as soon as it is aborted
 */
async function wait(milliseconds = FOREVER, after: After, signal: AbortSignal, closing: AbortSignal | undefined): Promise<void> {
  signal.throwIfAborted();
  if (closing?.aborted === true) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      cancel();
      signal.removeEventListener('abort', done);
      closing?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = after(milliseconds, done);
    signal.addEventListener('abort', done);
    closing?.addEventListener('abort', done);
  });
  signal.throwIfAborted();
}
