import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, buildConnector, ProxyAgent, type Dispatcher } from 'undici';
import { exchange, readBeforeDying, type Progress } from './exchange.js';
import { isRepeatable, sendAgain } from './retry.js';
import { TransportError, type AudioUpload, type Transport, type WireAnswer, type WireRequest } from './types.js';
import { wav } from './wav.js';

/** The most of an answer that is read: an error body is small, and a longer one is wrong whatever else it says. */
export const ANSWER_LIMIT_BYTES: number = 1024 * 1024;

/** Files up to this size are sent whole, others as a stream. */
const ONE_WRITE_BYTES = 128 * 1024;

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
  /** Passes the time before a request is sent again; real time by default. */
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
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
  // A connection that was kept may be what failed: what is sent again gets one of its own.
  let fresh: Dispatcher | undefined;
  const pace = options.rate === undefined ? undefined : createPace(options.rate);
  const once = async (wire: WireRequest, attempt: number): Promise<WireAnswer> => {
    if (pace !== undefined) await pace();
    const through = attempt === 1 ? dispatcher : (fresh ??= createDispatcher(options, { pipelining: 0 }));
    const headers = { 'user-agent': 'failpath', ...options.headers, ...wire.headers, ...lengthOf(wire) };
    const progress: Progress = { written: false, answered: false };
    try {
      const { method, url } = wire;
      const { timeoutMs } = options;
      const limits = { timeoutMs, limitBytes: ANSWER_LIMIT_BYTES, body: bodyOf(wire.body), progress };
      const answer = await exchange(through, { method, url, headers }, limits);
      return toAnswer(answer.status, answer.headers, answer.body.toString('utf8'));
    } catch (error) {
      throw new TransportError(explain(error, options.timeoutMs), { cause: error, repeatable: isRepeatable(wire, error, progress) });
    }
  };
  return {
    send: (wire) => sendAgain((attempt) => once(wire, attempt), options.sleep),
    close: async () => void (await Promise.all([dispatcher.close(), fresh?.close()])),
  };
}

/** The answer as the checks read it; the body is parsed once. */
export function toAnswer(status: number, headers: Readonly<Record<string, string | string[] | undefined>>, text: string): WireAnswer {
  const named: [string, string][] = [];
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value !== undefined) named.push([name.toLowerCase(), String(value)]);
  }
  return { status, headers: Object.fromEntries(named), text, json: parse(text) };
}

function parse(text: string): unknown {
  // Nothing is no JSON, and often all there is: what is thrown costs more than what is parsed.
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where requests go through: with the deployment's proxy and certificates. */
export function createDispatcher({ timeoutMs, connections, ca, proxy }: TransportOptions, more: Agent.Options = {}): Dispatcher {
  const tls = ca === undefined ? {} : { ca };
  // Each exchange has a time limit of its own: undici need not start another for each head and body.
  const common = { connections, headersTimeout: 0, bodyTimeout: 0, ...more };
  if (proxy !== undefined) return new ProxyAgent({ uri: proxy, requestTls: tls, ...common });
  const connector = buildConnector({ timeout: timeoutMs, ...tls });
  const connect: typeof connector = (to, callback) =>
    connector(to, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      readBeforeDying(socket);
      callback(null, socket);
    });
  return new Agent({ ...common, connect });
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

function bodyOf(body: string | AudioUpload | undefined): string | Buffer | Readable | null {
  if (body === undefined || typeof body === 'string') return body ?? null;
  // What fits into one write is written in one, with the head.
  if (body.bytes <= ONE_WRITE_BYTES) return Buffer.concat([...wav(body.bytes)]);
  return Readable.from(wav(body.bytes), { objectMode: false });
}

function lengthOf({ body }: WireRequest): Record<string, string> {
  return typeof body === 'object' ? { 'content-length': String(body.bytes) } : {};
}

/** Why no answer came, in words. */
export function explain(error: unknown, timeoutMs: number): string {
  const { name, code, message } = error as Error & { code?: string };
  if (name === 'TimeoutError' || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT')
    return `no answer within ${timeoutMs} ms`;
  if (message !== '') return message;
  // Node tries every address of a name and wraps the failures; each says more than the wrapper.
  const inner = (error as AggregateError).errors as Error[] | undefined;
  return inner?.map((one) => one.message).join('; ') ?? code ?? name;
}
