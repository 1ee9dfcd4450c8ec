import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toJunit, type Ledger } from '../contracts/index.js';
import { InputError } from '../spec/index.js';

/**
 * Writes ledger.json and junit.xml into a folder, which is made if need be; returns the files.
 *
 * @throws {InputError} `output-unwritable`
 */
export function writeReports(ledger: Ledger, folder: string): string[] {
  const texts = { 'ledger.json': `${JSON.stringify(ledger, null, 2)}\n`, 'junit.xml': toJunit(ledger) };
  try {
    mkdirSync(folder, { recursive: true });
    return Object.entries(texts).map(([name, text]) => {
      const file = join(folder, name);
      writeFileSync(file, text);
      return file;
    });
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
