import { counted, groupBy, type Location } from '../../spec/index.js';
import { summarise } from '../judge.js';
import type { Ledger, LedgerFailure } from '../ledger.js';
import type { ObservedLedger } from '../observe/index.js';
import { passedIn, passOf } from './decided.js';
import { OUTCOMES, type Discrepancy, type LineEvidence, type Outcome } from '../types.js';

/** Wrong answers: what exits with 1. */
const FINDINGS: ReadonlySet<Outcome> = new Set<Outcome>(['violated', 'not-reached', 'wrong-path']);

/** How an outcome is looked at: proven, wrong, open, or none of these. */
export type Tone = 'good' | 'bad' | 'open' | 'quiet';

/**
 * How an outcome is looked at, whatever the format.
 *
 * @example
 * toneOf('wrong-path'); // 'bad'
 */
export function toneOf(outcome: Outcome): Tone {
  if (FINDINGS.has(outcome)) return 'bad';
  if (outcome === 'verified') return 'good';
  return outcome === 'waived' || outcome === 'not-selected' ? 'quiet' : 'open';
}

/** One thing that was looked at: a cause of a failure, a probe, a webhook, or a kind of violation in passing traffic. */
export interface Item {
  readonly kind: 'failure' | 'identity' | 'precedence' | 'webhook' | 'traffic';
  /** `null` for what is no operation's. */
  readonly operation: string | null;
  /** `initWork 401 api_key.revoked`, `initWork identity`, `webhook work_registered`. */
  readonly title: string;
  /** The cause, the identity or the pair of faults; `null` where there is nothing more to tell apart. */
  readonly name: string | null;
  readonly outcome: Outcome;
  readonly reason: string;
  /** Status and code that must be answered; `null` where no answer is. */
  readonly expected: string | null;
  /** Status and code that were; `null` where no answer came. */
  readonly observed: string | null;
  readonly discrepancies: readonly Discrepancy[];
  readonly remedies: readonly string[];
  readonly requestId: string | null;
  readonly durationMs: number;
  readonly answer: string | null;
  readonly evidence: LineEvidence | null;
  readonly repro: string | null;
  /** Where the contract declares it: file, line and column. */
  readonly declared: string | null;
  /** The line that a probe was taken from, which has told it already. */
  readonly takenFrom: string | null;
  /** Why it is expected, where no contract says so. */
  readonly source: string | null;
  /** Whether it is not proven, and the policy lets it pass. */
  readonly passed: boolean;
  /** Why it does: `known: violated, as known.json knows: ...`; `null` where it does not. */
  readonly pass: string | null;
}

/** How an item is looked at by the policy that the ledger was decided by. */
export function standingOf({ outcome, passed }: Pick<Item, 'outcome' | 'passed'>): Tone {
  return passed ? 'quiet' : toneOf(outcome);
}

/** What the name of an item says by itself: a cause may be called "none". */
export function nameTold({ kind, name }: Pick<Item, 'kind' | 'name'>): string {
  return kind === 'failure' ? `cause "${name ?? 'unknown'}"` : kind === 'identity' ? `identity ${name ?? ''}` : (name ?? '');
}

/**
 * How the causes were brought about that got an answer: `causes driven: 230 by real cause, 4 by simulated`.
 *
 * @param causes of a run or of a ledger
 */
export function drivenBy(
  causes: readonly { readonly evidence: Pick<LineEvidence, 'trigger'>; readonly observed?: object | null | undefined }[],
): string {
  const triggers = causes.flatMap(({ evidence: { trigger }, observed }) => (trigger === null || !observed ? [] : [trigger]));
  const counts = [...groupBy(triggers, (trigger) => trigger)].map(([trigger, those]) => `${those.length} by ${trigger}`);
  return counts.length === 0 ? '' : `causes driven: ${counts.join(', ')}`;
}

/** Whether an answer with this status lets its caller in: nothing is refused with less than 400. */
export function isLetIn(status: number | undefined): boolean {
  return status !== undefined && status < 400;
}

/** An item of whose standing nothing is known yet. */
type Told = Omit<Item, 'passed' | 'pass'>;

