import type { Agent, Dispatcher } from 'undici';
import type * as Undici from 'undici';
import { climbs, onDemand, withoutSlash } from '../spec/index.js';
import { createTargets, sayStart } from './targets.js';
import type { MockAnswer, MockRequest } from './types.js';
import { createVia, sayLoop, type Via } from './via.js';

/** Sends a request on to another server as it came, if that is allowed. */
export type Forward = (base: string, request: MockRequest) => Promise<MockAnswer | { readonly refused: string }>;

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

const undici = (): typeof Undici => onDemand('undici') as typeof Undici;

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
  const mayProxyTo = createTargets(allowed);
  const via = createVia();
  return async (base, request) => {
    if (!URL.canParse(base) || !mayProxyTo(new URL(base))) {
      return { refused: `requests may not be sent on to ${base}: ${sayStart(base)}` };
    }
    try {
      const answer = await sendOn(base, request, await bodyOf(request), via, AbortSignal.timeout(TIMEOUT_MS));
      if ('refused' in answer) return answer;
      const chunks = await readUpTo(answer.body, MAX_ANSWER_BYTES);
      return chunks === undefined
        ? { refused: `${base} answered more than ${MAX_ANSWER_BYTES} bytes` }
        : passedOn(
            answer,
            (async function* () {
              yield* chunks;
            })(),
          );
    } catch (error) {
      return { refused: `${base} gave no answer: ${reasonOf(error)}` };
    }
  };
}

/** The body of a request as it is to be sent on; `null` when there is none. */
export async function bodyOf({ headers, body }: Pick<MockRequest, 'headers' | 'body'>): Promise<AsyncIterable<Uint8Array> | null> {
  // RFC 9112, section 6.3: on a socket, one of these says that there is one. Without a socket nobody has to say so.
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > 0) return body;
  const rest = body[Symbol.asyncIterator]();
  try {
    const first = await rest.next();
    return first.done === true ? null : replayed([first.value], rest);
  } catch {
    // Whoever reads it is told why there is no more of it.
    return body;
  }
}

async function* replayed(chunks: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
  yield* { [Symbol.asyncIterator]: () => rest };
}

/** `undefined` for more than the limit; the rest is not waited for. */
async function readUpTo(body: AsyncIterable<Uint8Array>, limit: number): Promise<readonly Uint8Array[] | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Whoever leaves the loop early destroys the body, and the connection with it.
  for await (const chunk of body) {
    length += chunk.length;
    if (length > limit) return undefined;
    chunks.push(chunk);
  }
  return chunks;
}

function passedOn({ status, headers }: Passing, body: AsyncIterable<Uint8Array>): MockAnswer {
  const shown = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  return { status, headers: shown, body: undefined, passedOn: { headers, body } };
}

/**
 * Sends a request on below a base URL, path and query as they were sent, and to nothing else whatever they are.
 *
 * @param body As it is to be sent: it is read as fast as the server takes it, and has the length that the request says.
 * @param via The mark of who sends it on; what has it already is not sent on again.
 * @returns The answer once its headers are there, or why there is none.
 */
export async function sendOn(
  base: string,
  request: Pick<MockRequest, 'method' | 'url' | 'headers'>,
  body: AsyncIterable<Uint8Array> | null,
  via: Via,
  signal?: AbortSignal,
): Promise<Passing | { readonly refused: string }> {
  const { origin, pathname } = new URL(base);
  const prefix = withoutSlash(pathname);
  // A target without a slash would become a part of the host.
  if (!request.url.startsWith('/')) return { refused: `${JSON.stringify(request.url.slice(0, 100))} is no path` };
  if (prefix !== '' && climbs(request.url.replace(/[?#].*$/s, ''))) {
    return { refused: `a path that goes up with dots might leave ${base}, and is not sent on to it` };
  }
  if (via.isMarked(request.headers)) return { refused: sayLoop(base) };
  const headers = passable(via.mark(request.headers), MADE_ANEW);
  if (body === null) delete headers['content-length'];
  agent ??= new (undici().Agent)({ headersTimeout: SILENCE_MS, bodyTimeout: SILENCE_MS });
  try {
    const answer = await agent.request({
      origin,
      path: `${prefix}${request.url}`,
      method: request.method,
      headers,
      body: body as Dispatcher.DispatchOptions['body'] & null,
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
