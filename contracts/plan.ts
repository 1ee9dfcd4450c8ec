import type { Contract, Failure } from '../spec/index.js';
import { createResolver, describeMissing, missingOf, type Resolver } from './capabilities.js';
import { isSharedState } from './capability-file.js';
import type { Deployment } from './deployment.js';
import { isExpiry, movesClock } from './expiry.js';
import { matchPaths, type FailurePath } from './path.js';
import { withScenarios, type Sequence, type Suite } from './suite.js';
import type { Capability } from './types.js';

/**
 * What may run beside what. Paths with provisions of their own run side by side; those that move shared state one by one after them,
 * and those that use up a quota at the very end. Where each path has a session of its own, nothing is shared.
 */
export type Lane = 'parallel' | 'alone' | 'quota';

/** The lanes that follow the parallel one, in their order. */
export const ONE_BY_ONE: readonly Lane[] = ['alone', 'quota'];

/** All of them, in their order. */
export const LANES: readonly Lane[] = ['parallel', ...ONE_BY_ONE];

/** What will be done about one cause of one failure. */
export interface PlannedPath {
  readonly failure: Failure;
  readonly cause: string;
  readonly action:
    | { readonly do: 'run'; readonly path: FailurePath; readonly lane: Lane; readonly mints: boolean }
    | { readonly do: 'simulate' }
    | {
        readonly do: 'nothing';
        readonly outcome: 'not-capable' | 'not-selected' | 'setup-failed';
        readonly reason: string;
        /** What the deployment's file does not permit of what the path would have to send, each with what to write into it. */
        readonly refusals?: readonly string[];
      };
}

/** Which failures of a contract a deployment can be driven to, and how; in the contract's order. */
export interface Plan {
  readonly contract: Contract;
  readonly deployment: Deployment;
  readonly suite: Suite;
  readonly resolve: Resolver;
  readonly paths: readonly PlannedPath[];
  /** What the deployment's file does not permit of what probes would have to send, by their names. */
  readonly unpermitted?: ReadonlyMap<string, string>;
}

/** Whether a failure is to be looked at in this run. */
export type Selection = (failure: Failure) => boolean;

/**
 * Decides, before anything is sent, what a run will do about every cause of every declared failure.
 *
 * @example
 * createPlan(contract, atsSuite, deployment).paths.filter(({ action }) => action.do === 'nothing');
 *
 * @param leftOut Why others are not looked at.
 * @throws {InputError} when the suite's paths do not fit the contract
 */
export function createPlan(
  contract: Contract,
  given: Suite,
  deployment: Deployment,
  selected: Selection = () => true,
  leftOut = 'the filter left it out',
): Plan {
  const suite = withScenarios(given, contract);
  const resolve = createResolver(deployment, suite, contract.limits);
  const matched = matchPaths(contract, suite.paths);
  const paths = contract.failures.flatMap((failure) =>
    failure.causes.map((cause): PlannedPath => {
      if (!selected(failure)) return { failure, cause, action: { do: 'nothing', outcome: 'not-selected', reason: leftOut } };
      const path = matched.get(failure)?.get(cause);
      return { failure, cause, action: plan(path, { suite, resolve, deployment }) };
    }),
  );
  return { contract, deployment, suite, resolve, paths };
}

function plan(
  path: FailurePath | undefined,
  { suite, resolve, deployment }: { suite: Suite; resolve: Resolver; deployment: Deployment },
): PlannedPath['action'] {
  const fallback = deployment.simulate === undefined ? undefined : ({ do: 'simulate' } as const);
  if (path === undefined) {
    const reason = `no failure path leads there yet: write one beside its siblings in ${suite.name === 'ats' ? 'contracts/ats/' : 'failpath.suite.js'}`;
    return fallback ?? { do: 'nothing', outcome: 'not-capable', reason };
  }
  const needs = needsOf(path, suite);
  const missing = missingOf([...needs], resolve);
  if (missing.length > 0) {
    const reason = describeMissing(missing);
    return fallback ?? { do: 'nothing', outcome: 'not-capable', reason };
  }
  return {
    do: 'run',
    path,
    lane: laneOf(path, suite, deployment),
    mints: mintsKeys(needs, { resolve, deployment }),
  };
}

/** Whether what needs these takes places for keys that others may want; in a session of its own it does not. */
export function mintsKeys(needs: ReadonlySet<Capability>, { resolve, deployment }: Pick<Plan, 'resolve' | 'deployment'>): boolean {
  if (deployment.sessions !== undefined) return false;
  return [...needs].some((need) => need === 'key.create' || sequenceOf(need, resolve)?.afresh === true);
}

/** The sequence that a deployment meets a capability by, if it does it so. */
export function sequenceOf(capability: Capability, resolve: Resolver): Sequence | undefined {
  const resolved = resolve(capability);
  return 'way' in resolved && resolved.way.by === 'sequence' ? resolved.way.sequence : undefined;
}

/** Everything that a path needs, its operation's scenario included. */
export function needsOf(path: FailurePath, suite: Suite): Set<Capability> {
  return new Set([...(path.needs ?? []), ...(suite.scenarios[path.operation]?.needs ?? [])]);
}

/** Where a path runs: by what it moves, and whether anybody else would notice. */
export function laneOf(path: FailurePath, suite: Suite, deployment?: Deployment): Lane {
  if (deployment?.sessions !== undefined) return 'parallel';
  const needs = needsOf(path, suite);
  if (needs.has('quota.set')) return 'quota';
  const shared = [...needs].some((need) => isSharedState(need) || (isExpiry(need) && movesClock(deployment)));
  return path.alone === true || shared ? 'alone' : 'parallel';
}

/** Where a planned path runs; what is only asked for, or not done at all, moves nothing. */
export function laneOfPlanned({ action }: Pick<PlannedPath, 'action'>): Lane {
  return action.do === 'run' ? action.lane : 'parallel';
}