/**
 * Everything that a ledger tells of, in its order: what the formats are made of.
 *
 * @example
 * itemsOf(ledger).filter(({ outcome }) => toneOf(outcome) === 'bad').length;
 */
export function itemsOf(ledger: Ledger | ObservedLedger): Item[] {
  const passed = passedIn(ledger);
  const items = [...ledger.failures.flatMap(fromFailure), ...fromProbes(ledger), ...fromWebhooks(ledger), ...fromTraffic(ledger)];
  return items.map((item) => {
    const reason = passed.get(nameOf(item));
    return { ...item, passed: reason !== undefined, pass: reason === undefined ? null : passOf(reason) };
  });
}

/** A line by the name that policies and their reasons have for it. */
function nameOf({ kind, operation, title, name }: Told): string {
  if (kind === 'failure') return `${title} (${name ?? 'unknown'})`;
  return kind === 'identity' || kind === 'precedence' ? `${kind} ${operation ?? ''}: ${name ?? ''}` : title;
}

const said = (seen: { readonly status: number; readonly code: string | null } | null): string | null =>
  seen === null ? null : seen.code === null ? String(seen.status) : `${seen.status} ${seen.code}`;

function fromFailure(failure: LedgerFailure): Told[] {
  const { operation, status, code, declared } = failure;
  const [title, expected] = [`${operation} ${status} ${code}`, `${status} ${code}`];
  const shared = { kind: 'failure', operation, title, expected, declared, takenFrom: null, source: null } as const;
  if (failure.causes.length === 0) {
    const none = { name: null, observed: null, discrepancies: [], remedies: [], requestId: null, answer: null, repro: null } as const;
    return [{ ...shared, ...none, outcome: failure.outcome, reason: failure.reason, durationMs: 0, evidence: null }];
  }
  return failure.causes.map((cause) => ({
    ...shared,
    name: cause.cause,
    outcome: cause.outcome,
    reason: cause.reason,
    observed: said(cause.observed),
    discrepancies: cause.discrepancies,
    remedies: remediesOf(cause, expected),
    requestId: cause.requestId,
    durationMs: cause.durationMs,
    answer: cause.answer,
    evidence: cause.evidence,
    repro: cause.repro,
  }));
}

function fromProbes({ probes }: Ledger): Told[] {
  return probes.map((probe) => ({
    kind: probe.kind,
    operation: probe.operation,
    title: `${probe.operation} ${probe.kind}`,
    name: probe.name,
    outcome: probe.outcome,
    reason: probe.reason,
    expected: probe.expected,
    observed: said(probe.observed),
    discrepancies: probe.discrepancies,
    remedies: remediesOf(probe, probe.expected),
    requestId: probe.requestId,
    durationMs: probe.durationMs,
    answer: null,
    evidence: probe.evidence,
    repro: probe.repro,
    declared: null,
    takenFrom: probe.takenFrom,
    source: `${probe.basis}: ${probe.source}`,
  }));
}

function fromWebhooks({ webhooks }: Ledger): Told[] {
  return webhooks.map(({ webhook, outcome, reason, discrepancies, received, declared }) => ({
    ...{ kind: 'webhook', operation: null, title: `webhook ${webhook}`, name: null, outcome, reason, discrepancies, declared },
    ...{ expected: null, observed: null, remedies: remediesOf({ outcome, discrepancies }, ''), requestId: null, durationMs: 0 },
    ...{ answer: received, evidence: null, repro: null, takenFrom: null, source: null },
  }));
}

/** Violations that belong to no declared failure as well. */
function fromTraffic(ledger: Ledger | ObservedLedger): Told[] {
  if (!('traffic' in ledger)) return [];
  const { violated, untold } = ledger.traffic;
  // Of a declared failure its line tells it already.
  const items = violated
    .filter(({ declared }) => !declared)
    .map((violation): Told => {
      const { operation, method, path, status, code, count, discrepancies, request, answer } = violation;
      return {
        ...{
          kind: 'traffic',
          operation,
          title: `${operation ?? `${method} ${path}`} in traffic`,
          name: said({ status, code }),
          outcome: 'violated',
        },
        ...{
          reason: `${summarise(discrepancies)}${count > 1 ? ` (${count} times)` : ''}`,
          expected: null,
          observed: said({ status, code }),
        },
        ...{ discrepancies, remedies: remediesOf({ outcome: 'violated', discrepancies }, ''), requestId: request.requestId, answer },
        ...{ durationMs: request.durationMs, evidence: { trigger: 'observed', requests: [request], control: null, notes: [] } },
        ...{ repro: null, declared: null, takenFrom: null, source: null },
      };
    });
  if (untold === 0) return items;
  const reason = `${counted(untold, 'violation')} of further kinds were counted, and not told`;
  return [...items, { ...NOTHING, kind: 'traffic', operation: null, title: 'further kinds in traffic', outcome: 'violated', reason }];
}

