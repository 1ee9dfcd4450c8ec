import { Agent, type Dispatcher } from 'undici';
import type { MockAnswer, MockRequest } from './types.js';

/** Sends a request on to another server, if that is allowed. */
export type Forward = (base: string, request: MockRequest, body: unknown) => Promise<MockAnswer | { readonly refused: string }>;

/** An answer under way. */
export interface Passing {
  readonly status: number;
  /** Names in lower case; without those that belong to the connection. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** To be read to its end, or destroyed. */
  readonly body: Dispatcher.ResponseData['body'];
}

/** Headers that belong to one connection (RFC 9110, section 7.6.1). */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** Headers of a request that are made anew. Answers are wanted as they are, hence no encodings. */
const MADE_ANEW: ReadonlySet<string> = new Set(['host', 'expect', 'accept-encoding']);
/** Of an answer to a rule, in bytes: the mock is no gateway for downloads. */
const MAX_ANSWER_BYTES = 8 * 1_048_576;
const TIMEOUT_MS = 30_000;
/** Of silence: whoever records may look at what takes long. */
const SILENCE_MS = 300_000;

/** One for all: its connections are kept for the requests that follow. */
let agent: Agent | undefined;

/**
 * A proxy to servers that were named when the mock was started, and to no others: whoever can add rules must not get into
 * places that only this machine can reach.
 *
 * @example
 * const forward = createForward(['https://staging.example.com']);
 */
export function createForward(allowed: readonly string[]): Forward {
  const origins = new Set(allowed.map((url) => new URL(url).origin));
  return async (base, request, body) => {
    if (!URL.canParse(base) || !origins.has(new URL(base).origin)) {
      return { refused: `requests may not be sent on to ${base}: start the mock with --proxy-to ${base}` };
    }
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    // The body is sent on decoded.
    const { 'content-encoding': _coding, ...headers } = request.headers;
    const answer = await sendOn(base, { ...request, headers }, body === undefined ? null : JSON.stringify(body), signal);
    if ('refused' in answer) return answer;
    const { 'content-length': _length, ...passed } = answer.headers;
    try {
      const text = await answer.body.text();
      if (text.length > MAX_ANSWER_BYTES) return { refused: `${base} answered more than ${MAX_ANSWER_BYTES} bytes` };
      return {
        status: answer.status,
        headers: Object.fromEntries(Object.entries(passed).map(([name, one]) => [name, String(one)])),
        body: text,
      };
    } catch (error) {
      return { refused: `${base} gave no answer: ${(error as Error).message}` };
    }
  };
}

/**
 * Sends a request on below a base URL, path and query as they were sent, and to no other origin whatever they are.
 *
 * @param body As it is to be sent; an iterable is read as fast as the server takes it, and has the length that the request says.
 * @returns The answer once its headers are there, or why there is none.
 */
export async function sendOn(
  base: string,
  request: Pick<MockRequest, 'method' | 'url' | 'headers'>,
  body: AsyncIterable<Uint8Array> | string | null,
  signal?: AbortSignal,
): Promise<Passing | { readonly refused: string }> {
  const { origin, pathname } = new URL(base);
  // A target without a slash would become a part of the host.
  if (!request.url.startsWith('/')) return { refused: `${JSON.stringify(request.url.slice(0, 100))} is no path` };
  const headers = passable(request.headers, MADE_ANEW);
  if (typeof body === 'string' || body === null) delete headers['content-length'];
  agent ??= new Agent({ headersTimeout: SILENCE_MS, bodyTimeout: SILENCE_MS });
  try {
    const answer = await agent.request({
      origin,
      path: `${pathname.replace(/\/+$/, '')}${request.url}`,
      method: request.method,
      headers,
      body: body as Dispatcher.DispatchOptions['body'] & (string | null),
      ...(signal === undefined ? {} : { signal }),
    });
    return { status: answer.statusCode, headers: asWritten(passable(answer.headers)), body: answer.body };
  } catch (error) {
    return { refused: `${base} gave no answer: ${reasonOf(error)}` };
  }
}

/** Headers without those that belong to the connection, be it by their name or because it says so. */
function passable(headers: MockRequest['headers'], others: ReadonlySet<string> = new Set()): Record<string, string | string[]> {
  const named = new Set(
    String(headers['connection'] ?? '')
      .split(',')
      .map((name) => name.trim().toLowerCase()),
  );
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || HOP_BY_HOP.has(name) || others.has(name) || named.has(name)
        ? []
        : [[name, typeof value === 'string' ? value : [...value]]],
    ),
  );
}

/** Headers are bytes to node:http, and texts to undici: those that are not plain ASCII are made bytes again. */
function asWritten(headers: Record<string, string | string[]>): Passing['headers'] {
  const bytes = (value: string): string => Buffer.from(value, 'utf8').toString('latin1');
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? bytes(value) : value.map(bytes)]),
  );
}

/** Several addresses that all refuse are one error without a message. */
function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return message === '' ? (code ?? 'it cannot be reached') : message;
}
