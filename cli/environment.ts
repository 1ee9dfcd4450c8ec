import { InvalidArgumentError, type Command, type Option } from 'commander';
import type { Io } from './io.js';

/** What CI systems say of a run: their inputs are variables. */
const BY_VARIABLE: ReadonlySet<string> = new Set([
  ...[
    '--contract',
    '--suite',
    '--deployment',
    '--url',
    '--start',
    '--wait',
    '--wait-for',
    '--filter',
    '--shard',
    '--timings',
    '--policy',
    '--build',
    '--store',
  ],
  ...['--concurrency', '--rate', '--timeout', '--reruns', '--ca', '--proxy', '--out'],
]);

/**
 * Lets options of a command be said by environment variables as well: `--wait-for` by FAILPATH_WAIT_FOR. The command line goes first,
 * and an empty variable says nothing, since CI systems declare all that they know.
 *
 * @example
 * byEnvironment(program.command('verify').option('--url <url>'), io);
 */
export function byEnvironment(command: Command, { env }: Pick<Io, 'env'>): Command {
  command.hook('preAction', () => {
    for (const option of command.options) {
      const value = env[variableOf(option)] ?? '';
      const source = command.getOptionValueSource(option.attributeName());
      if (!BY_VARIABLE.has(option.long ?? '') || value === '' || (source !== undefined && source !== 'default')) continue;
      command.setOptionValueWithSource(option.attributeName(), parse(command, option, value), 'env');
    }
  });
  const names = command.options.filter(({ long }) => BY_VARIABLE.has(long ?? '')).map(variableOf);
  return command.addHelpText('after', `\nEnvironment, where the command line says nothing:\n${wrap(names)}`);
}

function variableOf({ long }: Option): string {
  return `FAILPATH_${(long ?? '').slice(2).toUpperCase().replaceAll('-', '_')}`;
}

function parse(command: Command, option: Option, value: string): unknown {
  try {
    return option.parseArg === undefined ? value : option.parseArg(value, undefined);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    return command.error(`error: ${variableOf(option)} is ${JSON.stringify(value)}, as ${option.flags}: ${error.message}`);
  }
}

const WIDTH = 78;

function wrap(names: readonly string[]): string {
  const lines = names.reduce<string[]>((all, name) => {
    const last = all.at(-1);
    if (last === undefined || last.length + name.length + 2 > WIDTH) return [...all, `  ${name}`];
    return [...all.slice(0, -1), `${last}, ${name}`];
  }, []);
  return lines.join(',\n');
}
