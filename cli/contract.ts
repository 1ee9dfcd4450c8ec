import { existsSync } from 'node:fs';
import { defaultContract } from '../mocks/index.js';
import { checkContract, InputError, loadContract, type Contract } from '../spec/index.js';

/** The contract that a command works on: the named one, else `openapi.yaml` of the working folder, else the package's own. */
export function contractFile(named: string | undefined): string {
  return named ?? (existsSync('openapi.yaml') ? 'openapi.yaml' : defaultContract());
}

/** Contracts that this process has found to be sound, by their content: a suite that describes several deployments asks once. */
const known = new Set<string>();

/**
 * Loads a contract and insists that it is sound: whoever judges by it must not be misled by it.
 *
 * @throws {InputError} with every finding
 */
export async function soundContract(named: string | undefined): Promise<Contract> {
  return sound(await loadContract(contractFile(named)));
}

/**
 * Insists that a contract is sound, and returns it.
 *
 * @throws {InputError} with every finding
 */
export async function sound(contract: Contract): Promise<Contract> {
  if (known.has(contract.sha256)) return contract;
  const findings = await checkContract(contract);
  if (findings.length > 0) throw new InputError(findings);
  known.add(contract.sha256);
  return contract;
}
