import type { Io } from '../../cli/io.js';
import { main } from '../../cli/program.js';
import type { Ended } from '../support/cli.js';

/** The command in this process, whose code is warm: a process of its own is needed only where it is the point. */
export async function inside(
  args: readonly string[],
  { env = {}, interrupt }: { readonly env?: Io['env']; readonly interrupt?: Promise<void> } = {},
): Promise<Ended> {
  const told = { stdout: '', stderr: '' };
  const io: Io = {
    env,
    out: (text) => void (told.stdout += text),
    err: (text) => void (told.stderr += text),
    outIsTerminal: false,
    errIsTerminal: false,
    color: false,
    onInterrupt: (listener) => {
      void interrupt?.then(listener);
      return () => undefined;
    },
  };
  return { exitCode: await main(args, io), ...told };
}
