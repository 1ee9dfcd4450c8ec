import { once } from 'node:events';
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Replayed } from '../load-types.js';
import type { Recorded } from './record.js';

/** A proxy before a server, which keeps what passes. WebSockets pass unseen. */
export interface Recorder {
  readonly url: string;
  /** In the order in which the requests came, and their answers in the same. */
  readonly requests: readonly Replayed[];
  readonly answers: readonly Recorded[];
  close(): Promise<void>;
}

/** What belongs to a connection, not to a message; the host is the other server's, and lengths are found anew. */
const HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host', 'date', 'expect']);

const pairsOf = (raw: readonly string[]): readonly (readonly [string, string])[] =>
  raw.flatMap((name, at) => (at % 2 === 0 && !HOP.has(name.toLowerCase()) ? [[name, raw[at + 1] ?? ''] as const] : []));

/** Where sessions are opened; a request names its session in a header, or in its path. */
const SESSIONS = '/__admin/sessions';
const IN_PATH = /^\/(?:__session|__admin\/sessions)\/(\w+)/;

function sessionOf({ method, url = '', headers }: IncomingMessage, answer: Buffer): string | undefined {
  if (method === 'POST' && url === SESSIONS) return (JSON.parse(answer.toString()) as { readonly id: string }).id;
  const named = headers['x-failpath-session'];
  return typeof named === 'string' ? named : IN_PATH.exec(url)?.[1];
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export async function startRecorder(port: number): Promise<Recorder> {
  const requests: Replayed[] = [];
  const answers: Recorded[] = [];
  const sockets = new Set<Socket>();
  let begun = 0;

  const pass = async (from: IncomingMessage, to: ServerResponse): Promise<void> => {
    const at = begun++;
    const body = await bytesOf(from);
    const [method, path] = [from.method ?? 'GET', from.url ?? '/'];
    const bytes = body.length === 0 ? undefined : body.toString('base64');
    const sent = ask({ port, host: '127.0.0.1', method, path, headers: from.headers, agent: false });
    sent.end(body);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const [read, status] = [await bytesOf(answer), answer.statusCode ?? 0];
    const headers = [...pairsOf(answer.rawHeaders), ...(status === 204 ? [] : [['Content-Length', String(read.length)] as const])];
    const sentHeaders = Object.fromEntries(pairsOf(from.rawHeaders));
    requests[at] = { method, path, headers: sentHeaders, body: bytes, status, session: sessionOf(from, read) };
    answers[at] = { key: `${method} ${path}`, status, headers, body: read.toString('base64') };
    to.writeHead(status, headers.flat());
    to.end(read);
  };
  const server = createServer((from, to) => {
    pass(from, to).catch(() => to.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (from: IncomingMessage, near: Duplex, head: Buffer) => {
    const far = connect(port, '127.0.0.1');
    const lines = from.rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${from.rawHeaders[at + 1] ?? ''}`] : []));
    far.write(`${from.method} ${from.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    far.write(head);
    near.on('error', () => far.destroy()).pipe(far);
    far.on('error', () => near.destroy()).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answers,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
