import type { Contract } from '../../spec/index.js';
import type { Allowed, Deployment } from '../deployment.js';
import { createPermits } from '../permits.js';
import { createPlan, type Plan, type PlannedPath, type Selection } from '../plan.js';
import { nameOfProbe } from '../probes/index.js';
import type { Suite } from '../suite.js';
import type { Outcome } from '../types.js';
import { rehearse, type Rehearsal, type Rehearsed, type RehearsedVisit } from './rehearse.js';
import type { Refusals } from './room.js';

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
  leftOut,
}: {
  readonly contract: Contract;
  readonly suite: Suite;
  readonly deployment: Deployment;
  readonly selected?: Selection;
  /** Why others are not looked at. */
  readonly leftOut?: string | undefined;
}): Promise<Plan> {
  const plan = createPlan(contract, suite, deployment, selected, leftOut);
  if (deployment.allow === undefined) return plan;
  const lifted = { ...deployment, allow: undefined };
  const refused = createRefusals(contract, deployment, deployment.allow);
  // To their ends, as if all was permitted, so that a path names everything that it lacks and not the first thing only.
  const asIs = await rehearse({ ...plan, deployment: lifted }, { refused, probes: true });
  // And with what could be had then: the ways that the file does not permit have refusals of their own.
  const open = await rehearse(createPlan(contract, suite, lifted, selected), { refused });
  const paths = asIs.paths.map((path, index) => permitted(path, more(open.paths[index], open)));
  return { ...plan, paths, unpermitted: new Map(asIs.visits.flatMap(unpermitted)) };
}

/** Why probes of a visit are not permitted: by their own stories, and by what surrounds these, such as sessions. */
function unpermitted({ lines, stories, own }: RehearsedVisit): [probe: string, why: string][] {
  const told = new Set(stories.flat());
  const around = own.filter((sent) => !told.has(sent));
  return lines.flatMap(({ probe }, index): [string, string][] => {
    const refusals = new Set([...(stories[index] ?? []), ...around].flatMap((sent) => sent.refusals));
    return refusals.size === 0 ? [] : [[nameOfProbe(probe), [...refusals].toSorted().join('; ')]];
  });
}

/** Everything that the file does not permit about a request: first of all its host, and then what is asked there. */
function createRefusals(contract: Contract, deployment: Deployment, allow: Allowed): Refusals {
  const permits = createPermits(contract, deployment);
  return (request) => {
    const why = permits(request);
    if (why === undefined) return [];
    const hosts = new Set([...allow.hosts, new URL(request.url).host]);
    const there = createPermits(contract, { ...deployment, allow: { ...allow, hosts } })(request);
    return there === undefined || there === why ? [why] : [why, there];
  };
}

/** What a path is not permitted to send; of one that cannot be rehearsed, what no other path of its operation is permitted. */
function more(path: Rehearsed | undefined, { paths }: Rehearsal): readonly string[] {
  if (path === undefined || path.planned.action.do !== 'nothing') return path?.refusals ?? [];
  const { operation } = path.planned.failure;
  const siblings = paths.filter(({ planned, line }) => planned.failure.operation === operation && REHEARSED.has(line.outcome));
  const [first, ...others] = siblings.map(({ refusals }) => refusals);
  return (first ?? []).filter((why) => others.every((refusals) => refusals.includes(why)));
}

/** A path that is not permitted is not run; what is not capable for another reason remembers what it would not be permitted either. */
function permitted({ planned, line, refusals }: Rehearsed, more: readonly string[]): PlannedPath {
  const { failure, cause, action } = planned;
  if (action.do === 'nothing') return { failure, cause, action: { ...action, refusals: more } };
  const why = refusals.length > 0 ? refusals : REHEARSED.has(line.outcome) ? [] : more;
  if (why.length === 0) return planned;
  return { failure, cause, action: { do: 'nothing', outcome: 'not-capable', reason: why.toSorted().join('; '), refusals: why } };
}

const REHEARSED: ReadonlySet<Outcome> = new Set<Outcome>(['verified', 'simulated']);
