import type { Contract } from '../../spec/index.js';
import type { Deployment } from '../deployment.js';
import { createPlan, type Plan, type PlannedPath, type Selection } from '../plan.js';
import type { Suite } from '../suite.js';
import { rehearse } from './rehearse.js';
import type { Permits } from './room.js';

/**
 * The plan of a run: what a deployment meets, less what its file does not permit. Whether a path may be taken shows when it is
 * rehearsed, so only deployments that forbid something are made to wait for that.
 *
 * @example
 * const plan = await planRun({ contract, suite, deployment, permits: createPermits(contract, deployment) });
 *
 * @throws {InputError} when the suite's paths do not fit the contract
 */
export async function planRun({
  contract,
  suite,
  deployment,
  selected,
  permits,
}: {
  readonly contract: Contract;
  readonly suite: Suite;
  readonly deployment: Deployment;
  readonly selected?: Selection;
  /** Nothing is forbidden without it. */
  readonly permits?: Permits | undefined;
}): Promise<Plan> {
  const plan = createPlan(contract, suite, deployment, selected);
  if (permits === undefined) return plan;
  const { paths } = await rehearse(plan, permits);
  return { ...plan, paths: paths.map(({ planned, refusals }) => (refusals.length === 0 ? planned : forbid(planned, refusals))) };
}

function forbid({ failure, cause }: PlannedPath, refusals: readonly string[]): PlannedPath {
  return { failure, cause, action: { do: 'nothing', outcome: 'not-capable', reason: refusals.join('; ') } };
}
