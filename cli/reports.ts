import { accessSync, constants, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { toJunit, type Ledger } from '../contracts/index.js';
import { InputError } from '../spec/index.js';

const REPORTS = ['ledger.json', 'junit.xml'] as const;

/**
 * Makes the folder for the reports, before a run takes the time that it takes.
 *
 * @throws {InputError} `output-unwritable`
 */
export function prepareFolder(folder: string): void {
  writing(folder, () => {
    makeFolder(resolve(folder));
    if (!statSync(folder).isDirectory()) throw new Error('it is a file, and no folder');
    accessSync(folder, constants.W_OK | constants.X_OK);
    for (const name of REPORTS) {
      const file = join(folder, name);
      if (existsSync(file)) accessSync(file, constants.W_OK);
      if (existsSync(file) && statSync(file).isDirectory()) throw new Error(`${name} in it is a folder`);
    }
  });
}

/** One folder after the other: on file systems like /proc, `recursive` of Node 20 never ends. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

/**
 * Writes ledger.json and junit.xml into a folder, which is made if need be; returns the files.
 *
 * @throws {InputError} `output-unwritable`
 */
export function writeReports(ledger: Ledger, folder: string): string[] {
  const texts = { 'ledger.json': `${JSON.stringify(ledger, null, 2)}\n`, 'junit.xml': toJunit(ledger) };
  prepareFolder(folder);
  return writing(folder, () =>
    Object.entries(texts).map(([name, text]) => {
      const file = join(folder, name);
      writeFileSync(file, text);
      return file;
    }),
  );
}

function writing<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new InputError([
      {
        problem: 'output-unwritable',
        what: `the report cannot be written to ${folder}: ${(error as Error).message}`,
        why: 'A run without its ledger decides nothing.',
        remedy: 'Name a folder that can be written to with --out.',
      },
    ]);
  }
}
