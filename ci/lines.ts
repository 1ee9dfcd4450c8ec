import {
  declareProbes,
  nameOfProbe,
  type Discrepancy,
  type Evidence,
  type LedgerFailure,
  type Outcome,
  type Suite,
  type Trigger,
} from '../contracts/index.js';
import type { Contract } from '../spec/index.js';

/** What a policy can speak of: one cause of a failure, or what is looked at beside the failures. */
export interface Subject {
  readonly kind: 'cause' | 'probe' | 'webhook';
  /** `initWork 401 api_key.revoked (revoked)`, `identity initWork: wrong scope`, `webhook work_updated`. */
  readonly name: string;
  readonly operation: string;
  readonly status: string;
  readonly code: string;
  readonly cause: string;
  /** Of a probe or a webhook. */
  readonly called: string;
}

/** A subject, and what became of it. */
export interface Line extends Subject {
  /** What it came to, be it waived. */
  readonly outcome: Outcome;
  readonly reason: string;
  readonly trigger: Trigger | null;
  readonly observed: string | null;
  /** What is wrong: `schema /error/details`. */
  readonly wrong: readonly string[];
  /** Other lines, by name, whose verdict it only repeats where one of them is not proven. */
  readonly repeats: readonly string[];
}

/**
 * Everything that a policy can speak of.
 *
 * @example
 * subjectsOf(contract, atsSuite).filter(({ kind }) => kind === 'cause').length;
 */
export function subjectsOf(contract: Contract, suite: Suite): Subject[] {
  return [
    ...contract.failures.flatMap(({ operation, status, code, causes }) =>
      causes.map((cause) => causeOf(operation.id, status, code, cause)),
    ),
    ...declareProbes(contract, suite).map((probe) => probeOf(probe.operation.id, probe.name, nameOfProbe(probe))),
    ...contract.webhooks.map(({ name }) => webhookOf(name)),
  ];
}

/**
 * The lines of a ledger, all kinds alike; what was waived before is what it was.
 *
 * @example
 * linesOf(ledger).filter(({ outcome }) => outcome === 'violated');
 */
export function linesOf({ failures, probes = [], webhooks = [] }: Omit<Evidence, 'answered'>): Line[] {
  return [...failures.flatMap(causeLines), ...probes.map(probeLine), ...webhooks.map(webhookLine)];
}

function causeLines({ operation, status, code, outcome, reason, causes }: LedgerFailure): Line[] {
  // Nothing is known of its causes where there was no run.
  if (causes.length === 0) return [{ ...causeOf(operation, status, code, 'unknown'), ...BARE, outcome, reason }];
  return causes.map((cause) => ({
    ...causeOf(operation, status, code, cause.cause),
    outcome: cause.waived?.outcome ?? cause.outcome,
    reason: cause.reason,
    trigger: cause.evidence.trigger,
    observed: seen(cause.observed),
    wrong: wrongIn(cause.discrepancies),
    repeats: [],
  }));
}

function probeLine({ kind = 'precedence', operation = '', name = '', outcome, waived, ...told }: OneOf<'probes'>): Line {
  const { reason = '', evidence, observed = null, discrepancies = [], restsOn = [], takenFrom = null } = told;
  return {
    ...probeOf(operation, name, `${kind} ${operation}: ${name}`),
    outcome: waived?.outcome ?? outcome,
    reason,
    trigger: evidence?.trigger ?? null,
    observed: seen(observed),
    wrong: wrongIn(discrepancies),
    // What was sent for it says something of its own.
    repeats: takenFrom !== null || evidence?.requests.length === 0 ? restsOn : [],
  };
}

function webhookLine({ webhook = '', outcome, waived, reason = '', discrepancies = [] }: OneOf<'webhooks'>): Line {
  return { ...webhookOf(webhook), ...BARE, outcome: waived?.outcome ?? outcome, reason, wrong: wrongIn(discrepancies) };
}

type OneOf<Section extends 'probes' | 'webhooks'> = NonNullable<Evidence[Section]>[number];

function wrongIn(discrepancies: readonly Discrepancy[]): string[] {
  return discrepancies.map(({ check, at }) => `${check} ${at}`);
}

/** A line of which nothing has been seen. */
export const BARE = { trigger: null, observed: null, wrong: [], repeats: [] } as const;

export function causeOf(operation: string, status: number, code: string, cause: string): Subject {
  const name = `${operation} ${status} ${code} (${cause})`;
  return { kind: 'cause', name, operation, status: String(status), code, cause, called: '' };
}

export function probeOf(operation: string, called: string, name: string): Subject {
  return { kind: 'probe', name, operation, status: '', code: '', cause: '', called };
}

export function webhookOf(called: string): Subject {
  return { kind: 'webhook', name: `webhook ${called}`, operation: '', status: '', code: '', cause: '', called };
}

function seen(observed: { readonly status: number; readonly code: string | null } | null): string | null {
  return observed === null ? null : [observed.status, observed.code].filter((part) => part !== null).join(' ');
}
