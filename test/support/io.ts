import { main } from '../../cli/program.js';
import type { Ended } from './cli.js';
import type { Io } from '../../cli/io.js';

/** What a command has written, and the interrupt that a test can send it. */
export interface TestIo extends Io {
  readonly written: { out: string; err: string };
  interrupt(): void;
}

export function testIo({
  env = {},
  terminal = false,
}: { readonly env?: Record<string, string>; readonly terminal?: boolean } = {}): TestIo {
  const written = { out: '', err: '' };
  const listeners = new Set<() => void>();
  const { PATH = '' } = process.env;
  return {
    written,
    env: { PATH, ...env },
    out: (text) => (written.out += text),
    err: (text) => (written.err += text),
    outIsTerminal: terminal,
    errIsTerminal: terminal,
    color: false,
    onInterrupt: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    interrupt: () => [...listeners].forEach((listener) => listener()),
  };
}

/**
 * Runs a command line in this process: what its code costs to load is paid once.
 *
 * @example
 * const { exitCode, stdout } = await inProcess(['list', '--json']);
 */
export async function inProcess(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const io = testIo({ env });
  const exitCode = await main(args, io);
  return { exitCode, stdout: io.written.out, stderr: io.written.err };
}
