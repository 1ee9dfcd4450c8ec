import { createHash } from 'node:crypto';
import type { Duplex, Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { WireRequest } from './types.js';

/** What a server appends to the key of a WebSocket before it hashes it. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** Close code 1000, masked with zeros, as a client has to mask. */
const CLOSE = Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]);
/** How long the other side of a WebSocket may take to close as well, in milliseconds. */
const LINGER_MS = 1_000;

/** An answer as it came. */
export interface Exchanged {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** How far a request came that failed. */
export interface Progress {
  /** Some of it may have been written. */
  written: boolean;
  /** The first byte of an answer has come. */
  answered: boolean;
}

export interface ExchangeOptions {
  /** For all of it, in milliseconds. */
  readonly timeoutMs: number;
  /** Of the answer's body no more is read. */
  readonly limitBytes: number;
  readonly body: string | Buffer | Readable | null;
  /** Written to while the request is under way. */
  readonly progress: Progress;
  /** Sent in place of the URL's path and of the headers, just as it stands: a URL resolves `..`, and members have each name once. */
  readonly raw?: { readonly path: string; readonly headers: readonly string[] };
}

/**
 * Sends one request and reads its answer, also while the request is still being written. One that asks for a WebSocket is either
 * refused, in HTTP and with a body like any other, or the connection is open, and is closed again at once.
 *
 * @example
 * await exchange(new Agent(), { method: 'GET', url, headers: {} }, { timeoutMs: 10_000, limitBytes: 65_536, body: null, progress });
 *
 * @throws what undici throws; an error for a 101 that no client would take, and a `TimeoutError` when the time is up
 */
export function exchange(
  dispatcher: Dispatcher,
  { method, url, headers }: Pick<WireRequest, 'method' | 'url' | 'headers'>,
  { timeoutMs, limitBytes, body, progress, raw }: ExchangeOptions,
): Promise<Exchanged> {
  const { origin, path } = addressed(url);
  const upgrade = headers['upgrade'];
  return new Promise((resolve, reject) => {
    let [status, left] = [0, limitBytes];
    let answered: Exchanged['headers'] = {};
    const chunks: Buffer[] = [];
    let abort: (reason: Error) => void = () => undefined;
    let late: Error | undefined;
    // Ends with the request: a run makes thousands, and an AbortSignal.timeout of each would stay behind.
    const timer = setTimeout(() => {
      late = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
      abort(late);
      reject(late);
    }, timeoutMs);
    timer.unref();
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      settle();
    };
    const finish = (): void => end(() => resolve({ status, headers: answered, body: Buffer.concat(chunks) }));
    const fail = (error: Error): void => end(() => reject(error));
    dispatcher.dispatch(
      {
        origin,
        path: raw?.path ?? path,
        method,
        body,
        headers: raw !== undefined ? [...raw.headers] : upgrade === undefined ? headers : withoutUpgrade(headers),
        upgrade: upgrade ?? null,
      },
      {
        onRequestStart: (controller) => {
          progress.written = true;
          abort = (reason) => controller.abort(reason);
          if (late !== undefined) abort(late);
        },
        onResponseStarted: () => void (progress.answered = true),
        onRequestUpgrade: (_controller, code, received, socket) => {
          close(socket);
          const right = createHash('sha1').update(`${headers['sec-websocket-key']}${GUID}`).digest('base64');
          [status, answered] = [code, received];
          if (received['sec-websocket-accept'] === right) finish();
          else fail(new Error(`the answer is ${code}, but its Sec-WebSocket-Accept is wrong, so that no client would go on`));
        },
        onResponseStart: (_controller, code, received) => {
          [status, answered] = [code, received];
        },
        onResponseData: (controller, chunk) => {
          chunks.push(chunk.subarray(0, left));
          left -= chunk.length;
          if (left > 0) return;
          finish();
          controller.abort(new Error('that is enough'));
        },
        onResponseEnd: finish,
        onResponseError: (_controller, error) => fail(error),
      },
    );
  });
}

/** A path in which nothing is resolved or encoded: no dots, no escapes, nothing but what stands for itself. */
const PLAIN = /^(https?:\/\/[\w.:[\]-]+)(\/[\w~/-]*(?:\?[\w~=&-]+)?)$/;

/** What the last plain URL began with: a run speaks to one origin. */
let last = { given: '', origin: '' };

/** Where a URL leads, as `new URL` has it. */
function addressed(url: string): { readonly origin: string; readonly path: string } {
  const [, given = '', plain] = PLAIN.exec(url) ?? [];
  if (plain === undefined) {
    const { origin, pathname, search } = new URL(url);
    return { origin, path: `${pathname}${search}` };
  }
  if (last.given !== given) last = { given, origin: new URL(given).origin };
  return { origin: last.origin, path: plain };
}

/** undici writes those two itself. */
function withoutUpgrade(headers: WireRequest['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'connection' && name !== 'upgrade'));
}

function close(socket: Duplex): void {
  socket.on('error', () => undefined);
  socket.resume();
  socket.end(CLOSE);
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

type Written = (error?: Error | null) => void;

/**
 * Lets a socket read what has arrived before it hears that a write has failed: whoever refuses an upload half-way answers and resets
 * the connection, so that the next write fails while the answer lies unread, and a stream that has failed reads no more.
 *
 * @example
 * readBeforeDying(socket);
 */
export function readBeforeDying(socket: Duplex): void {
  const later =
    (written: Written): Written =>
    (error) => {
      if (error === undefined || error === null) written();
      // Two turns, so that sockets are read once in between.
      else setImmediate(() => setImmediate(() => written(error)));
    };
  const write = socket._write.bind(socket);
  socket._write = (chunk, encoding, written) => write(chunk, encoding, later(written));
  const writev = socket._writev?.bind(socket);
  if (writev !== undefined) socket._writev = (chunks, written) => writev(chunks, later(written));
}
