import { EXIT } from '../../ci/index.js';
import { matchPaths } from '../../contracts/index.js';
import { requireSandbox } from '../../mocks/index.js';
import { checkContract, counted, InputError, loadContract, type Contract, type Finding } from '../../spec/index.js';
import { contractFile } from '../contract.js';
import type { Io } from '../io.js';
import { loadSuite, type SuiteOptions } from '../suites.js';

export interface CheckOptions extends SuiteOptions {
  readonly json?: boolean;
}

/** `failpath check [file]`: is the contract sound? */
export async function check(file: string | undefined, options: CheckOptions, io: Io): Promise<number> {
  const contract = await loadContract(contractFile(file));
  const findings = [
    ...(await checkContract(contract)),
    ...(await findingsOf(() => requireSandbox(contract))),
    ...(await findingsOf(() => requirePaths(contract, options))),
  ];
  if (options.json === true) io.out(`${JSON.stringify({ file: contract.file, findings }, null, 2)}\n`);
  else if (findings.length > 0) throw new InputError(findings);
  else
    io.out(
      `${contract.file} is sound: ${counted(contract.operations.length, 'operation')}, ${counted(contract.failures.length, 'failure')}, ${counted(countCauses(contract.failures), 'cause')}.\n`,
    );
  return findings.length > 0 ? EXIT.invalid : EXIT.proven;
}

/** Failure paths lead to declared failures only. */
async function requirePaths(contract: Contract, options: SuiteOptions): Promise<void> {
  matchPaths(contract, (await loadSuite(contract, options)).paths);
}

async function findingsOf(requirement: () => void | Promise<void>): Promise<readonly Finding[]> {
  try {
    await requirement();
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.findings;
    throw error;
  }
}

function countCauses(failures: readonly { readonly causes: readonly string[] }[]): number {
  return failures.reduce((sum, { causes }) => sum + causes.length, 0);
}
