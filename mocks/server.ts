import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { applyFault, type Fault } from './faults/index.js';
import { hostName } from './hosts.js';
import type { Connection, MockAnswer, MockRequest } from './types.js';

/** What a server needs: answers. None of these may throw. */
export interface App {
  answer(request: MockRequest): Promise<{ readonly answer: MockAnswer; readonly fault?: Fault | undefined }>;
  /** Aborted when the server closes: faults that wait end then. */
  readonly closing: AbortSignal;
  /** To what is no HTTP request, or to the rest of one that is being answered and recorded by itself. */
  refuseFraming(why: string, answering: boolean): MockAnswer;
  /** To a request that wants another protocol. */
  refuseRoute(request: Pick<MockRequest, 'method' | 'path' | 'query'>, why: string): MockAnswer;
}

/** Of the request line and all headers together, in bytes. */
export const MAX_HEADER_BYTES = 16_384;
/** The rest of a refused body is thrown away up to here, so that the connection can go on; beyond it is cut. */
const MAX_DRAIN_BYTES = 64 * 1_048_576;
const HEADERS_TIMEOUT = 60_000;
/** Of silence, on a socket that is in use; a slow upload is not silent. */
const SOCKET_TIMEOUT = 300_000;
/** Longer than the usual client keeps a connection, so that it is the client who closes it. */
const KEEP_ALIVE_TIMEOUT = 75_000;

/**
 * An HTTP/1.1 server in front of an app. It answers whatever arrives, be it HTTP or not, and nothing that a client
 * sends makes it throw.
 *
 * @example
 * const server = createHttpServer(app, () => 'localhost:4010');
 * server.listen(4010);
 *
 * @param address Host and port to build URLs from when a request names no usable host.
 */
export function createHttpServer(app: App, address: () => string): Server {
  const responses = new WeakMap<Duplex, ServerResponse>();
  let underWay = 0;
  let answered: number | undefined;
  const serve = (req: IncomingMessage, res: ServerResponse): void => {
    responses.set(req.socket, res);
    underWay++;
    void handle(app, address, req, res).finally(() => {
      underWay--;
      answered = connectionOf(req.socket).id;
    });
  };
  const server = createServer(
    // A missing Host is answered like everything else, by the app and in the envelope.
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      requireHostHeader: false,
      requestTimeout: 0,
      headersTimeout: HEADERS_TIMEOUT,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    },
    serve,
  );
  server.timeout = SOCKET_TIMEOUT;
  server.on('connection', (socket) => {
    connectionOf(socket, underWay === 0 ? answered : undefined);
    answered = undefined;
  });
  server.on('checkExpectation', serve);
  server.on('connect', (req: IncomingMessage, socket: Duplex) => {
    const target = { method: 'CONNECT', path: (req.url ?? '').slice(0, 1_000), query: new URLSearchParams() };
    finish(socket, app.refuseRoute(target, 'the mock is no proxy'));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const response = responses.get(socket);
    const answering = response !== undefined && response.headersSent && !response.writableEnded;
    if (!socket.writable || answering || error.code === 'ECONNRESET') socket.destroy();
    else finish(socket, app.refuseFraming(reasonOf(error), response !== undefined && !response.writableEnded && !response.req.complete));
  });
  return server;
}

async function handle(app: App, address: () => string, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const ignore = (): void => undefined;
  req.on('error', ignore);
  res.on('error', ignore);
  try {
    const request = requestOf(req, address);
    const { answer, fault } = /\bwebsocket\b/i.test(req.headers.upgrade ?? '')
      ? { answer: app.refuseRoute(request, 'the contract has no WebSocket'), fault: undefined }
      : await app.answer(request);
    if (fault === undefined) send(res, answer);
    else await applyFault(fault, res, answer, { closing: app.closing });
    drain(req);
  } catch {
    // Only a header that cannot be written comes here; the connection is of no more use.
    res.destroy();
  }
}

function requestOf(req: IncomingMessage, address: () => string): MockRequest {
  const { url, path, search } = splitTarget(req.url ?? '/');
  const host = hostName(req.headers.host) === undefined ? address() : (req.headers.host ?? '');
  return {
    method: req.method ?? 'GET',
    path,
    query: new URLSearchParams(search),
    url,
    headers: req.headers,
    baseUrl: `http://${host}`,
    // Leaving the body unread must not destroy the socket: the answer still has to go out on it.
    body: { [Symbol.asyncIterator]: () => req.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array> },
    connection: connectionOf(req.socket),
  };
}

/** Proxies send the whole URL. */
function splitTarget(target: string): { url: string; path: string; search: string } {
  const local = target.startsWith('/') ? target : target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '');
  const at = local.indexOf('?');
  const path = at < 0 ? local : local.slice(0, at);
  return { url: local === '' ? '/' : local, path: path === '' ? '/' : path, search: at < 0 ? '' : local.slice(at + 1) };
}

const connections = new WeakMap<Duplex, Connection>();
let opened = 0;

/** Counts connections as they are opened. */
function connectionOf(socket: Duplex, after?: number): Connection {
  let connection = connections.get(socket);
  if (connection === undefined) {
    connection = { id: ++opened, opened: performance.now(), ...(after === undefined ? {} : { after }) };
    connections.set(socket, connection);
  }
  return connection;
}

function send(res: ServerResponse, { status, headers, body }: MockAnswer): void {
  if (res.destroyed) return;
  const length =
    body !== undefined ? { 'content-length': Buffer.byteLength(body) } : status === 204 || status === 304 ? {} : { 'content-length': 0 };
  res.writeHead(status, { ...headers, ...length });
  res.end(body);
}

/** Reads what is left of a body, so that the next request on the connection can be found behind it. */
function drain(req: IncomingMessage): void {
  if (req.complete || req.destroyed) return;
  let bytes = 0;
  req.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > MAX_DRAIN_BYTES) req.destroy();
  });
  req.resume();
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return `the request line and headers are longer than ${MAX_HEADER_BYTES} bytes`;
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return `the headers were not complete within ${HEADERS_TIMEOUT / 1_000} seconds`;
    default:
      return `this is not valid HTTP (${message.replace(/^Parse Error: /, '').slice(0, 200)})`;
  }
}

/** Writes an answer without the help of node:http, and closes the connection once it is out. */
function finish(socket: Duplex, { status, headers, body = '' }: MockAnswer): void {
  const lines = Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' });
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines.map(([name, value]) => `${name}: ${value}`)].join('\r\n');
  socket.on('error', () => undefined);
  // What the client still sends is thrown away for a moment: closing at once would reset the connection under the answer.
  socket.resume();
  socket.end(`${head}\r\n\r\n${body}`);
  setTimeout(() => socket.destroy(), LINGER).unref();
}

const LINGER = 1_000;
