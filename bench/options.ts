import { Command, InvalidArgumentError, Option } from 'commander';
import { SECTIONS, type Section } from './sections/index.js';

/** What the command line asks for. */
export interface Options {
  readonly sections: readonly Section[];
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  readonly quick: boolean;
  readonly json: boolean;
  readonly build: boolean;
  readonly write: boolean;
}

const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('a number above 0 is needed');
  return value;
};

function sectionsOf(text: string): readonly Section[] {
  return text.split(',').map((id) => {
    const section = SECTIONS.find((one) => one.id === id);
    if (section === undefined) throw new InvalidArgumentError(`there are ${SECTIONS.map((one) => one.id).join(', ')}`);
    return section;
  });
}

/** Reads the command line; ends the process where it cannot be understood. */
export function optionsOf(args: readonly string[]): Options {
  const command = new Command('npm run bench --')
    .addOption(new Option('--only <sections>', 'some sections, with commas between them').argParser(sectionsOf))
    .addOption(new Option('--rounds <n>', 'how often servers take turns').argParser(positive))
    .addOption(new Option('--seconds <n>', 'how long each turn is').argParser(positive))
    .addOption(new Option('--connections <n>', 'how many connections ask at once').argParser(positive).default(32))
    .option('--quick', 'a pass through everything in a few minutes', false)
    .option('--json', 'print what was found as JSON', false)
    .option('--no-build', 'measure what was built before')
    .option('--write', 'put the figures into bench/results.md and bench/results.json, in the place of those of the same sections')
    .option('--no-write', 'leave these as they are, which is the default')
    .parse([...args], { from: 'user' });
  const given = command.opts<Partial<Options> & { readonly only?: readonly Section[] }>();
  const quick = given.quick === true;
  return {
    sections: given.only ?? SECTIONS,
    rounds: Math.ceil(given.rounds ?? (quick ? 2 : 5)),
    seconds: given.seconds ?? (quick ? 1 : 3),
    connections: Math.ceil(given.connections ?? 32),
    quick,
    json: given.json === true,
    build: given.build !== false,
    write: given.write === true,
  };
}
