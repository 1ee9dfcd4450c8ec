import type { Ledger, LedgerCause, LedgerFailure, LedgerProbe, LedgerWebhook, Outcome, Trigger } from '../../contracts/index.js';
import { toldBy, countOutcomes } from '../../contracts/index.js';
import { readPolicy, subjectsIn, type Policy } from '../../ci/index.js';
import { temporaryFile } from '../support/cli.js';

/** One cause of a small ledger; the operation's failures follow each other. */
export interface Told {
  readonly operation?: string;
  readonly status?: number;
  readonly code?: string;
  readonly cause?: string;
  readonly outcome?: Outcome;
  readonly trigger?: Trigger | null;
  /** Checks that found something, each at a place. */
  readonly wrong?: readonly string[];
  readonly reason?: string;
}

export const FINDINGS: readonly Outcome[] = ['violated', 'not-reached', 'wrong-path'];
export const UNPROVEN: readonly Outcome[] = ['simulated', 'not-capable', 'setup-failed', 'edge-intercepted', 'flaky'];

function causeOf({ cause = 'unknown', outcome = 'verified', trigger, wrong = [], reason }: Told): LedgerCause {
  const sent = outcome !== 'not-capable' && outcome !== 'not-selected';
  return {
    cause,
    outcome,
    reason: reason ?? (outcome === 'verified' ? '' : `it is ${outcome}`),
    observed: sent ? { status: 404, code: 'thing.missing' } : null,
    requestId: null,
    durationMs: 1,
    discrepancies: wrong.map((one) => {
      const [check = '', at = ''] = one.split(' ');
      return { check, at, expected: 'a', actual: 'b', remedy: 'Mend it.' };
    }),
    answer: null,
    evidence: { trigger: trigger === undefined ? (sent ? 'real cause' : null) : trigger, requests: [], control: null, notes: [] },
    repro: null,
  };
}

/** A ledger of a toy API at `staging`; lines with one operation, status and code are causes of one failure. */
export function ledgerOf(
  told: readonly Told[],
  members: Partial<Ledger> & { readonly probes?: readonly LedgerProbe[]; readonly webhooks?: readonly LedgerWebhook[] } = {},
): Ledger {
  const failures: LedgerFailure[] = [];
  for (const one of told) {
    const { operation = 'makeThing', status = 409, code = 'thing.exists' } = one;
    const at = failures.findIndex((failure) => failure.operation === operation && failure.status === status && failure.code === code);
    const causes = [...(failures[at]?.causes ?? []), causeOf(one)];
    const failure = { operation, method: 'POST', path: '/things', status, code, declared: 'openapi.yaml:1:1', ...toldBy(causes), causes };
    if (at < 0) failures.push(failure);
    else failures[at] = failure;
  }
  const sent = told.some(({ outcome = 'verified' }) => outcome !== 'not-capable' && outcome !== 'not-selected');
  return {
    contract: { title: 'Things', version: '1.0.0', sha256: 'c'.repeat(64) },
    suite: { name: 'things', sha256: '5'.repeat(64) },
    deployment: { name: 'staging', url: 'https://staging.example.com' },
    startedAt: '2026-09-30T10:00:00.000Z',
    durationMs: 1500,
    failures,
    webhooks: [],
    probes: [],
    summary: countOutcomes(failures),
    answered: sent ? true : null,
    partial: failures.some(({ causes }) => causes.some(({ outcome }) => outcome === 'not-selected')),
    verdict: '',
    exitCode: 0,
    reasons: [],
    ...members,
  };
}

/** A pair of faults, whose lines are named. */
export function probeOf(outcome: Outcome, members: Partial<LedgerProbe> = {}): LedgerProbe {
  return {
    kind: 'precedence',
    operation: 'makeThing',
    name: 'a before b',
    expected: '401 a',
    basis: 'reading',
    source: 'it is so',
    outcome,
    reason: outcome === 'verified' ? '' : `it is ${outcome}`,
    observed: null,
    requestId: null,
    durationMs: 1,
    discrepancies: [],
    takenFrom: null,
    restsOn: [],
    evidence: { trigger: null, requests: [], control: null, notes: [] },
    repro: null,
    ...members,
  };
}

/** A policy out of a text, about what the ledger has. */
export function policyOf(yaml: string, ledger?: Ledger): Policy {
  const file = temporaryFile('failpath.policy.yaml', yaml);
  return readPolicy(file, { today: '2026-09-30', ...(ledger === undefined ? {} : { subjects: subjectsIn(ledger) }) });
}

/** The beginning of a day, in UTC. */
export const on = (day: string, time = '12:00:00.000'): Date => new Date(`${day}T${time}Z`);
