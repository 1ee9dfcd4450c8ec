import type { Suite } from '../contracts/index.js';
import { dayOf, readPolicy, subjectsOf, type Policy } from '../ci/index.js';
import type { Contract } from '../spec/index.js';

/**
 * The policy of a run, held against the contract before anything is sent.
 *
 * @throws {InputError} `policy-invalid`, `baseline-invalid`
 */
export function policyFor(contract: Contract, suite: Suite, file: string | undefined, now: Date): Policy | undefined {
  return file === undefined ? undefined : readPolicy(file, { subjects: subjectsOf(contract, suite), today: dayOf(now) });
}
