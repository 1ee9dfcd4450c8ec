import {
  atsSuite,
  createPlan,
  promisesOf,
  rehearse,
  type Deployment,
  type Plan,
  type Promises,
  type Rehearsal,
} from '../../contracts/index.js';
import { contract } from '../support/judge.js';

/** A plan with its rehearsal and what that promises. */
export interface Planned {
  readonly plan: Plan;
  readonly rehearsal: Rehearsal;
  readonly promises: Promises;
}

export async function planOf(deployment: Deployment, plan: Plan = createPlan(contract, atsSuite, deployment)): Promise<Planned> {
  const rehearsal = await rehearse(plan);
  return { plan, rehearsal, promises: promisesOf(rehearsal) };
}

/** Every cause by name, with what becomes of it. */
export function causesOf({ failures }: Promises): Record<string, string> {
  return Object.fromEntries(
    failures.flatMap(({ operation, status, code, causes }) =>
      causes.map(({ cause, outcome, reason }) => [
        `${operation} ${status} ${code} (${cause})`,
        outcome === 'verified' ? outcome : `${outcome}: ${reason}`,
      ]),
    ),
  );
}
