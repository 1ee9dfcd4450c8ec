import type { Answers } from '../measure/record.js';

/** How a server is started on a port. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** It can be spoken to with messages. */
  readonly ipc?: boolean | undefined;
}

/** A kind of server that is measured. */
export interface Server {
  readonly name: string;
  /** Of what is installed. */
  version(): string;
  /** What its documentation says about load, in a sentence. */
  readonly configured: string;
  command(port: number, folder: string): Command | Promise<Command>;
}

/** A server that runs, in a process of its own. */
export interface Running {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
  readonly url: string;
  /** Milliseconds from spawn to the first answer. */
  readonly startMs: number;
  /** CPU milliseconds that this took. */
  readonly startCpuMs: number;
  /** What the process has printed so far. */
  output(): string;
  /** For servers with `ipc`: resolves when the message is answered. */
  tell(message: Answers): Promise<void>;
  stop(): Promise<void>;
}
