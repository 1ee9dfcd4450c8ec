import { spawn } from 'node:child_process';
import {
  createRedactor,
  createTransport,
  isThere,
  secretsOf,
  waitUntilReady,
  type Deployment,
  type Redactor,
  type Transport,
} from '../contracts/index.js';
import { InputError } from '../spec/index.js';
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
 * const started = await makeReady(deployment, { start: 'npm start', wait: 60 }, io);
 *
 * @throws {Unready} when it does not answer in time, or fails before it does
 * @throws {InputError} `address-unavailable` when somebody answers already: whoever is started would not be who is driven
 */
export async function makeReady(
  deployment: Deployment,
  { start, wait, waitFor }: ReadyOptions,
  io: Pick<Io, 'env' | 'err' | 'errIsTerminal' | 'onInterrupt'>,
): Promise<Started> {
  const { url, http } = deployment;
  const seconds = wait ?? (start === undefined && waitFor === undefined ? 0 : STARTED_WITHIN_SECONDS);
  if (seconds === 0 && start === undefined) return NOTHING;
  const abort = new AbortController();
  // Until the run ends: between two listeners a signal would end this process, and leave behind what it has started.
  const unlisten = io.onInterrupt(() => abort.abort());
  const transport = createTransport({ ...http, timeoutMs: Math.min(http.timeoutMs, seconds * 1000), connections: 1 });
  const asked = waitFor === undefined ? url : URL.canParse(waitFor) ? waitFor : `${url}/${waitFor.replace(/^\/+/, '')}`;
  let server: Server | undefined;
  try {
    if (start !== undefined) await refuseTaken(transport, url, start);
    server = start === undefined ? undefined : startServer(start, io.env, redactorOf(deployment));
    await waitUntilReady(transport, {
      ...{ url: asked, healthy: waitFor !== undefined, seconds, signal: abort.signal },
      lost: () => server?.failed(),
      waiting: (passed) => (io.errIsTerminal ? io.err(`\r\u001b[2Kwaiting for ${asked}: ${passed} s of ${seconds}`) : undefined),
    });
  } catch (error) {
    await server?.end();
    unlisten();
    throw error;
  } finally {
    if (io.errIsTerminal) io.err('\r\u001b[2K');
    await transport.close();
  }
  return {
    end: async () => {
      const failed = server?.failed();
      if (failed !== undefined) io.err(`during the run, ${failed}\n`);
      await server?.end();
      unlisten();
    },
  };
}

/** An old server at the address would be driven in place of the new one, and proven in its name. */
async function refuseTaken(transport: Transport, url: string, start: string): Promise<void> {
  const status = await transport.send({ method: 'GET', url, headers: {} }, { phase: 'given', label: 'taken?' }).then(
    (answer) => answer.status,
    () => undefined,
  );
  if (status === undefined || !isThere(status)) return;
  throw new InputError([
    {
      problem: 'address-unavailable',
      what: `${url} answers already (${status}), before ${JSON.stringify(start)} was started`,
      why: 'Whoever answers there would be driven in place of what is started.',
      remedy: 'End what listens there, or leave out --start to drive it.',
    },
  ]);
}

function redactorOf(deployment: Deployment): Redactor {
  const redactor = createRedactor();
  for (const { value, variable } of secretsOf(deployment)) redactor.add(value, variable);
  return redactor;
}

interface Server extends Started {
  /** How it has failed, if it has; one that ends well may have started others, as `docker compose up -d` does. */
  failed(): string | undefined;
}

function startServer(command: string, env: Io['env'], { redact }: Redactor): Server {
  const child = spawn(command, { env, shell: true, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const group = processGroup(child);
  const output = tailOf(child);
  let failed: string | undefined;
  const closed = new Promise<void>((resolve) => {
    child.once('error', ({ message }) => {
      failed = `${JSON.stringify(command)} cannot be started: ${message}`;
      resolve();
    });
    child.once('exit', (exitCode, signal) => {
      if (exitCode !== 0) failed = `${JSON.stringify(command)} has ended with ${signal ?? `exit code ${exitCode}`}`;
    });
    child.once('close', () => resolve());
  });
  return {
    failed: () => (failed === undefined ? undefined : redact([failed, ...lastLines(output())].join('\n    '))),
    end: async () => {
      group.end('SIGTERM');
      await closed;
      group.forget();
    },
  };
}
