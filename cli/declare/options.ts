import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ShardOption } from '../shard.js';

/** Which failures a command is about. */
export function selecting(command: Command): Command {
  return command
    .addOption(contractOption())
    .option('--operation <glob>', 'only operations like this; repeatable', collect)
    .option('--status <glob>', 'only statuses like this; repeatable', collect)
    .option('--code <glob>', 'only codes like this; repeatable', collect);
}

/** What a command says of the deployment that it drives, and of how. */
export function driving(command: Command): Command {
  return readying(command)
    .option('--deployment <file>', 'the deployment under test: base URL, identities, capabilities (default: the embedded sandbox)')
    .option('--url <url>', 'a deployment by its address alone; a failpath mock there describes itself')
    .option('--filter <globs>', 'only failures that match all these globs by operation, status or code; repeatable', collect)
    .option('--concurrency <n>', 'how many paths run at once', whole(1, 64), 8)
    .option('--rate <n>', 'at most so many requests per second', positive)
    .option('--timeout <seconds>', 'per request (default: 30)', positive)
    .option('--header <name:value>', 'sent with every request; repeatable', collect)
    .option('--ca <file>', 'PEM file of certificate authorities to trust')
    .option('--proxy <url>', 'HTTP proxy to go through')
    .option('--reruns <n>', 'how often a path that is not proven is run again: if it passes then, it is flaky', whole(0, 5), 1)
    .option('--remove-leftovers', 'revoke the keys that aborted runs, or scripts of reports, left behind')
    .addOption(suiteOption());
}

/** How a run comes to a deployment that is not there yet. */
export function readying(command: Command): Command {
  return command
    .option('--start <command>', 'starts the deployment, and ends it after the run')
    .option('--wait <seconds>', 'until the deployment answers (default: 60 with --start or --wait-for, else not at all)', positive)
    .option('--wait-for <address>', 'an address or a path of the deployment that says with a 2xx that it is ready');
}

/** Where the failure paths are. */
export function suiteOption(): Option {
  return new Option(
    '--suite <module>',
    "the failure paths (default: failpath.suite.js for an API of your own, failpath's own for the ATS)",
  );
}

/** Where the contract is. */
export function contractOption(): Option {
  return new Option('--contract <file>', "the contract (default: openapi.yaml, or failpath's own ATS contract)");
}

/** An option that may be given more than once. */
export function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

/** The same, of a few words. */
export function oneOf<T extends string>(words: readonly T[]): (value: string, previous: readonly T[] | undefined) => readonly T[] {
  return (value, previous) => {
    const word = words.find((one) => one === value);
    if (word === undefined) throw new InvalidArgumentError(`Allowed choices are ${words.join(', ')}.`);
    return [...(previous ?? []), word];
  };
}

/** Which one of how many. */
export function shard(value: string): ShardOption {
  const [, index, of] = /^(\d{1,4})\/(\d{1,4})$/.exec(value)?.map(Number) ?? [];
  if (index === undefined || of === undefined || index < 1 || index > of)
    throw new InvalidArgumentError('It is which one of how many, such as 2/4.');
  return { index, of };
}

/** A whole number within limits. */
export function whole(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!Number.isInteger(number) || number < least || number > most || value.trim() === '') {
      throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`);
    }
    return number;
  };
}

/** The same, or a word in its place. */
export function wholeOr<T extends string>(word: T, least: number, most: number): (value: string) => number | T {
  return (value) => {
    const number = /^[1-9]\d*$/.test(value) ? Number(value) : NaN;
    if (value === word) return word;
    if (Number.isInteger(number) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It is ${word}, or a whole number from ${least} to ${most}.`);
  };
}

/** An empty text, such as of a variable that is not set, is no share: the gate must not stand open for it. */
export function percent(value: string): number {
  const number = Number(value);
  if (!(number >= 0 && number <= 100) || value.trim() === '') throw new InvalidArgumentError('It is a number from 0 to 100.');
  return number;
}

/** A number over 0. */
export function positive(value: string): number {
  const number = Number(value);
  if (!Number.isFinite(number) || number <= 0) throw new InvalidArgumentError('It is a number over 0.');
  return number;
}
