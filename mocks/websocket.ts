import { ServerResponse, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import type * as Ws from 'ws';
import { onDemand } from '../spec/index.js';
import { closeReason, type Stream, type StreamSink, type Upgrade } from './frames.js';
import type { WebSocketLimits } from './http/index.js';
import type { MockAnswer } from './types.js';

const ws = (): typeof Ws => onDemand('ws') as typeof Ws;

/** The WebSockets of a server. */
export interface WebSockets {
  /** Whether one more can be opened by a request. */
  readiness(req: IncomingMessage): Upgrade;
  /** Opens one and sends over it. */
  open(req: IncomingMessage, socket: Duplex, head: Buffer, answer: MockAnswer & { readonly stream: Stream }): void;
}

/**
 * WebSockets that only send: what a client says is thrown away, and who says too much is cut off. All are closed when the server is,
 * and those whose client has silently gone are found out.
 *
 * @example
 * const webSockets = createWebSockets(limits, closing);
 * server.on('upgrade', (req, socket, head) => webSockets.open(req, socket, head, answer));
 */
export function createWebSockets(limits: WebSocketLimits, closing: AbortSignal): WebSockets {
  const headers = new WeakMap<IncomingMessage, MockAnswer['headers']>();
  // `closeTimeout` is younger than the types of ws.
  const options = { noServer: true, perMessageDeflate: false, maxPayload: limits.messageBytes, closeTimeout: limits.patience };
  let server: WebSocketServer | undefined;
  /** Most mocks never open one. */
  const needed = (): WebSocketServer => {
    if (server !== undefined) return server;
    server = new (ws().WebSocketServer)(options);
    return server.on('headers', (lines: string[], req: IncomingMessage) => {
      for (const [name, value] of Object.entries(headers.get(req) ?? {})) lines.push(`${name}: ${value}`);
    });
  };
  const clients = (): ReadonlySet<WebSocket> => server?.clients ?? NOBODY;
  let heartbeat: NodeJS.Timeout | undefined;
  const alive = new WeakSet<WebSocket>();
  const beat = (): void => {
    for (const socket of clients()) {
      if (!alive.delete(socket)) socket.terminate();
      else if (socket.readyState === socket.OPEN) socket.ping();
    }
    if (clients().size > 0) return;
    clearInterval(heartbeat);
    heartbeat = undefined;
  };
  const serve = (socket: WebSocket, stream: Stream): void => {
    alive.add(socket);
    socket.on('pong', () => alive.add(socket));
    heartbeat ??= setInterval(beat, limits.pingInterval).unref();
    const leave = stream.open(sinkOf(socket, limits));
    socket.once('close', leave);
  };
  closing.addEventListener('abort', () => {
    clearInterval(heartbeat);
    for (const socket of clients()) socket.close(1001, 'the mock is closed');
  });
  return {
    readiness: (req) => {
      const wrong = wrongIn(req);
      if (wrong !== undefined) return { wrong };
      return clients().size >= limits.connections ? 'full' : 'possible';
    },
    open: (req, socket, head, answer) => {
      headers.set(req, answer.headers);
      needed().handleUpgrade(req, socket, head, (webSocket) => {
        // What is no frame is told the client by a code; here it is no news.
        webSocket.on('error', () => undefined);
        limit(webSocket, limits);
        if (closing.aborted) webSocket.close(1001, 'the mock is closed');
        else serve(webSocket, answer.stream);
      });
    },
  };
}

const NOBODY: ReadonlySet<WebSocket> = new Set();

/** What keeps a request from being a handshake (RFC 6455, section 4.2.1). */
function wrongIn({ headers }: IncomingMessage): string | undefined {
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '')) return 'Sec-WebSocket-Key is not 16 bytes in base64';
  if (headers['sec-websocket-version'] !== '13') return 'Sec-WebSocket-Version is not 13';
  if (!/^websocket$/i.test(headers.upgrade ?? '')) return 'Upgrade names more than websocket';
  return undefined;
}

function sinkOf(socket: WebSocket, { bufferedBytes, patience }: WebSocketLimits): StreamSink {
  return {
    send: (text) =>
      new Promise((resolve) => {
        if (socket.readyState !== socket.OPEN) return resolve();
        // Whoever does not read must not hold up those who do, nor fill the memory.
        if (socket.bufferedAmount > bufferedBytes) {
          socket.terminate();
          return resolve();
        }
        const late = setTimeout(() => socket.terminate(), patience).unref();
        socket.send(text, () => {
          clearTimeout(late);
          resolve();
        });
      }),
    close: (code, reason) => socket.close(code, closeReason(reason)),
  };
}

/** Nobody has to be listened to for ever who has nothing to say here. */
function limit(socket: WebSocket, { messages, window }: WebSocketLimits): void {
  let [count, since] = [0, performance.now()];
  const heard = (): void => {
    const now = performance.now();
    if (now - since > window) [count, since] = [0, now];
    count++;
    if (count === messages + 1) socket.close(1008, 'this connection is for reading only');
    if (count > 10 * messages) socket.terminate();
  };
  for (const event of ['message', 'ping', 'pong']) socket.on(event, heard);
}

/** How long a client may take to close its side, in milliseconds. */
const LINGER_MS = 1_000;

/**
 * The response to a handshake that is refused: an ordinary one, and the last on its connection.
 *
 * @example
 * await send(refusalOf(req, socket), answer);
 */
export function responseTo(req: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(req);
  response.shouldKeepAlive = false;
  response.on('error', () => undefined);
  response.assignSocket(socket as Socket);
  response.once('finish', () => {
    // What the client still sends is thrown away for a moment: closing at once would reset the connection under the answer.
    socket.resume();
    socket.end();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  });
  return response;
}

/** Hands the handshakes of a server to whoever answers them. */
export function onHandshake(server: Server, answer: (req: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>): void {
  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => undefined);
    void answer(req, socket, head).catch(() => socket.destroy());
  });
}
