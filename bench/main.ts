import { buildFailpath, buildProcesses, installPeers } from './build.js';
import { startLoad } from './measure/load.js';
import { listen } from './measure/noise.js';
import { choosePins } from './measure/pin.js';
import { optionsOf, type Options } from './options.js';
import { machineInWords } from './report/machine.js';
import { keep, pageOf, type Kept } from './report/results.js';
import { SECTIONS, type Context } from './sections/index.js';

const args = process.argv.slice(2);

/** Only where somebody looks. */
const progress = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`${text}\n`);
};

interface Measured {
  readonly all: readonly Kept[];
  /** Sections that could not be measured, and why. */
  readonly failed: readonly string[];
}

async function measure(options: Options): Promise<Measured> {
  const pins = choosePins();
  const load = startLoad(pins);
  const { rounds, seconds, connections, quick } = options;
  const noise = listen();
  const context: Context = { pins, load, effort: { rounds, seconds, connections, first: noise.add }, quick, progress };
  const about = {
    date: new Date().toISOString().slice(0, 10),
    command: ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' '),
    machine: machineInWords(pins),
  };
  const all: Kept[] = [];
  const failed: string[] = [];
  try {
    for (const section of options.sections) {
      progress(section.title);
      try {
        const found = await section.run(context);
        const noisy = noise.take();
        if (noisy !== undefined) process.stderr.write(`${section.id}: ${noisy}\n`);
        const { id, title } = section;
        const kept = { id, title, about: section.about, ...about, ...found, ...(noisy === undefined ? {} : { noisy }) };
        all.push(kept);
        // Kept at once: whatever happens to the sections behind it.
        if (options.write) await keep([kept], SECTIONS);
      } catch (error) {
        failed.push(`${section.id}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  } finally {
    await load.stop();
  }
  return { all, failed };
}

async function main(): Promise<void> {
  const options = optionsOf(args);
  if (process.platform !== 'linux') throw new Error('the bench reads CPU time and memory of other processes from /proc: it needs Linux');
  installPeers();
  await buildProcesses();
  if (options.build) buildFailpath();
  const { all, failed } = await measure(options);
  process.stdout.write(options.json ? `${JSON.stringify(all, null, 2)}\n` : `${pageOf(all)}\n`);
  if (!options.write) process.stderr.write('bench/results.md is as it was; --write puts these figures there\n');
  if (failed.length > 0) throw new Error(`not measured:\n${failed.join('\n')}`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
