/** What a command may touch of the world outside: handed in, so that commands stay functions. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Standard output: the command's result. */
  out(text: string): void;
  /** Standard error: progress and complaints. */
  err(text: string): void;
  /** What is piped into the command, as text, at most so many bytes of it; absent where nothing is. */
  input?(limitBytes: number): Promise<string>;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  readonly color: boolean;
  /**
   * Called at the first interrupt; the second one ends the process, unless it is told to `again`: then the third one does. Returns how to
   * stop listening.
   */
  onInterrupt(listener: () => void, again?: () => void): () => void;
}

/** The process's own streams; NO_COLOR and FORCE_COLOR are respected (no-color.org). */
export function processIo(): Io {
  const { env, stdin, stdout, stderr } = process;
  const outIsTerminal = stdout.isTTY;
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  return {
    env,
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    ...(stdin.isTTY ? {} : { input: (limitBytes: number) => readInput(stdin, limitBytes) }),
    outIsTerminal,
    errIsTerminal: stderr.isTTY && env['CI'] === undefined,
    color: (env['NO_COLOR'] ?? '') === '' && (forced || outIsTerminal),
    onInterrupt: (listener, again) => {
      const listeners = again === undefined ? [listener] : [listener, again];
      // The same listeners for every signal: with none for a moment, a second signal would kill the process.
      const handle = (exitCode: number): void => {
        const next = listeners.shift();
        if (next === undefined) process.exit(exitCode);
        next();
      };
      const onInt = (): void => handle(130);
      const onTerm = (): void => handle(143);
      process.on('SIGINT', onInt);
      process.on('SIGTERM', onTerm);
      return () => {
        process.removeListener('SIGINT', onInt);
        process.removeListener('SIGTERM', onTerm);
      };
    },
  };
}

/** What is beyond the limit is read and dropped, so that whoever writes it is not cut off. */
async function readInput(stream: AsyncIterable<Buffer>, limitBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let left = limitBytes;
  for await (const chunk of stream) {
    if (left > 0) chunks.push(chunk.subarray(0, left));
    left -= chunk.length;
  }
  return Buffer.concat(chunks).toString('utf8');
}
