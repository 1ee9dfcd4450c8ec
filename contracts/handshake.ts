import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Operation } from '../spec/index.js';
import type { WireRequest } from './types.js';

/** What asks for a WebSocket (RFC 6455, section 4.1). The key is no secret: it shows that the server knows the protocol. */
export const HANDSHAKE: Readonly<Record<string, string>> = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'ZmFpbHBhdGggYXNrcy4uLg==',
};

/** What a server appends to the key before it hashes it. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Close code 1000, masked with zeros, as a client has to mask. */
const CLOSE = Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]);
/** How long the other side may take to close as well, in milliseconds. */
const LINGER_MS = 1_000;

/** Whether an operation succeeds by opening a WebSocket. */
export function opensWebSocket({ successes }: Operation): boolean {
  return successes.some(({ status }) => status === 101);
}

/** Whether a request asks for a WebSocket. */
export function isHandshake({ headers }: Pick<WireRequest, 'headers'>): boolean {
  return headers['upgrade'] === HANDSHAKE['upgrade'];
}

/** An answer as it came. */
export interface Shaken {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/**
 * Sends the handshake of a WebSocket: either it is refused, in HTTP and with a body like any other request, or the connection is open,
 * and is closed again at once.
 *
 * @example
 * await shake(new Agent(), { method: 'GET', url, headers: HANDSHAKE }, { signal: AbortSignal.timeout(10_000), limitBytes: 65_536 });
 *
 * @throws what undici throws; an error for a 101 that no client would take, and the reason of the signal
 */
export function shake(
  dispatcher: Dispatcher,
  { url, headers }: Pick<WireRequest, 'url' | 'headers'>,
  { signal, limitBytes }: { readonly signal: AbortSignal; readonly limitBytes: number },
): Promise<Shaken> {
  const { origin, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    let [status, left] = [0, limitBytes];
    let answered: Shaken['headers'] = {};
    const chunks: Buffer[] = [];
    const finish = (): void => resolve({ status, headers: answered, body: Buffer.concat(chunks) });
    dispatcher.dispatch(
      { origin, path: `${pathname}${search}`, method: 'GET', upgrade: 'websocket', headers: withoutUpgrade(headers) },
      {
        onRequestStart: (controller) => {
          const abort = (): void => controller.abort(signal.reason as Error);
          if (signal.aborted) abort();
          else signal.addEventListener('abort', abort, { once: true });
        },
        onRequestUpgrade: (_controller, code, received, socket) => {
          close(socket);
          const right = createHash('sha1').update(`${headers['sec-websocket-key']}${GUID}`).digest('base64');
          if (received['sec-websocket-accept'] === right) resolve({ status: code, headers: received, body: Buffer.alloc(0) });
          else reject(new Error(`the answer is ${code}, but its Sec-WebSocket-Accept is wrong, so that no client would go on`));
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
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });
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
