import type { Command } from 'commander';
import type { Io } from '../io.js';

/** What commands are declared on. */
export interface Face {
  readonly program: Command;
  readonly io: Io;
  /** Called with the exit code. */
  readonly done: (exitCode: number) => void;
}