const NOTHING = {
  ...{ name: null, expected: null, observed: null, discrepancies: [], remedies: [], requestId: null, durationMs: 0, answer: null },
  ...{ evidence: null, repro: null, declared: null, takenFrom: null, source: null },
} as const;

/** What to do about it, each thing once. */
function remediesOf(item: Pick<Told, 'outcome' | 'discrepancies'>, expected: string): string[] {
  return [...new Set([...item.discrepancies.map(({ remedy }) => remedy), ...remedyOf(item.outcome, expected)])];
}

/** What to do about an outcome that no check has an opinion on. */
export function remedyOf(outcome: string, expected: string): string[] {
  if (outcome === 'not-reached') return [`Refuse such a request with ${expected}, before anything takes effect.`];
  if (outcome === 'edge-intercepted')
    return ['Let the proxy pass such requests on to the application, or drive the application behind it.'];
  if (outcome === 'wrong-path')
    return [`Answer such a request with ${expected}: let that check come before the one that fired, or keep that one from firing here.`];
  return [];
}

/** One item that stands for all that are like it. */
export type Alike = readonly [Item, ...Item[]];

/**
 * Items that are one thing to mend or to provide, however many lines show it; findings first, then failures, then the worst and the most
 * frequent. What another line has told already is left out.
 *
 * @example
 * for (const [first, ...more] of alike(items)) tell(first, more.length);
 */
export function alike(items: readonly Item[]): Alike[] {
  const untold = items.filter(({ takenFrom }) => takenFrom === null);
  const [waiting, others] = [untold.filter(isWaiting), untold.filter((item) => !isWaiting(item))];
  const groups = [...groupBy(others, kindOf).values()].sort(
    ([a, ...more], [b, ...others]) => rank(a) - rank(b) || others.length - more.length,
  );
  const [first, ...rest] = waiting.map((item) => ({
    ...item,
    reason: 'they say nothing as long as the lines that they wait for are not proven',
  }));
  return first === undefined ? groups : [...groups, [first, ...rest]];
}

const rank = ({ kind, outcome, passed }: Item): number =>
  (standingOf({ outcome, passed }) === 'bad' ? 0 : kind === 'failure' ? OUTCOMES.length : 2 * OUTCOMES.length) + OUTCOMES.indexOf(outcome);

/** Of two faults at once nothing can be said before each is proven by itself. */
const isWaiting = ({ outcome, reason }: Item): boolean => outcome === 'setup-failed' && reason.startsWith('it says nothing as long as');

/** What two must have in common to be one: what is wrong with the answers, or else what is asked for, or why nothing can be said. */
function kindOf(item: Item): string {
  const { kind, title, name, outcome, reason, expected, observed, discrepancies, operation, passed } = item;
  if (passed) return JSON.stringify(['passed', outcome, reason]);
  if (toneOf(outcome) !== 'bad') return JSON.stringify([outcome, reason]);
  const wrong = discrepancies.map(({ check, at, expected, actual }) => [check, at, expected, actual]);
  if (wrong.length > 0) return JSON.stringify([outcome, wrong]);
  return JSON.stringify(operation === null ? [title, reason] : [kind === 'failure' ? '' : kind, outcome, name, expected, observed]);
}

/** `openapi.yaml:12:7` taken apart. */
export function locationOf(declared: string | null): Location | undefined {
  const [, file, line, column] = /^(.+):([1-9]\d{0,8}):([1-9]\d{0,8})$/s.exec(declared ?? '') ?? [];
  return file === undefined ? undefined : { file, line: Number(line), column: Number(column) };
}
