import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createClient } from 'redis';
import { temporaryFolder } from '../support/cli.js';
import { freePort } from '../support/ports.js';

/** A redis-server of a test's own, on a port of its own. */
export interface RedisServer {
  readonly port: number;
  /** `redis://127.0.0.1:<port>` */
  readonly url: string;
  /** Ends it, and waits until it is gone; without a signal as its administrator would. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port, in the same folder, and waits until it takes connections. */
  start(): Promise<void>;
  /** It goes on holding its connections, but does nothing (SIGSTOP), until it is thawed (SIGCONT). */
  freeze(): void;
  thaw(): void;
  /** What it answers to a command, such as `CONFIG`, `SET`, `maxmemory`, `2mb`. */
  command(...words: readonly string[]): Promise<unknown>;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Starts a redis-server that keeps nothing across restarts, unless its settings say so.
 *
 * @param settings As on its command line, such as `--requirepass`, `secret`.
 *
 * @example
 * const redis = await startRedis();
 * const store = await openRedisStore(redis.url);
 * await redis.stop('SIGKILL');
 */
export async function startRedis(settings: readonly string[] = []): Promise<RedisServer> {
  const folder = temporaryFolder();
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no', ...settings];
  const url = `redis://127.0.0.1:${port}`;
  let child = await launch(args);
  return {
    port,
    url,
    stop: (signal = 'SIGTERM') => end(child, signal),
    start: async () => {
      child = await launch(args);
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    command: async (...words) => {
      const client = await createClient({ url, socket: { reconnectStrategy: false } })
        .on('error', () => undefined)
        .connect();
      try {
        return await client.sendCommand([...words]);
      } finally {
        client.destroy();
      }
    },
  };
}

function launch(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn('redis-server', [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  child.once('close', () => running.delete(child));
  let output = '';
  return new Promise((resolve, reject) => {
    const read = (text: string): void => {
      output += text;
      if (/ready to accept connections/i.test(output)) resolve(child);
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    child.once('close', () => reject(new Error(`redis-server ended:\n${output}`)));
    child.once('error', (error: NodeJS.ErrnoException) => {
      running.delete(child);
      const missing = 'These tests need redis-server on the PATH, such as by: apt-get install redis-server';
      reject(error.code === 'ENOENT' ? new Error(missing) : error);
    });
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  // A frozen process would not hear of anything but SIGKILL.
  child.kill('SIGCONT');
  child.kill(signal);
  await closed;
}
