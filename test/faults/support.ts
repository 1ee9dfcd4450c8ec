import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Agent, request } from 'undici';
import { applyFault, type After, type Fault, type FaultSurroundings } from '../../mocks/faults/index.js';
import type { MockAnswer } from '../../mocks/index.js';

/** What the faults of these tests spoil. */
export const BODY: string = JSON.stringify({ error: { code: 'common.forbidden', message: 'Not for you, André.', request_id: 'req_1' } });
export const ANSWER: MockAnswer = { status: 403, headers: { 'content-type': 'application/json', 'x-request-id': 'req_1' }, body: BODY };

export interface Tiny {
  readonly url: string;
  readonly port: number;
  /** Connections so far. */
  readonly connections: number;
  /** Waits for the fault answers so far to be over, and counts them. */
  settled(): Promise<number>;
  /** As a mock closes: what hangs ends at once. */
  close(): Promise<void>;
}

export interface TinyOptions extends FaultSurroundings {
  /** `undefined` for faults without an answer; by default {@link ANSWER}. */
  readonly answer?: MockAnswer | undefined;
  readonly create?: ((serve: (req: IncomingMessage, res: ServerResponse) => void) => Server) | undefined;
}

/** A server that answers `/ok`, and everything else with its fault. */
export async function startTiny(fault: Fault, options: TinyOptions = {}): Promise<Tiny> {
  const closing = new AbortController();
  const pending: Promise<void>[] = [];
  const sockets = new Set<Socket>();
  const answer = 'answer' in options ? options.answer : ANSWER;
  const serve = (req: IncomingMessage, res: ServerResponse): void => {
    sockets.add(req.socket);
    if (req.url === '/ok') {
      req.resume();
      res.end('ok');
      return;
    }
    pending.push(applyFault(fault, res, answer, { closing: closing.signal, ...options }));
  };
  // The longest patience, so that no timer of the server can end what a fault should.
  const server = (options.create ?? ((listener) => createServer({ keepAliveTimeout: 60_000 }, listener)))(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    get connections() {
      return sockets.size;
    },
    settled: async () => (await Promise.all(pending)).length,
    close: async () => {
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      closing.abort();
      await Promise.all(pending);
      server.closeIdleConnections();
      await closed;
    },
  };
}

/** What a client made of an answer. */
export interface Seen {
  /** When there was a head that it could read. */
  readonly status?: number;
  /** As far as it came. */
  readonly body: string;
  /** Code of the error, if there was one: Node's, undici's, llhttp's, or curl's exit code. */
  readonly error?: string | number;
  /** The error in words. */
  readonly says?: string;
}

export interface Client {
  readonly name: 'fetch' | 'undici' | 'curl';
  see(url: string): Promise<Seen>;
  /** One after the other, on one connection as long as it lasts; `undefined` for what cannot be told apart. */
  seeAll(urls: readonly string[]): Promise<readonly (Seen | undefined)[]>;
}

export const CLIENTS: readonly Client[] = [
  { name: 'fetch', see: viaFetch, seeAll: (urls) => inTurn(urls, viaFetch) },
  {
    name: 'undici',
    see: (url) => withAgent((agent) => viaUndici(agent, url)),
    seeAll: (urls) => withAgent((agent) => inTurn(urls, (url) => viaUndici(agent, url))),
  },
  {
    name: 'curl',
    see: (url) => curl([url]),
    seeAll: async (urls) => {
      const between = '\n--\n';
      const { body, ...last } = await curl(['--write-out', `%{stdout}${between}%{stderr}%{http_code}`, ...urls]);
      const bodies = body.split(between);
      return urls.map((_, at) =>
        at === 0 ? { status: 200, body: bodies[0] ?? '' } : at === urls.length - 1 ? { ...last, body: bodies[at] ?? '' } : undefined,
      );
    },
  },
];

async function inTurn(urls: readonly string[], see: (url: string) => Promise<Seen>): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const url of urls) seen.push(await see(url));
  return seen;
}

function viaFetch(url: string): Promise<Seen> {
  return read(async () => {
    const { status, body } = await fetch(url);
    return { status, body: body ?? [] };
  });
}

/** Keeps what had come when an error ended it. */
async function read(
  ask: () => Promise<{ readonly status: number; readonly body: Iterable<Uint8Array> | AsyncIterable<Uint8Array> }>,
): Promise<Seen> {
  let head: { readonly status?: number } = {};
  const bytes: Uint8Array[] = [];
  const soFar = (): Seen => ({ ...head, body: Buffer.concat(bytes).toString() });
  try {
    const { status, body } = await ask();
    head = { status };
    for await (const chunk of body) bytes.push(chunk);
    return soFar();
  } catch (thrown) {
    // fetch hides what happened in the cause.
    const { code, name, message } = ((thrown as Error).cause ?? thrown) as Error & { readonly code?: unknown };
    return { ...soFar(), error: typeof code === 'string' ? code : name, says: message };
  }
}

async function withAgent<T>(use: (agent: Agent) => Promise<T>): Promise<T> {
  const agent = new Agent({ connections: 1 });
  try {
    return await use(agent);
  } finally {
    await agent.destroy();
  }
}

function viaUndici(dispatcher: Agent, url: string): Promise<Seen> {
  return read(async () => {
    const { statusCode, body } = await request(url, { dispatcher });
    return { status: statusCode, body };
  });
}

/** Runs curl; without a status where it read no head. */
export function curl(args: readonly string[]): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const child = spawn('curl', ['--silent', '--max-time', '20', '--write-out', '%{stderr}%{http_code}', ...args]);
    let [body, told] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (body += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      const status = Number(told.slice(-3));
      resolve({ ...(status === 0 ? {} : { status }), body, ...(code === 0 ? {} : { error: code ?? -1 }) });
    });
  });
}

/** Time that passes only when it is told to. */
export interface ManualTime {
  readonly after: After;
  /** Milliseconds of the timers that are set, the next first. */
  readonly waiting: readonly number[];
  /** Lets the next timer run out; waits for it to be set. */
  next(): Promise<number>;
}

export function manualTime(): ManualTime {
  const timers: { readonly milliseconds: number; readonly run: () => void }[] = [];
  let announce: (() => void) | undefined;
  return {
    after: (milliseconds, run) => {
      const timer = { milliseconds, run };
      timers.push(timer);
      announce?.();
      return () => {
        const at = timers.indexOf(timer);
        if (at >= 0) timers.splice(at, 1);
      };
    },
    get waiting() {
      return timers.map(({ milliseconds }) => milliseconds);
    },
    next: async () => {
      if (timers.length === 0) await new Promise<void>((resolve) => (announce = resolve));
      const timer = timers.shift();
      timer?.run();
      return timer?.milliseconds ?? 0;
    },
  };
}
