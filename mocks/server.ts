import { createServer, STATUS_CODES, type IncomingMessage, type OutgoingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { Readable, type Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { applyFault, type Fault } from './faults/index.js';
import { repeatedIn } from './headers.js';
import { hostName } from './hosts.js';
import {
  createLine,
  encoded,
  HTTP_LIMITS,
  pacedBody,
  wholeBody,
  type EncodedAnswer,
  type HttpLimits,
  type KeyPair,
  type LoadOptions,
} from './http/index.js';
import { lately } from './once.js';
import { createQueues, type Queues } from './queues.js';
import { now } from './moment.js';
import type { Connection, MockAnswer, MockRequest } from './types.js';
import { asksForWebSocket, Incoming } from './incoming.js';
import type { Soon } from './soon.js';
import { createWebSockets, onHandshake, responseTo, type WebSockets } from './websocket.js';

/** An answer, how it is to be spoiled, and when whatever waits in it ends, if not with the server. */
export interface Served {
  readonly answer: MockAnswer;
  readonly fault?: Fault | undefined;
  readonly closing?: AbortSignal | undefined;
}

/** What a server needs: answers. None of these may throw. */
export interface App {
  /** @param isTooMuch Whether there is no time for it; without it, the app knows itself. */
  answer(request: MockRequest, isTooMuch?: boolean): Soon<Served>;
  /** Whether a path is the control API's, which is answered at once, however many others wait; without it, none is. */
  isControl?(path: string): boolean;
  /** Aborted when the server closes: faults that wait end then. */
  readonly closing: AbortSignal;
  /** To what is no HTTP request, or to the rest of one that is being answered and recorded by itself. */
  refuseFraming(why: string, answering?: boolean): MockAnswer;
  /** Whether an operation that opens a WebSocket has the path; without it, none has. */
  upgrades?(request: Pick<MockRequest, 'method' | 'path'>): boolean;
  /** To a request that wants another protocol. */
  refuseRoute(request: Pick<MockRequest, 'method' | 'path' | 'query'>, why: string): MockAnswer;
}

export interface ServerOptions {
  /** With it, the server speaks TLS. */
  readonly tls?: KeyPair | undefined;
  readonly limits?: Partial<HttpLimits> | undefined;
  /** How much may wait before requests are answered as too many. */
  readonly load?: LoadOptions | undefined;
}

/** What the handling of one request needs to know of its server. */
interface Host {
  readonly app: App;
  /** Scheme, host and port of a request. */
  readonly baseUrl: (host: string | undefined) => string;
  readonly limits: HttpLimits;
  /** Whether the server closes, and nothing comes after a response. */
  readonly closesAfter: (res: ServerResponse) => boolean;
}

/**
 * An HTTP/1.1 server in front of an app, over TLS if it has a key pair. It answers whatever arrives, be it HTTP or not, and
 * nothing that a client sends makes it throw.
 *
 * @example
 * const server = createHttpServer(app, () => 'localhost:4010');
 * server.listen(4010);
 *
 * @param address Host and port to build URLs from when a request names no usable host.
 */
export function createHttpServer(app: App, address: () => string, { tls, limits: own, load }: ServerOptions = {}): Server {
  const limits = { ...HTTP_LIMITS, ...own };
  // Whoever has sent a request, and then closes its side, has not left: it waits for the answer. (TLS ends both sides at once.)
  const server = Object.assign(listener(tls, limits), { httpAllowHalfOpen: true });
  const queues = createQueues();
  const baseUrl = lately(
    (name: string | undefined): string =>
      `${tls === undefined ? 'http' : 'https'}://${hostName(name) === undefined ? address() : (name ?? '')}`,
    MOST_NAMES,
  );
  const host: Host = { app, baseUrl, limits, closesAfter: (res) => !server.listening && queues.last(res.req.socket) === res };
  let underWay = 0;
  let answered: number | undefined;
  const done = (socket: Duplex): void => {
    underWay--;
    answered = connectionOf(socket).id;
  };
  const begin = ({ res, whole }: Arrived, isTooMuch: boolean): void => {
    const { req } = res;
    const { socket } = req;
    const work = handle(host, req, res, whole, isTooMuch);
    if (work === undefined) done(socket);
    else void work.finally(() => done(socket));
  };
  const line = createLine(
    {
      begin,
      hurries: ({ res: { req } }: Arrived) => app.isControl?.(splitTarget(req.url ?? '/').path) === true,
      sender: ({ res: { req } }: Arrived) => req.socket,
    },
    load,
  );
  const read = (res: ServerResponse, whole: Uint8Array | undefined): void => line.take({ res, whole });
  const serve = (req: Incoming, res: ServerResponse<Incoming>): void => {
    queues.add(res);
    underWay++;
    req.gather(MOST_GATHERED, read, res);
  };
  const webSockets = createWebSockets(limits.webSocket, app.closing);
  onHandshake(server, async (req, socket, head) => {
    await queues.whole(socket);
    underWay++;
    await handshake(host, webSockets, { req, socket, head }).finally(() => done(socket));
  });
  server.timeout = limits.socketTimeout;
  server.maxConnections = limits.connections;
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Duplex) => {
    line.accepted();
    connectionOf(socket, underWay === 0 ? answered : undefined);
    answered = undefined;
  });
  server.on('request', serve);
  server.on('checkExpectation', serve);
  server.on('connect', (req: IncomingMessage, socket: Duplex) => {
    const target = { method: 'CONNECT', path: (req.url ?? '').slice(0, 1_000), query: new URLSearchParams() };
    void queues.whole(socket).then(() => finish(socket, app.refuseRoute(target, 'the mock is no proxy')));
  });
  const refused = new WeakSet<Duplex>();
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const plain = error.code === 'ERR_SSL_HTTP_REQUEST' ? belowTls(socket) : undefined;
    if (plain !== undefined) return finish(plain, app.refuseFraming(`this is HTTP without TLS; call https://${address()} instead`));
    if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
    // What follows broken framing is broken as well.
    if (refused.has(socket)) return;
    refused.add(socket);
    void refuseRest(socket, reasonOf(error, limits), queues, app);
  });
  return server;
}

