import { spawn } from 'node:child_process';
import { createTransport, waitUntilReady, type Deployment } from '../contracts/index.js';
import type { Io } from './io.js';
import { lastLines, processGroup, tailOf } from './process-group.js';

/** How a run comes to a deployment that is not there yet. */
export interface ReadyOptions {
  /** A command line that starts the deployment; it is ended with the run. */
  readonly start?: string;
  /** The most to wait for an answer, in seconds; by default 60 for what is started, and not at all otherwise. */
  readonly wait?: number;
  /** The address to ask, or its path: a 2xx says that the deployment is ready. By default any answer of the deployment does. */
  readonly waitFor?: string;
}

/** What was started, to be ended. */
export interface Started {
  end(): Promise<void>;
}

const STARTED_WITHIN_SECONDS = 60;
const NOTHING: Started = { end: () => Promise.resolve() };

/**
 * Starts what a run needs, if it is told to, and waits until the deployment answers.
 *
 * @example
 * const started = await makeReady({ url: 'http://127.0.0.1:3000', http }, { start: 'npm start', wait: 60 }, io);
 *
 * @throws {Unready} when it does not answer in time, or ends before it does
 */
export async function makeReady(
  { url, http }: Pick<Deployment, 'url' | 'http'>,
  { start, wait, waitFor }: ReadyOptions,
  io: Pick<Io, 'env' | 'err' | 'errIsTerminal' | 'onInterrupt'>,
): Promise<Started> {
  const seconds = wait ?? (start === undefined && waitFor === undefined ? 0 : STARTED_WITHIN_SECONDS);
  const server = start === undefined ? undefined : startServer(start, io.env);
  if (seconds === 0) return server ?? NOTHING;
  const abort = new AbortController();
  const unlisten = io.onInterrupt(() => abort.abort());
  const transport = createTransport({ ...http, timeoutMs: Math.min(http.timeoutMs, seconds * 1000), connections: 1 });
  const asked = waitFor === undefined ? url : URL.canParse(waitFor) ? waitFor : `${url}/${waitFor.replace(/^\/+/, '')}`;
  const clear = (): void => (io.errIsTerminal ? io.err('\r\u001b[2K') : undefined);
  try {
    await waitUntilReady(transport, {
      ...{ url: asked, healthy: waitFor !== undefined, seconds, signal: abort.signal },
      lost: () => server?.ended(),
      waiting: (passed) => (io.errIsTerminal ? io.err(`\r\u001b[2Kwaiting for ${asked}: ${passed} s of ${seconds}`) : undefined),
    });
    return server ?? NOTHING;
  } catch (error) {
    await server?.end();
    throw error;
  } finally {
    clear();
    unlisten();
    await transport.close();
  }
}

interface Server extends Started {
  /** How it has ended, if it has. */
  ended(): string | undefined;
}

function startServer(command: string, env: Io['env']): Server {
  const child = spawn(command, { env, shell: true, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const group = processGroup(child);
  const output = tailOf(child);
  let ended: string | undefined;
  const closed = new Promise<void>((resolve) => {
    child.once('error', ({ message }) => {
      ended = `${JSON.stringify(command)} cannot be started: ${message}`;
      resolve();
    });
    child.once('exit', (exitCode, signal) => {
      ended = `${JSON.stringify(command)} has ended with ${signal ?? `exit code ${exitCode}`}`;
    });
    child.once('close', () => resolve());
  });
  return {
    ended: () => (ended === undefined ? undefined : [ended, ...lastLines(output())].join('\n    ')),
    end: async () => {
      group.end('SIGTERM');
      await closed;
      group.forget();
    },
  };
}
