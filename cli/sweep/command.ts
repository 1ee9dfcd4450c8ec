import { spawn } from 'node:child_process';
import { processGroup, tailOf } from '../process-group.js';
import { usage } from '../usage.js';

/** How a command ended. */
export interface Ended {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly timedOut: boolean;
  readonly milliseconds: number;
  /** The last of what it printed, standard output and error together. */
  readonly output: string;
}

export interface CommandOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
  /** Ends the command. */
  readonly signal: AbortSignal;
}

/**
 * Runs a command to its end, and everything that it started with it: what survives a test command would go on asking the mock.
 *
 * @example
 * await runCommand(['npm', 'test'], { env: process.env, timeoutMs: 60_000, signal }); // { exitCode: 0, ... }
 *
 * @throws {InputError} `usage` when the command cannot be started
 */
export function runCommand(command: readonly string[], { env, timeoutMs, signal }: CommandOptions): Promise<Ended> {
  const [file = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(file, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const group = processGroup(child);
    const output = tailOf(child);
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      group.end('SIGTERM');
    }, timeoutMs);
    const interrupted = (): void => group.end('SIGINT');
    signal.addEventListener('abort', interrupted, { once: true });
    if (signal.aborted) interrupted();
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', interrupted);
      group.forget();
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      over();
      reject(notStarted(file, error));
    });
    let milliseconds = 0;
    child.once('exit', () => {
      milliseconds = Math.round(performance.now() - began);
      clearTimeout(timer);
      group.end('SIGTERM');
    });
    child.once('close', (exitCode, by) => {
      over();
      resolve({ exitCode, signal: by, timedOut, milliseconds, output: output() });
    });
  });
}

function notStarted(file: string, { code, message }: NodeJS.ErrnoException): Error {
  const reason = code === 'ENOENT' ? 'there is no such program' : code === 'EACCES' ? 'it may not be executed' : message;
  return usage(
    `${JSON.stringify(file)} cannot be started: ${reason}`,
    'A sweep runs the command once for each failure.',
    'Name a program after --, such as: failpath sweep -- npm test',
  );
}
