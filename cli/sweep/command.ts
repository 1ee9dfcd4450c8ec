import { spawn, type ChildProcess } from 'node:child_process';
import { usage } from '../targets.js';

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

const OUTPUT_BYTES = 16_384;
/** From asking a process to end until it is made to. */
const GRACE_MS = 2_000;

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

interface ProcessGroup {
  /** Asks every process of the group to end, and makes them a little later. */
  end(signal: NodeJS.Signals): void;
  forget(): void;
}

/** A command leads a group of its own, so that an interrupt at the terminal does not reach it twice, and nothing of it stays behind. */
function processGroup(child: ChildProcess): ProcessGroup {
  const { pid } = child;
  const kill = (signal: NodeJS.Signals): void => {
    try {
      if (pid !== undefined) process.kill(-pid, signal);
    } catch {
      // Nobody is left.
    }
  };
  const atExit = (): void => kill('SIGKILL');
  process.once('exit', atExit);
  let timer: NodeJS.Timeout | undefined;
  return {
    end: (signal) => {
      kill(signal);
      timer ??= setTimeout(() => {
        kill('SIGKILL');
        // Who has left the group may still hold the other end of the pipes.
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, GRACE_MS);
    },
    forget: () => {
      clearTimeout(timer);
      process.removeListener('exit', atExit);
    },
  };
}

function tailOf(child: ChildProcess): () => string {
  let tail = Buffer.alloc(0);
  const keep = (chunk: Buffer): void => {
    tail = Buffer.concat([tail, chunk]);
    if (tail.length > OUTPUT_BYTES) tail = tail.subarray(tail.length - OUTPUT_BYTES);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => tail.toString('utf8');
}

function notStarted(file: string, { code, message }: NodeJS.ErrnoException): Error {
  const reason = code === 'ENOENT' ? 'there is no such program' : code === 'EACCES' ? 'it may not be executed' : message;
  return usage(
    `${JSON.stringify(file)} cannot be started: ${reason}`,
    'A sweep runs the command once for each failure.',
    'Name a program after --, such as: failpath sweep -- npm test',
  );
}
