import { groupBy, type Failure } from '../../spec/index.js';
import { worstOf } from '../ledger.js';
import { laneOfPlanned, needsOf, type Lane } from '../plan.js';
import type { Capability, Exchange, Outcome } from '../types.js';
import type { Probe, ProbeLine } from '../probes/index.js';
import type { Rehearsal, Rehearsed } from './rehearse.js';
import { scheduleOf, sum, waitsOf, type Schedule } from './schedule.js';
import type { LeftBehind, Sent } from './types.js';
import type { WebhookOutcome } from '../webhooks/index.js';
import { findUnlocks, type Unlock } from './unlocks.js';

/** How a failure is brought about, from the ways that are taken to what it needs. */
export type Route = 'the file' | 'public API calls' | 'waiting' | 'a call' | 'a magic value' | 'simulate';

/** How close a number of requests is: `about` where something is waited for, `at most` where it depends on what is there. */
export type Bound = 'exactly' | 'about' | 'at most';

/** One request that a run will make. */
export interface PlannedRequest {
  readonly phase: Exchange['phase'];
  readonly label: string;
  readonly method: string;
  /** Of the recording that it uploads. */
  readonly bytes: number;
}

/** What will become of one cause of a failure. */
export interface PlannedCause {
  readonly cause: string;
  readonly outcome: Outcome;
  readonly reason: string;
  /** `null` where nothing is done. */
  readonly route: Route | null;
  readonly ways: readonly { readonly capability: Capability; readonly by: Route }[];
  readonly lane: Lane | null;
  readonly bound: Bound;
  /** In order, with those of what it shares with other paths. */
  readonly requests: readonly PlannedRequest[];
  readonly writes: number;
  readonly bytes: number;
  readonly waitSeconds: number;
  /** The fewest entries of the deployment file with which it would be verified. */
  readonly unlock: readonly string[];
}

/** What will become of a failure: as provable as its least provable cause. */
export interface PlannedFailure {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly code: string;
  readonly outcome: Outcome;
  readonly reason: string;
  readonly causes: readonly PlannedCause[];
}

/** What will become of an expectation beyond single causes. */
export interface PlannedProbeLine {
  readonly kind: Probe['kind'];
  readonly operation: string;
  readonly name: string;
  readonly outcome: Outcome;
  readonly reason: string;
  /** In order, with those of what it shares with others; none where the line of a failure path is its verdict. */
  readonly requests: readonly PlannedRequest[];
}

/** What will become of a webhook. */
export interface PlannedWebhook {
  readonly webhook: string;
  readonly outcome: WebhookOutcome;
  readonly reason: string;
  /** How many requests it takes, those included that put things back. */
  readonly requests: number;
}

/** What a whole run costs: what paths share counts once. */
export interface Costs {
  readonly bound: Bound;
  readonly requests: number;
  /** Requests whose method is not a safe one. */
  readonly writes: number;
  readonly uploads: number;
  readonly bytes: number;
  readonly largestUpload: number;
}

/** What a run will do, and what it will come to. */
export interface Promises {
  readonly contract: { readonly title: string; readonly version: string; readonly sha256: string };
  readonly deployment: { readonly url: string };
  /** In the contract's order. */
  readonly failures: readonly PlannedFailure[];
  /** What looks beyond single causes, in the order in which it is done; none where it is left out. */
  readonly probes: readonly PlannedProbeLine[];
  /** In the contract's order; none where they are left out. */
  readonly webhooks: readonly PlannedWebhook[];
  readonly summary: Readonly<Partial<Record<Outcome, number>>>;
  readonly unlocks: readonly Unlock[];
  readonly costs: Costs;
  readonly leaves: readonly LeftBehind[];
  readonly schedule: Schedule;
  /** A filter has left failures out. */
  readonly partial: boolean;
}

/**
 * What a rehearsed run promises.
 *
 * @example
 * promisesOf(await rehearse(plan)).summary; // { verified: 182 }
 */
export function promisesOf(rehearsal: Rehearsal): Promises {
  const { plan, paths, visits, webhooks, sent, leaves } = rehearsal;
  const { contract, deployment } = plan;
  const outcomes = new Map(paths.map(({ planned, line }) => [planned, line.outcome]));
  const unlocks = findUnlocks(plan, (planned) => outcomes.get(planned) === 'verified');
  const byFailure = groupBy(paths, ({ planned }) => planned.failure);
  const failures = contract.failures.map((failure) =>
    toFailure(
      failure,
      (byFailure.get(failure) ?? []).map((path) => toCause(path, rehearsal, unlocks.of(path.planned))),
    ),
  );
  const summary: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of failures) summary[outcome] = (summary[outcome] ?? 0) + 1;
  const causes = failures.flatMap((failure) => failure.causes);
  return {
    contract: { title: contract.title, version: contract.version, sha256: contract.sha256 },
    deployment: { url: deployment.url },
    failures,
    probes: visits.flatMap(({ lines, stories }) => lines.map((line, index) => toProbe(line, stories[index] ?? []))),
    webhooks: webhooks.map(({ webhook, outcome, reason, sent: own }) => ({ webhook: webhook.name, outcome, reason, requests: own.length })),
    summary,
    unlocks: unlocks.steps,
    costs: costsOf(sent, causes),
    leaves,
    schedule: scheduleOf(rehearsal),
    partial: causes.some(({ outcome }) => outcome === 'not-selected'),
  };
}

