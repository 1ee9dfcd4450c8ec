import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A webhook as it arrived. */
export interface Arrived {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: Buffer;
  readonly body: Record<string, unknown>;
}

/** A status, or something else that a receiver can do to a request. */
export type Reaction = number | 'silence' | 'reset' | ((res: ServerResponse) => void);

/** Somebody's server for webhooks: plain node:http, and nothing of the mock's. */
export class Receiver {
  readonly arrived: Arrived[] = [];
  /** What is done to the next requests; the last goes on. */
  reactions: Reaction[] = [204];
  readonly #server: Server;
  #waiting: (() => void)[] = [];

  private constructor() {
    this.#server = createServer((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('error', () => undefined);
      req.on('end', () => {
        const raw = Buffer.concat(chunks);
        this.arrived.push({ path: req.url ?? '', headers: req.headers, raw, body: JSON.parse(raw.toString()) as Record<string, unknown> });
        this.#react(res);
        for (const wake of this.#waiting.splice(0)) wake();
      });
    });
  }

  static async start(host: string = '127.0.0.1'): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, host, resolve));
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  url(path: string = '/hook'): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** Resolves once so many have arrived. */
  async until(count: number): Promise<void> {
    while (this.arrived.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Connections that are open. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) => this.#server.getConnections((error, count) => (error ? reject(error) : resolve(count))));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #react(res: ServerResponse): void {
    const reaction = (this.reactions.length > 1 ? this.reactions.shift() : this.reactions[0]) ?? 204;
    if (typeof reaction === 'function') reaction(res);
    else if (reaction === 'reset') res.socket?.resetAndDestroy();
    else if (reaction !== 'silence') res.writeHead(reaction).end();
  }
}

/** What a receiver checks before it believes: over the bytes as they came. */
export function isGenuine({ headers, raw }: Pick<Arrived, 'headers' | 'raw'>, secretBase64: string, now: number): boolean {
  const match = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-allfeat-signature']));
  if (match === null || headers['x-allfeat-timestamp'] !== match[1]) return false;
  const [, unix = '', signature = ''] = match;
  if (Math.abs(now / 1_000 - Number(unix)) > 300) return false;
  const expected = createHmac('sha256', Buffer.from(secretBase64, 'base64')).update(`${unix}.`).update(raw).digest();
  return timingSafeEqual(expected, Buffer.from(signature, 'hex'));
}
