import type { Contract } from '../../spec/index.js';
import type { Deployment } from '../deployment.js';
import { createPermits } from '../permits.js';
import { createPlan, type Plan, type PlannedPath, type Selection } from '../plan.js';
import type { Suite } from '../suite.js';
import { rehearse } from './rehearse.js';

/**
 * The plan of a run: what a deployment meets, less what its file does not permit. What a path would have to send shows when it is
 * rehearsed, so only deployments that permit less than everything are made to wait for that.
 *
 * @example
 * const plan = await planRun({ contract, suite: atsSuite, deployment });
 *
 * @throws {InputError} when the suite's paths do not fit the contract
 */
export async function planRun({
  contract,
  suite,
  deployment,
  selected,
}: {
  readonly contract: Contract;
  readonly suite: Suite;
  readonly deployment: Deployment;
  readonly selected?: Selection;
}): Promise<Plan> {
  const plan = createPlan(contract, suite, deployment, selected);
  if (deployment.allow === undefined) return plan;
  // Rehearsed to their ends as if all was permitted, so that a path names everything that it lacks and not the first thing only.
  const { paths } = await rehearse({ ...plan, deployment: { ...deployment, allow: undefined } }, createPermits(contract, deployment));
  return { ...plan, paths: paths.map(({ planned, refusals }) => (refusals.length === 0 ? planned : forbid(planned, refusals))) };
}

function forbid({ failure, cause }: PlannedPath, refusals: readonly string[]): PlannedPath {
  return { failure, cause, action: { do: 'nothing', outcome: 'not-capable', reason: [...refusals].sort().join('; '), refusals } };
}
