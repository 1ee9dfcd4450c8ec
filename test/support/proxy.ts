import { Agent, createServer, request, ServerResponse, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Operation } from '../../spec/index.js';
import { contract } from './judge.js';

/** An answer of one of the contract's operations on its way back through the proxy. */
export interface Answer {
  readonly status: number;
  /** As they are written; those of the deployment are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The connection is reset after so many bytes of the body; 0 for before anything is answered. */
  readonly cutAfter?: number;
}

/** What an answer answers. */
export interface Asked {
  readonly operation: Operation;
  readonly authorization: string | undefined;
}

/** What a proxy does on the way; it touches nothing but answers of the contract's operations. */
export interface Meddling {
  answer?(answer: Answer, asked: Asked): Answer | Promise<Answer>;
  /** Answers in place of what is behind the proxy, if ever; `undefined` lets a request through. */
  instead?(request: IncomingMessage): Answer | Promise<Answer> | undefined;
  /** Takes from requests what asks for a WebSocket, as many a proxy does unless it is told otherwise. */
  readonly dropsUpgrades?: boolean;
}

export interface Proxy {
  readonly url: string;
  close(): Promise<void>;
}

/** Headers of one connection, which a proxy does not pass on; the length is that of the new body. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length']);

/**
 * Starts a proxy in front of a deployment: a deployment that lies, seen from outside; or one that has several servers, of which each
 * request, and each WebSocket, goes to the next. Uploads are streamed.
 *
 * @example
 * const proxy = await startProxy(mock.url, { answer: (answer) => ({ ...answer, status: 418 }) });
 */
export async function startProxy(
  target: string | readonly string[],
  { answer: meddle, instead, dropsUpgrades = false }: Meddling = {},
): Promise<Proxy> {
  const agent = new Agent({ keepAlive: true });
  const targets = [target].flat();
  let turn = 0;

  const forward = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const own = instead?.(incoming);
    if (own !== undefined) {
      incoming.resume();
      void Promise.resolve(own).then((answer) => write(outgoing, answer));
      return;
    }
    const { method = 'GET', url = '/' } = incoming;
    const { connection: _, upgrade: __, ...others } = incoming.headers;
    const headers = dropsUpgrades ? others : incoming.headers;
    const operation = contract.route(method, url.split('?')[0] ?? '')?.operation;
    const upstream = request(targets[turn++ % targets.length] ?? '', { agent, method, path: url, headers });
    upstream.once('error', () => outgoing.destroy());
    upstream.once('upgrade', (answered, behind: Socket) => switchOver(outgoing, answered, behind));
    upstream.once('response', (answered) => {
      if (operation === undefined || meddle === undefined) {
        outgoing.writeHead(answered.statusCode ?? 502, passed(answered));
        answered.pipe(outgoing);
        return;
      }
      void read(answered)
        .then((answer) => meddle(answer, { operation, authorization: headers.authorization }))
        .then((answer) => write(outgoing, answer));
    });
    incoming.pipe(upstream);
  };

  const server = createServer({ keepAliveTimeout: 60_000 }, forward);
  const open = new Set<Socket>();
  if (!dropsUpgrades) {
    server.on('upgrade', (incoming: IncomingMessage, socket: Socket) => {
      open.add(socket.on('error', () => undefined));
      const outgoing = new ServerResponse(incoming);
      outgoing.shouldKeepAlive = false;
      outgoing.assignSocket(socket);
      outgoing.once('finish', () => socket.end());
      forward(incoming, outgoing);
    });
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      for (const socket of open) socket.destroy();
      agent.destroy();
      await closed;
    },
  };
}

/** From here on it is a WebSocket: both sides are passed on as they come. */
function switchOver(outgoing: ServerResponse, { rawHeaders }: IncomingMessage, behind: Socket): void {
  const { socket } = outgoing.req;
  const lines = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}`] : []));
  socket.write(['HTTP/1.1 101 Switching Protocols', ...lines, '', ''].join('\r\n'));
  behind.on('error', () => socket.destroy());
  socket.on('close', () => behind.destroy());
  behind.pipe(socket);
  socket.pipe(behind);
}

async function read(answered: IncomingMessage): Promise<Answer> {
  let text = '';
  for await (const chunk of answered.setEncoding('utf8')) text += String(chunk);
  return { status: answered.statusCode ?? 502, headers: passed(answered), text };
}

function passed({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (HOP_BY_HOP.has(name) ? [] : [[name, String(value)]])));
}

function write(outgoing: ServerResponse, { status, headers, text, cutAfter }: Answer): void {
  if (cutAfter === 0) {
    outgoing.req.socket.resetAndDestroy();
    return;
  }
  outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) });
  if (cutAfter === undefined) outgoing.end(text);
  else outgoing.write(Buffer.from(text).subarray(0, cutAfter), () => outgoing.req.socket.destroy());
}
