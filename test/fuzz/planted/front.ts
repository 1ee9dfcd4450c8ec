import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** A request as it came to the front: what is written here is what goes on to the application. */
export interface Fronted {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Names and values in turn, as they were sent. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** Aborted when nobody waits for the answer any more. */
  readonly gone: AbortSignal;
}

/** The application's answer on its way back. */
export interface Backed {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** What a front does besides passing on; each of it is a place for a bug. */
export interface Duties {
  /** What goes on to the application. */
  readonly before?: (request: Fronted) => Fronted | Promise<Fronted>;
  /** Header lines that are added to an answer and written as they stand; `undefined` for an answer that is left alone. */
  readonly lines?: (request: Fronted, answer: Backed) => readonly string[] | undefined;
}

export interface Front {
  readonly url: string;
  close(): Promise<void>;
}

/** More than the application takes, so that it is the one that refuses. */
const MOST_HEADER_BYTES = 1024 * 1024;

/**
 * A gateway in front of an application, as many deployments have one: it passes on whatever arrives, byte by byte, also what is hardly
 * HTTP, and has duties of its own.
 *
 * @example
 * const front = await startFront(mock.url, {}); // nothing can be told from the application itself
 */
export async function startFront(target: string, duties: Duties): Promise<Front> {
  const { hostname, port } = new URL(target);
  const agent = new Agent({ keepAlive: true });
  const server = createServer({ maxHeaderSize: MOST_HEADER_BYTES, requireHostHeader: false, keepAliveTimeout: 60_000 });
  const open = new Set<Socket>();
  const through = (socket: Socket, first: Buffer): void => {
    const behind = connect(Number(port), hostname);
    behind.write(first);
    behind.pipe(socket).pipe(behind);
    open.add(socket);
    behind.on('error', () => socket.destroy());
    socket.on('error', () => behind.destroy());
    socket.on('close', () => behind.destroy());
  };
  server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    void pass(incoming, outgoing, { ...duties, agent, hostname, port }).catch(() => outgoing.destroy());
  });
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    const lines = pairs(incoming.rawHeaders).map(([name, value]) => `${name}: ${value}`);
    through(socket, Buffer.concat([Buffer.from([`${incoming.method} ${incoming.url} HTTP/1.1`, ...lines, '', ''].join('\r\n')), head]));
  });
  // What is no HTTP is for the application to refuse.
  server.on('clientError', (error: Error & { readonly rawPacket?: Buffer }, socket: Socket) => {
    if (error.rawPacket === undefined || !socket.writable) socket.destroy();
    else through(socket, error.rawPacket);
  });
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

interface Behind extends Duties {
  readonly agent: Agent;
  readonly hostname: string;
  readonly port: string;
}

async function pass(incoming: IncomingMessage, outgoing: ServerResponse, { before, lines, ...behind }: Behind): Promise<void> {
  const { method = 'GET', url = '/', rawHeaders } = incoming;
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  const came: Fronted = { method, url, headers: rawHeaders, body: await read(incoming), gone: gone.signal };
  const asked = before === undefined ? came : await before(came);
  const answer = await ask(asked, behind);
  const added = lines?.(asked, answer);
  if (added === undefined) {
    outgoing.writeHead(answer.status, [...answer.headers]);
    outgoing.end(answer.body);
    return;
  }
  // Written by hand, as servers do that know no better.
  const head = [`HTTP/1.1 ${answer.status} OK`, ...pairs(answer.headers).map(([name, value]) => `${name}: ${value}`), ...added, '', ''];
  outgoing.socket?.end(Buffer.concat([Buffer.from(head.join('\r\n'), 'latin1'), answer.body]));
}

function ask({ method, url, headers, body }: Fronted, { agent, hostname, port }: Behind): Promise<Backed> {
  return new Promise((resolve, reject) => {
    const fixed = pairs(headers).filter(([name]) => !/^(?:content-length|transfer-encoding|connection|expect)$/i.test(name));
    const length = body.length > 0 || /^(?:POST|PUT|PATCH)$/.test(method) ? [['content-length', String(body.length)] as const] : [];
    const outgoing = request({ agent, hostname, port, method, path: url, headers: [...fixed, ...length].flat(), setHost: false });
    outgoing.once('error', reject);
    outgoing.once('response', (answered) => {
      read(answered).then(
        (text) => resolve({ status: answered.statusCode ?? 502, headers: endToEnd(answered, text.length), body: text }),
        reject,
      );
    });
    outgoing.end(body);
  });
}

/** Of an answer: without what belongs to the connection, and with a length. */
function endToEnd({ rawHeaders, statusCode }: IncomingMessage, length: number): readonly string[] {
  const kept = pairs(rawHeaders).filter(([name]) => !/^(?:connection|keep-alive|transfer-encoding|content-length)$/i.test(name));
  return [...kept.flat(), ...(statusCode === 204 || statusCode === 304 ? [] : ['content-length', String(length)])];
}

async function read(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Names and values, each pair by itself. */
export function pairs(headers: readonly string[]): readonly (readonly [name: string, value: string])[] {
  return headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1] ?? ''] as const] : []));
}

/** The value of a header; the first, where there are more. */
export function headerOf({ headers }: Pick<Fronted, 'headers'>, wanted: string): string | undefined {
  return pairs(headers).find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** The same headers with another value for one of them. */
export function withHeader(headers: readonly string[], wanted: string, value: string): readonly string[] {
  return [...pairs(headers).filter(([name]) => name.toLowerCase() !== wanted), [wanted, value] as const].flat();
}

/** A member of a JSON body; `undefined` where there is none. */
export function memberOf(body: Buffer, name: string): unknown {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
  } catch {
    return undefined;
  }
}
