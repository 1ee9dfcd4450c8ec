import type { ChildProcess } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

/** The most that is kept of what a command prints. */
const OUTPUT_BYTES = 16_384;
const OUTPUT_LINES = 12;
/** From asking a process to end until it is made to. */
const GRACE_MS = 2_000;

/** A command, and everything that it starts. */
export interface ProcessGroup {
  /** Asks every process of the group to end, and makes them a little later. */
  end(signal: NodeJS.Signals): void;
  forget(): void;
}

/** A command leads a group of its own, so that an interrupt at the terminal does not reach it twice, and nothing of it stays behind. */
export function processGroup(child: ChildProcess): ProcessGroup {
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

/** The last of what a command prints, standard output and error together. */
export function tailOf(child: ChildProcess): () => string {
  let tail = Buffer.alloc(0);
  const keep = (chunk: Buffer): void => {
    tail = Buffer.concat([tail, chunk]);
    if (tail.length > OUTPUT_BYTES) tail = tail.subarray(tail.length - OUTPUT_BYTES);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => tail.toString('utf8');
}

/** The last lines that a command printed, fit for a report: without the codes that move a cursor or change a color. */
export function lastLines(output: string, most: number = OUTPUT_LINES): string[] {
  const lines = stripVTControlCharacters(output)
    .replace(/(?![\t\n])\p{Cc}/gu, '')
    .split('\n')
    .map((text) => text.trimEnd());
  while (lines.at(-1) === '') lines.pop();
  return lines.slice(-most);
}