/** A request, and all of its body where that came along. */
interface Arrived {
  readonly res: ServerResponse;
  readonly whole: Uint8Array | undefined;
}

/** By which clients call the server, that are remembered. */
const MOST_NAMES = 10;
/** Bytes; what is longer is read as it comes. */
const MOST_GATHERED = 65_536;

function listener(tls: KeyPair | undefined, { headerBytes, headersTimeout, keepAliveTimeout, checkInterval }: HttpLimits): Server {
  const options = {
    maxHeaderSize: headerBytes,
    // A missing Host is answered like everything else, by the app and in the envelope.
    requireHostHeader: false,
    // A whole request may take as long as its body keeps up its pace.
    requestTimeout: 0,
    headersTimeout,
    keepAliveTimeout,
    connectionsCheckingInterval: checkInterval,
    IncomingMessage: Incoming,
  };
  if (tls === undefined) return createServer(options);
  return createTlsServer({ ...options, cert: tls.cert, key: tls.key, handshakeTimeout: headersTimeout });
}

const ignore = (): void => undefined;

/** Answers a request; what is not done at once is answered. */
function handle(
  host: Host,
  req: IncomingMessage,
  res: ServerResponse,
  whole: Uint8Array | undefined,
  isTooMuch: boolean,
): Promise<void> | undefined {
  if (whole === undefined) req.on('error', ignore);
  res.on('error', ignore);
  try {
    const served = answerTo(host.app, req, requestOf(host, req, whole, res), isTooMuch);
    if (!(served instanceof Promise)) {
      const sending = deliver(host, req, res, served);
      return sending?.catch(() => void res.destroy());
    }
    return served.then((answered) => deliver(host, req, res, answered)).catch(() => void res.destroy());
  } catch {
    // Only a header that cannot be written comes here; the connection is of no more use.
    res.destroy();
    return undefined;
  }
}

function deliver(
  host: Host,
  req: IncomingMessage,
  res: ServerResponse,
  { answer, fault, closing = host.app.closing }: Served,
): Promise<void> | undefined {
  const sending = fault === undefined ? send(host, res, answer) : applyFault(fault, res, answer, { closing });
  if (sending !== undefined) return sending.then(() => drain(req, host.limits));
  drain(req, host.limits);
  return undefined;
}

/** A request for a WebSocket belongs to an operation that opens one, and to nothing else. */
function answerTo(app: App, req: IncomingMessage, request: MockRequest, isTooMuch: boolean): ReturnType<App['answer']> {
  if (!asksForWebSocket(req) || app.upgrades?.(request) === true) return app.answer(request, isTooMuch);
  return { answer: app.refuseRoute(request, 'the contract has no WebSocket there') };
}

/** Answers a request that came as the handshake of a WebSocket, and is one only if the answer says so. */
async function handshake(
  host: Host,
  webSockets: WebSockets,
  { req, socket, head }: { readonly req: IncomingMessage; readonly socket: Duplex; readonly head: Buffer },
): Promise<void> {
  const { app } = host;
  const request = { ...requestOf(host, req, NOTHING), upgrade: webSockets.readiness(req) };
  const { answer, fault, closing = app.closing } = await answerTo(app, req, request, false);
  const { stream } = answer;
  if (socket.destroyed) return;
  if (stream !== undefined && fault === undefined) return webSockets.open(req, socket, head, { ...answer, stream });
  const res = responseTo(req, socket);
  if (fault === undefined) await send(host, res, answer);
  else await applyFault(fault, res, answer, { closing });
}

