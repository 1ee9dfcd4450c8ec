import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contract } from '../../support/judge.js';
import { hunt, type Hunted } from '../hunt.js';
import type { Mutant } from '../mutant.js';
import { reportOf } from './report.js';

/** More than there are cores: while one mutant waits for its sockets, another one is judged. */
const AT_ONCE = 4;

export interface KeeperOptions {
  readonly zoo: readonly Mutant[];
  /** Only those whose names contain this, or of this class. */
  readonly only?: string | undefined;
  /** Where the matrix goes, as JSON and Markdown. */
  readonly out: string;
  print(text: string): void;
  /** Told of each mutant as it comes back. */
  onHunted?(hunted: Hunted, done: number, all: number): void;
}

/**
 * Sends the suite after every mutant of a zoo, and says whether it is strong enough.
 *
 * @example
 * process.exitCode = await keep({ zoo: ZOO, out: 'mutants-report', print: (text) => process.stdout.write(text) });
 *
 * @returns The exit code: 1 when a liar survives, a neutral one is blamed, or a declared failure kills nothing; 4 when there is nothing to hunt.
 */
export async function keep({ zoo, only, out, print, onHunted }: KeeperOptions): Promise<number> {
  const began = performance.now();
  const mutants = zoo.filter(({ name, class: kind }) => only === undefined || name.includes(only) || kind === only);
  if (mutants.length === 0) {
    print(`No mutant has ${JSON.stringify(only)} in its name.\n`);
    return 4;
  }
  const hunted: Hunted[] = [];
  let next = 0;
  const hunter = async (): Promise<void> => {
    for (let index = next++; index < mutants.length; index = next++) {
      const one = await hunt(mutants[index] as Mutant);
      hunted.push(one);
      onHunted?.(one, hunted.length, mutants.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, hunter));
  hunted.sort((a, b) => mutants.indexOf(a.mutant) - mutants.indexOf(b.mutant));
  const report = reportOf(hunted, { contract, partial: only !== undefined, durationMs: performance.now() - began });
  await mkdir(out, { recursive: true });
  await Promise.all([writeFile(join(out, 'kill-matrix.json'), report.json), writeFile(join(out, 'kill-matrix.md'), report.markdown)]);
  print(report.text);
  return report.exitCode;
}
