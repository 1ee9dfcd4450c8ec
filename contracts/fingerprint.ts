import { createHash } from 'node:crypto';
import type { Contract } from '../spec/index.js';
import { CHECK_NAMES } from './checks/index.js';
import type { LedgerSuite } from './ledger.js';
import { describePath } from './path.js';
import { declareProbes, nameOfProbe } from './probes/index.js';
import type { Suite } from './suite.js';

/**
 * What a suite asserts of a contract, as a hash: the version of failpath, the paths, the probes, the webhooks and the checks, by name.
 * The same wherever it is made, and whatever the order in which things were written down.
 *
 * @example
 * fingerprint(contract, atsSuite, '0.1.0').sha256;
 */
export function fingerprint(contract: Contract, suite: Suite, version: string): LedgerSuite {
  const asserted = {
    failpath: version,
    suite: suite.name,
    paths: suite.paths.map(describePath).toSorted(),
    probes: declareProbes(contract, suite).map(nameOfProbe).toSorted(),
    webhooks: Object.keys(suite.webhooks?.triggers ?? {}).toSorted(),
    checks: CHECK_NAMES,
  };
  return { name: suite.name, sha256: createHash('sha256').update(JSON.stringify(asserted)).digest('hex') };
}