const NOTHING = new Uint8Array();
const NO_QUERY: MockRequest['query'] = new URLSearchParams();

function requestOf({ baseUrl, limits }: Host, req: IncomingMessage, whole: Uint8Array | undefined, res?: ServerResponse): MockRequest {
  const { url, path, search } = splitTarget(req.url ?? '/');
  const { headers } = req;
  return {
    method: req.method ?? 'GET',
    path,
    query: search === '' ? NO_QUERY : new URLSearchParams(search),
    url,
    headers,
    baseUrl: baseUrl(headers.host),
    body:
      whole !== undefined
        ? wholeBody(whole)
        : pacedBody(req, limits.body, () => {
            // The rest of the body would have to be waited for: the answer is the last on this connection.
            if (res !== undefined) res.shouldKeepAlive = false;
          }),
    connection: connectionOf(req.socket),
    repeated: repeatedIn(req.rawHeaders, headers),
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
  if (connection === undefined) connections.set(socket, (connection = newConnection(after)));
  return connection;
}

/** From where connections are counted: those of several processes must not have the same ids. */
export function connectionsFrom(number: number): void {
  opened = number;
}

/** One more connection, as of now. */
export function newConnection(after?: number): Connection {
  return { id: ++opened, opened: now(), ...(after === undefined ? {} : { after }) };
}

function send(host: Host, res: ServerResponse, answer: MockAnswer): Promise<void> | undefined {
  const { req } = res;
  if (answer.passedOn !== undefined) return passOn(res, answer, answer.passedOn);
  // Not for HEAD: what it is told of the length is then true of an answer without coding.
  const coded = req.method === 'HEAD' ? answer : encoded(answer, req.headers['accept-encoding']);
  if (coded instanceof Promise) return coded.then((made) => write(host, res, made));
  write(host, res, coded);
  return undefined;
}

function write({ closesAfter }: Host, res: ServerResponse, { status, headers, body }: EncodedAnswer): void {
  if (res.destroyed) return;
  if (closesAfter(res)) res.shouldKeepAlive = false;
  const length = body !== undefined ? Buffer.byteLength(body) : status === 204 || status === 304 ? undefined : 0;
  // As a list, for node:http takes a record apart again, and looks at every name twice.
  const lines: string[] = [];
  for (const name in headers) if (length === undefined || name !== 'content-length') lines.push(name, headers[name] as string);
  if (length !== undefined) lines.push('content-length', String(length));
  res.writeHead(status, lines);
  res.end(body);
}

/** What breaks off on one side breaks off on the other: the client must not take a part for the whole. */
async function passOn(
  res: ServerResponse,
  { status, headers: own }: MockAnswer,
  { headers, body }: NonNullable<MockAnswer['passedOn']>,
): Promise<void> {
  const source = Readable.from(body, { objectMode: false });
  try {
    if (!res.destroyed) res.writeHead(status, { ...own, ...headers } as OutgoingHttpHeaders);
    await pipeline(source, res);
  } finally {
    source.destroy();
  }
}

/** Reads what is left of a body, at its pace, so that the next request on the connection can be found behind it. */
function drain(req: IncomingMessage, { drainBytes, body: { graceMs, bytesPerSecond } }: HttpLimits): void {
  if (req.complete || req.destroyed) return;
  // Whoever has left off reading may still be listening.
  req.removeAllListeners('readable');
  let bytes = 0;
  let expected = 1;
  req.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > drainBytes) req.destroy();
  });
  const check = setInterval(() => {
    if (bytes < expected) req.destroy();
    expected += (graceMs / 1_000) * bytesPerSecond;
  }, graceMs).unref();
  for (const end of ['end', 'close']) req.once(end, () => clearInterval(check));
  req.resume();
}

/** The connection that TLS was to be spoken on; Node offers no public way down to it. */
function belowTls(socket: Duplex): Duplex | undefined {
  const { _parent: parent } = socket as { readonly _parent?: Duplex | null };
  return parent?.writable === true ? parent : undefined;
}

/** Refuses what is no HTTP, once those who asked before on its connection have their answers. */
async function refuseRest(socket: Duplex, why: string, queues: Queues, app: App): Promise<void> {
  await queues.whole(socket);
  const response = queues.last(socket);
  const unfinished = response !== undefined && !response.writableEnded;
  if (!socket.writable || (unfinished && response.headersSent)) socket.destroy();
  else finish(socket, app.refuseFraming(why, unfinished && !response.req.complete));
}

function reasonOf({ code, message }: NodeJS.ErrnoException, { headerBytes, headersTimeout }: HttpLimits): string {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return `the request line and headers are longer than ${headerBytes} bytes`;
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return `the headers were not complete within ${headersTimeout / 1_000} seconds`;
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