function toProbe(line: ProbeLine, story: readonly Sent[]): PlannedProbeLine {
  const { kind, operation, name } = line.probe;
  return { kind, operation: operation.id, name, ...comesTo(line), requests: line.takenFrom === undefined ? story.map(toRequest) : [] };
}

function toRequest({ phase, label, method, bytes }: Sent): PlannedRequest {
  return { phase: phase ?? 'given', label, method, bytes };
}

function toFailure({ operation, status, code }: Failure, causes: readonly PlannedCause[]): PlannedFailure {
  const worst = worstOf(causes);
  const { id, method, path } = operation;
  const reason =
    worst === undefined || worst.reason === '' || causes.length === 1 ? (worst?.reason ?? '') : `${worst.cause}: ${worst.reason}`;
  return { operation: id, method, path, status, code, outcome: worst?.outcome ?? 'not-selected', reason, causes };
}

function toCause({ planned, line, story }: Rehearsed, { plan }: Rehearsal, unlock: readonly string[]): PlannedCause {
  const { action, cause } = planned;
  const ways = action.do === 'run' ? waysOf(planned, plan) : [];
  return {
    cause,
    ...comesTo(line),
    route: action.do === 'nothing' ? null : action.do === 'simulate' ? 'simulate' : routeOf(ways),
    ways,
    lane: action.do === 'nothing' ? null : laneOfPlanned(planned),
    bound:
      action.do === 'run' && action.path.atMost === true
        ? 'at most'
        : story.some(({ waits, polls }) => waits > 0 || polls)
          ? 'about'
          : 'exactly',
    requests: story.map(toRequest),
    writes: story.filter(({ write }) => write).length,
    bytes: sum(story, ({ bytes }) => bytes),
    waitSeconds: waitsOf(story),
    unlock,
  };
}

/** What a path comes to; one that its own rehearsal does not get through is broken, and promises nothing. */
function comesTo({ outcome, reason }: Pick<Rehearsed['line'], 'outcome' | 'reason'>): Pick<PlannedCause, 'outcome' | 'reason'> {
  const isPromise = ['verified', 'simulated', 'not-capable', 'not-selected', 'setup-failed'].includes(outcome);
  if (isPromise) return { outcome, reason };
  return { outcome: 'setup-failed', reason: `the path cannot be rehearsed with the contract's own examples (${outcome}: ${reason})` };
}

const ROUTES: readonly Route[] = ['the file', 'public API calls', 'waiting', 'a call', 'a magic value'];
const BY = {
  file: 'the file',
  sequence: 'public API calls',
  wait: 'waiting',
  clock: 'a call',
  http: 'a call',
  magic: 'a magic value',
} as const;

function waysOf({ action }: Rehearsed['planned'], { resolve, suite }: Rehearsal['plan']): PlannedCause['ways'] {
  if (action.do !== 'run') return [];
  return [...needsOf(action.path, suite)].sort().flatMap((capability) => {
    const resolved = resolve(capability);
    return 'way' in resolved ? [{ capability, by: BY[resolved.way.by] }] : [];
  });
}

/** The way that is furthest from what a client of the API could do. */
function routeOf(ways: PlannedCause['ways']): Route {
  return ways.reduce<Route>((far, { by }) => (ROUTES.indexOf(by) > ROUTES.indexOf(far) ? by : far), 'the file');
}

function costsOf(sent: readonly Sent[], causes: readonly PlannedCause[]): Costs {
  const uploads = sent.filter(({ label }) => label === 'upload');
  const bounds = new Set<Bound>([...causes.map(({ bound }) => bound), ...(waitsOf(sent) > 0 ? (['about'] as const) : [])]);
  return {
    bound: bounds.has('about') ? 'about' : bounds.has('at most') ? 'at most' : 'exactly',
    requests: sent.length,
    writes: sent.filter(({ write }) => write).length,
    uploads: uploads.length,
    bytes: sum(uploads, ({ bytes }) => bytes),
    largestUpload: Math.max(0, ...uploads.map(({ bytes }) => bytes)),
  };
}
