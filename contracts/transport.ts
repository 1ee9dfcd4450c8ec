import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, ProxyAgent, request, type Dispatcher } from 'undici';
import { isHandshake, shake } from './handshake.js';
import { TransportError, type AudioUpload, type Transport, type WireAnswer, type WireRequest } from './types.js';
import { wav } from './wav.js';

/** The most of an answer that is read: an error body is small, and a longer one is wrong whatever else it says. */
export const ANSWER_LIMIT_BYTES: number = 1024 * 1024;

export interface TransportOptions {
  /** For a whole request and its answer, in milliseconds. */
  readonly timeoutMs: number;
  readonly connections: number;
  /** Requests per second over the whole run; none by default. */
  readonly rate?: number;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** PEM text of certificate authorities to trust beside the built-in ones. */
  readonly ca?: string;
  /** URL of an HTTP proxy. */
  readonly proxy?: string;
}

/**
 * The transport of the command line: undici, which reads while it writes, so that the answer of an edge that refuses an
 * upload half-way is seen and not lost to a reset.
 *
 * @example
 * const transport = createTransport({ timeoutMs: 10_000, connections: 8 });
 * await transport.send({ method: 'GET', url: 'http://127.0.0.1:4010/', headers: {} });
 *
 * @throws {TransportError} when no answer arrives
 */
export function createTransport(options: TransportOptions): Transport {
  const dispatcher = createDispatcher(options);
  const pace = createPace(options.rate);
  return {
    async send(wire) {
      await pace();
      const headers = { 'user-agent': 'failpath', ...options.headers, ...wire.headers, ...lengthOf(wire) };
      const signal = AbortSignal.timeout(options.timeoutMs);
      try {
        if (isHandshake(wire)) {
          const {
            status,
            headers: received,
            body,
          } = await shake(dispatcher, { ...wire, headers }, { signal, limitBytes: ANSWER_LIMIT_BYTES });
          return toAnswer(status, received, body.toString('utf8'));
        }
        const answer = await request(wire.url, { dispatcher, method: wire.method, headers, body: bodyOf(wire.body), signal });
        return toAnswer(answer.statusCode, answer.headers, await readBounded(answer.body));
      } catch (error) {
        throw new TransportError(explain(error, options.timeoutMs), { cause: error });
      }
    },
    close: () => dispatcher.close(),
  };
}

/** The answer as the checks read it; the body is parsed once. */
export function toAnswer(status: number, headers: Readonly<Record<string, string | string[] | undefined>>, text: string): WireAnswer {
  return {
    status,
    headers: Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name.toLowerCase(), String(value)]])),
    ),
    text,
    json: parse(text),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function createDispatcher({ timeoutMs, connections, ca, proxy }: TransportOptions): Dispatcher {
  const tls = ca === undefined ? {} : { ca };
  const common = { connections, headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
  if (proxy !== undefined) return new ProxyAgent({ uri: proxy, requestTls: tls, ...common });
  return new Agent({ ...common, connect: { timeout: timeoutMs, ...tls } });
}

/** Time as {@link createPace} needs it. */
export interface PaceClock {
  /** Milliseconds since whenever. */
  now(): number;
  sleep(milliseconds: number): Promise<unknown>;
}

/**
 * Spaces requests evenly, so many a second; without a rate it costs nothing.
 *
 * @example
 * const pace = createPace(5);
 * await pace(); // at once; the next one 200 ms later
 */
export function createPace(rate: number | undefined, clock: PaceClock = { now: () => performance.now(), sleep }): () => Promise<void> {
  if (rate === undefined) return () => Promise.resolve();
  const gap = 1000 / rate;
  let next = 0;
  return async () => {
    const now = clock.now();
    const at = Math.max(now, next);
    next = at + gap;
    if (at > now) await clock.sleep(at - now);
  };
}

function bodyOf(body: string | AudioUpload | undefined): string | Readable | null {
  if (body === undefined || typeof body === 'string') return body ?? null;
  return Readable.from(wav(body.bytes), { objectMode: false });
}

function lengthOf({ body }: WireRequest): Record<string, string> {
  return typeof body === 'object' ? { 'content-length': String(body.bytes) } : {};
}

async function readBounded(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let left = ANSWER_LIMIT_BYTES;
  for await (const chunk of body) {
    chunks.push(chunk.subarray(0, left));
    left -= chunk.length;
    if (left <= 0) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function explain(error: unknown, timeoutMs: number): string {
  const { name, code, message } = error as Error & { code?: string };
  if (name === 'TimeoutError' || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT')
    return `no answer within ${timeoutMs} ms`;
  if (message !== '') return message;
  // Node tries every address of a name and wraps the failures; each says more than the wrapper.
  const inner = (error as AggregateError).errors as Error[] | undefined;
  return inner?.map((one) => one.message).join('; ') ?? code ?? name;
}
