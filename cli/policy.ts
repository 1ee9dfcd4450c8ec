import { readPolicy, subjectsOf, type Policy } from '../ci/index.js';
import type { Contract } from '../spec/index.js';
import { suiteOf } from './targets.js';

/**
 * The policy of a run, held against the contract before anything is sent.
 *
 * @throws {InputError} `policy-invalid`, `baseline-invalid`
 */
export function policyFor(contract: Contract, file: string | undefined): Policy | undefined {
  return file === undefined ? undefined : readPolicy(file, { subjects: subjectsOf(contract, suiteOf(contract)) });
}
