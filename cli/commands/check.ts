import { EXIT } from '../../ci/index.js';
import { checkContract, loadContract, InputError } from '../../spec/index.js';
import { contractFile } from '../contract.js';
import type { Io } from '../io.js';

/** `failpath check [file]`: is the contract sound? */
export async function check(file: string | undefined, options: { readonly json?: boolean }, io: Io): Promise<number> {
  const contract = await loadContract(contractFile(file));
  const findings = await checkContract(contract);
  if (options.json === true) io.out(`${JSON.stringify({ file: contract.file, findings }, null, 2)}\n`);
  else if (findings.length > 0) throw new InputError(findings);
  else
    io.out(
      `${contract.file} is sound: ${contract.operations.length} operations, ${contract.failures.length} failures, ${countCauses(contract.failures)} causes.\n`,
    );
  return findings.length > 0 ? EXIT.invalid : EXIT.proven;
}

function countCauses(failures: readonly { readonly causes: readonly string[] }[]): number {
  return failures.reduce((sum, { causes }) => sum + causes.length, 0);
}
