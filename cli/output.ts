import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { InputError, makeFolder } from '../spec/index.js';

/**
 * Writes what a command makes to the file of `--out`, whose folder is made if need be.
 *
 * @param lost what is not there without it, for the message
 * @throws {InputError} `output-unwritable`
 */
export function writeOutput(file: string, text: string, lost: string): void {
  attempt(file, lost, () => {
    makeFolder(dirname(file));
    writeFileSync(file, text);
  });
}

/**
 * Does what makes a file or a folder.
 *
 * @throws {InputError} `output-unwritable`
 */
export function attempt(path: string, lost: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new InputError([
      {
        problem: 'output-unwritable',
        what: `${path} cannot be written (${error instanceof Error ? error.message : String(error)})`,
        why: lost,
        remedy: 'Give --out a place that can be written to, or leave it away to have it printed.',
      },
    ]);
  }
}
