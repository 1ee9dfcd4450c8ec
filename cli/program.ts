import { Command, CommanderError } from 'commander';
import { EXIT } from '../ci/index.js';
import { Unready } from '../contracts/index.js';
import { formatFinding, InputError, version } from '../spec/index.js';
import type { Io } from './io.js';
import { declareBeyond, declareContract, declareDecide, declareMocking } from './declare/index.js';
import { INTERRUPTED_EXIT } from './words.js';

/**
 * Runs one command line and returns its exit code; nothing is thrown, whatever is in the arguments.
 *
 * @example
 * process.exitCode = await main(['list', '--code', 'api_key.*'], processIo());
 */
export async function main(args: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.proven;
  const program = createProgram(io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    return explain(error, io);
  }
}

function explain(error: unknown, io: Io): number {
  // Help and version end the command as well; commander has printed what is wrong with a flag already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.proven : EXIT.invalid;
  if (isInputError(error)) {
    io.err(`${error.findings.map(formatFinding).join('\n')}\n`);
    return EXIT.invalid;
  }
  if (isUnready(error)) {
    io.err(`${error.message}\n`);
    return error.interrupted ? INTERRUPTED_EXIT : EXIT.unjudged;
  }
  io.err(
    `failpath broke; this is a bug in failpath, not in your API.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return EXIT.crash;
}

// Commands are imported when they are asked for. A loader that makes CommonJS of modules has a second copy of this code by then, whose errors
// are known by what they are called.
const isInputError = (error: unknown): error is InputError =>
  error instanceof InputError || (error instanceof Error && error.name === 'InputError' && 'findings' in error);
const isUnready = (error: unknown): error is Unready =>
  error instanceof Unready || (error instanceof Error && error.name === 'Unready' && 'interrupted' in error);

function createProgram(io: Io, done: (code: number) => void): Command {
  const program = new Command('failpath')
    .description('Gate API deploys on the error contract: every code an API can answer, mocked, driven and proven.')
    .version(version())
    .showHelpAfterError('See --help.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.err(text),
      getOutHasColors: () => io.color,
      getErrHasColors: () => io.color,
    });

  for (const declare of [declareDecide, declareMocking, declareBeyond, declareContract]) declare({ program, io, done });
  return program;
}
