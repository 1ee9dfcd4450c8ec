import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Mock } from '../../mocks/index.js';
import { ROOT } from '../support/cli.js';

/** One of the programs in `docs/examples`. */
export interface Example {
  readonly name: string;
  readonly file: string;
  readonly command: readonly [string, ...string[]];
  /** Whether it listens for webhooks. */
  readonly receives: boolean;
}

const fileOf = (name: string): string => join(ROOT, 'docs', 'examples', name);
/** Node 20 has a WebSocket only if it is asked for. */
const WEB_SOCKET = 'WebSocket' in globalThis ? [] : ['--experimental-websocket'];

export const EXAMPLES: readonly Example[] = [
  {
    name: 'Node',
    file: 'register.mjs',
    command: [process.execPath, ...WEB_SOCKET, fileOf('register.mjs')],
    receives: true,
  },
  { name: 'Python', file: 'register.py', command: ['python3', fileOf('register.py')], receives: true },
  { name: 'curl', file: 'register.sh', command: ['bash', fileOf('register.sh')], receives: false },
];

/** How a program has ended. */
export interface Ran {
  readonly exitCode: number | null;
  readonly out: string;
  readonly error: string;
}

/** A process that hangs must not hang the tests. */
const PATIENCE_MS = 20_000;

/** Runs a program to its end, with nothing else in its environment than what it is given. */
export async function run([program, ...args]: readonly [string, ...string[]], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(program, args, { cwd: ROOT, env: { PATH, HOME, ...env }, stdio: ['ignore', 'pipe', 'pipe'], timeout: PATIENCE_MS });
  let [out, error] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (error += text));
  const [exitCode] = (await once(child, 'close').catch((failed: NodeJS.ErrnoException) => {
    throw failed.code === 'ENOENT' ? new Error(`These tests need ${program} on the PATH, such as by: apt-get install ${program}`) : failed;
  })) as [number | null];
  return { exitCode, out, error };
}

/** Runs an example against a mock, whose clock it moves. */
export function runExample({ command }: Example, url: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return run([...command, url], { ATS_CLOCK: `${url}/__admin/clock`, ...env });
}

/** The clock of a mock, where something happens before time goes on for the first time. */
export async function gatedClock(mock: Mock, atGate: () => Promise<void>): Promise<{ readonly url: string; close(): void }> {
  let gate: Promise<void> | undefined;
  const server = createServer((request, response) => {
    const pass = async (): Promise<void> => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      if (request.method === 'POST') await (gate ??= atGate());
      const body = request.method === 'POST' ? Buffer.concat(chunks) : null;
      const answer = await fetch(`${mock.url}/__admin/clock${request.url}`, { method: request.method ?? 'GET', body });
      response.writeHead(answer.status).end(await answer.text());
    };
    pass().catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, close };
}
