import { writeFileSync } from 'node:fs';
import { EXIT } from '../../ci/index.js';
import { generateTypes } from '../../mocks/index.js';
import { InputError, loadContract } from '../../spec/index.js';
import { contractFile } from '../contract.js';
import type { Io } from '../io.js';

export interface TypesOptions {
  readonly contract?: string;
  /** Where the module goes; standard output by default. */
  readonly out?: string;
}

/**
 * `failpath types`: a contract's operations, codes and details as a TypeScript module.
 *
 * @throws {InputError} `output-unwritable`, and whatever `loadContract` throws
 */
export async function types({ contract: named, out }: TypesOptions, io: Io): Promise<number> {
  const contract = await loadContract(contractFile(named));
  const text = generateTypes(contract);
  if (out === undefined) {
    io.out(text);
    return EXIT.proven;
  }
  write(out, text);
  io.err(`${out}: ${contract.operations.length} operations, ${contract.failures.length} failures\n`);
  return EXIT.proven;
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new InputError([
      {
        problem: 'output-unwritable',
        what: `${file} cannot be written (${error instanceof Error ? error.message : String(error)})`,
        why: 'Without it nothing could import the types.',
        remedy: 'Give --out a file in a folder that exists and can be written, or leave it away to have the module printed.',
      },
    ]);
  }
}
