import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Running, Server } from '../servers/types.js';
import { pinned, type Pins } from './pin.js';
import { freePort } from '../../test/support/ports.js';
import { cpuMicros } from './proc.js';

const POLL_MS = 2;
const OUTPUT_KEPT = 100_000;

/** Everything that was started and has not ended, so that nothing outlives the bench. */
const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) killGroup(child, 'SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** Whether a request to this URL is answered, whatever the answer. */
export function answers(url: string, timeoutMs = 60_000): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(url, { agent: false, timeout: timeoutMs }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(true));
      answer.on('error', () => resolve(false));
    });
    asked.on('error', () => resolve(false));
    asked.on('timeout', () => asked.destroy());
    asked.end();
  });
}

/** A process that the bench started; it goes, with all that it has started, when told or when the bench ends. */
export interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  output(): string;
  stop(): Promise<void>;
}

/** Starts a process in a group of its own, kept to the given cores. */
export function start(
  cores: string | undefined,
  [command, args]: readonly [string, readonly string[]],
  options: { readonly env?: Readonly<Record<string, string>> | undefined; readonly ipc?: boolean | undefined; readonly cwd?: string } = {},
): Started {
  const [file, all] = pinned(cores, command, args);
  const child = spawn(file, all, {
    detached: true,
    cwd: options.cwd,
    env: { ...process.env, NODE_ENV: 'production', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', ...(options.ipc === true ? (['ipc'] as const) : [])],
  });
  alive.add(child);
  let printed = '';
  const keep = (chunk: Buffer): void => {
    if (printed.length < OUTPUT_KEPT) printed += chunk.toString();
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  child.on('error', (error) => {
    printed += error.message;
  });
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  return {
    child,
    pid: child.pid ?? 0,
    output: () => printed,
    async stop() {
      killGroup(child, 'SIGTERM');
      const timer = setTimeout(() => killGroup(child, 'SIGKILL'), 3000);
      await gone;
      clearTimeout(timer);
      killGroup(child, 'SIGKILL');
      alive.delete(child);
    },
  };
}

async function firstAnswer(name: string, started: Started, url: string, patienceMs: number): Promise<void> {
  const until = performance.now() + patienceMs;
  while (!(await answers(url))) {
    if (started.child.exitCode !== null || performance.now() > until) {
      await started.stop();
      throw new Error(`${name} does not answer; it printed:\n${started.output().slice(-2000)}`);
    }
    await sleep(POLL_MS);
  }
}

/** Starts a server, on other cores than the usual ones if it is told so. */
export type Start = (server: Server, pins?: Pins) => Promise<Running>;

/** Does something with servers that it starts, and ends all of them, whatever becomes of it. */
export async function withServers<T>(usual: Pins | undefined, work: (start: Start) => Promise<T>): Promise<T> {
  const started: Running[] = [];
  try {
    return await work(async (server, pins = usual) => {
      const running = await launch(server, pins);
      started.push(running);
      return running;
    });
  } finally {
    for (const running of started) await running.stop();
  }
}

/** Starts a server, and waits until it answers a first request to this path. */
export async function launch(server: Server, pins: Pins | undefined, path = '/', patienceMs = 120_000): Promise<Running> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'failpath-bench-'));
  const { command, args, env, ipc } = await server.command(port, folder);
  const began = performance.now();
  const started = start(pins?.server, [command, args], { env, ipc, cwd: folder });
  const url = `http://127.0.0.1:${port}`;
  await firstAnswer(server.name, started, `${url}${path}`, patienceMs);
  const startMs = performance.now() - began;
  return {
    name: server.name,
    pid: started.pid,
    port,
    url,
    startMs,
    startCpuMs: cpuMicros(started.pid) / 1000,
    output: started.output,
    async tell(message) {
      started.child.send(message);
      await once(started.child, 'message');
    },
    async stop() {
      await started.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
