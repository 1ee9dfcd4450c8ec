import { createServer, request, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { startObserving, type ObserveOptions, type Observing } from '../../contracts/index.js';
import { contract } from '../support/judge.js';

export interface Upstream {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
}

/** Upstreams and proxies of a suite; all are closed after each test. */
export function observations(): {
  upstream(serve: (req: IncomingMessage, res: ServerResponse) => void, prepare?: (server: Server) => void): Promise<Upstream>;
  observe(upstream: string, options?: Partial<ObserveOptions>): Promise<Observing & { readonly port: number }>;
  closeAll(): Promise<void>;
} {
  let closers: (() => Promise<unknown>)[] = [];
  return {
    upstream: async (serve, prepare) => {
      const server = createServer(serve);
      prepare?.(server);
      const sockets = new Set<Socket>();
      server.on('connection', (socket: Socket) => {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
      });
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
      closers.push(() => {
        const closed = new Promise((resolve) => server.close(resolve));
        for (const socket of sockets) socket.destroy();
        return closed;
      });
      const { port } = server.address() as AddressInfo;
      return { url: `http://127.0.0.1:${port}`, port, server };
    },
    observe: async (upstream, options = {}) => {
      const observing = await startObserving({ upstream, contract, port: 0, ...options });
      closers.push(() => observing.close(0));
      return { ...observing, port: Number(new URL(observing.url).port) };
    },
    closeAll: async () => {
      const closing = closers;
      closers = [];
      await Promise.all(closing.map((close) => close()));
    },
  };
}

export interface Answered {
  readonly status: number;
  readonly message: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly trailers: readonly string[];
  readonly body: Buffer;
}

/** One request by node's own client, which shows the head as it came. */
export function ask(
  url: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('error', reject);
      answer.once('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          message: answer.statusMessage ?? '',
          headers: answer.headers,
          rawHeaders: answer.rawHeaders,
          trailers: answer.rawTrailers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

/** A connection that is written to and read byte by byte. */
export interface Line {
  readonly socket: Socket;
  write(text: string | Buffer): void;
  /** Resolves once all that has come matches; rejects when the connection ends before. */
  until(pattern: RegExp): Promise<string>;
  readonly closed: Promise<string>;
}

export function open(port: number): Line {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let seen = '';
  let over = false;
  let wake = (): void => undefined;
  socket.setEncoding('latin1').on('data', (text: string) => {
    seen += text;
    wake();
  });
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => {
    socket.once('end', () => socket.end());
    socket.once('close', () => {
      over = true;
      wake();
      resolve(seen);
    });
  });
  return {
    socket,
    write: (text) => void socket.write(text),
    until: async (pattern) => {
      for (;;) {
        if (pattern.test(seen)) return seen;
        if (over) throw new Error(`It ended without ${String(pattern)}: ${seen}`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    closed,
  };
}

/** An error of the contract, as its bytes. */
export const refusal = (code: string, more: object = {}): string =>
  JSON.stringify({
    error: { code, message: 'No.', request_id: `req_${Math.random().toString(16).slice(2).padEnd(32, '0').slice(0, 32)}`, ...more },
  });
