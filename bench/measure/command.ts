import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Told } from '../load-types.js';
import { PROCESSES } from '../servers/paths.js';
import { start } from './spawn.js';

/** What a command took, and how it ended. */
export interface Took extends Told {
  readonly exitCode: number | null;
  readonly output: string;
}

/** Runs a Node program to its end, in an empty folder, on the given cores. */
export async function runNode(cores: string | undefined, ...args: readonly string[]): Promise<Took> {
  const folder = mkdtempSync(join(tmpdir(), 'failpath-bench-'));
  const file = join(folder, 'told.json');
  const tell = pathToFileURL(join(PROCESSES, 'tell.js')).href;
  const env = { FAILPATH_BENCH_TELL: file };
  const started = start(cores, [process.execPath, ['--import', tell, ...args]], { env, cwd: folder });
  try {
    if (started.child.exitCode === null) await once(started.child, 'close');
    const told = JSON.parse(readFileSync(file, 'utf8')) as Told;
    return { ...told, exitCode: started.child.exitCode, output: started.output() };
  } catch (error) {
    throw new Error(`${args.join(' ')} did not end well:\n${started.output().slice(-2000)}`, { cause: error });
  } finally {
    await started.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
