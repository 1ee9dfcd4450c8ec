import { EXIT } from '../../ci/index.js';
import { generateTypes } from '../../mocks/index.js';
import { loadContract } from '../../spec/index.js';
import { contractFile } from '../contract.js';
import type { Io } from '../io.js';
import { writeOutput } from '../output.js';

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
  writeOutput(out, text, 'Without it nothing could import the types.');
  io.err(`${out}: ${contract.operations.length} operations, ${contract.failures.length} failures\n`);
  return EXIT.proven;
}
