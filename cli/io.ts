/** What a command may touch of the world outside: handed in, so that commands stay functions. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Standard output: the command's result. */
  out(text: string): void;
  /** Standard error: progress and complaints. */
  err(text: string): void;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  readonly color: boolean;
  /** Called at the first interrupt; the second one ends the process. Returns how to stop listening. */
  onInterrupt(listener: () => void): () => void;
}

/** The process's own streams; NO_COLOR and FORCE_COLOR are respected (no-color.org). */
export function processIo(): Io {
  const { env, stdout, stderr } = process;
  const outIsTerminal = stdout.isTTY;
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  return {
    env,
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    outIsTerminal,
    errIsTerminal: stderr.isTTY && env['CI'] === undefined,
    color: (env['NO_COLOR'] ?? '') === '' && (forced || outIsTerminal),
    onInterrupt: (listener) => {
      const once = (): void => {
        process.once('SIGINT', () => process.exit(130));
        process.once('SIGTERM', () => process.exit(143));
        listener();
      };
      process.once('SIGINT', once);
      process.once('SIGTERM', once);
      return () => {
        process.removeListener('SIGINT', once);
        process.removeListener('SIGTERM', once);
      };
    },
  };
}
