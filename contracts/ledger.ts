import { groupBy, type Contract, type Failure } from '../spec/index.js';
import type { Decision, Waived } from './decision.js';
import { toLedgerProbe, type LedgerProbe, type ProbeLine } from './probes/index.js';
import { OUTCOMES, type CauseLine, type Discrepancy, type LineEvidence, type Outcome } from './types.js';
import type { WebhookLine, WebhookOutcome } from './webhooks/types.js';

/** One cause of a failure, as the ledger keeps it. */
export interface LedgerCause {
  readonly cause: string;
  readonly outcome: Outcome;
  /** Present when somebody answers for it: then `outcome` is `waived`. */
  readonly waived?: Waived;
  readonly reason: string;
  readonly observed: { readonly status: number; readonly code: string | null } | null;
  readonly requestId: string | null;
  readonly durationMs: number;
  /** What is wrong with the answer, or with what came after it. */
  readonly discrepancies: readonly Discrepancy[];
  /** The answer that shows it, redacted; `null` when it is proven, or there was none. */
  readonly answer: string | null;
  readonly evidence: LineEvidence;
  /** The whole path as a shell script, secrets as environment variables; `null` when nothing was sent. */
  readonly repro: string | null;
}

/** One declared failure: as proven as its least proven cause. */
export interface LedgerFailure {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly code: string;
  readonly outcome: Outcome;
  readonly reason: string;
  /** Where the contract lists it: file, line and column. */
  readonly declared: string;
  readonly causes: readonly LedgerCause[];
}

/** What became of a webhook: it is no failure, and is judged beside them. */
export interface LedgerWebhook {
  readonly webhook: string;
  readonly outcome: WebhookOutcome | 'waived';
  /** Present when somebody answers for it. */
  readonly waived?: Waived;
  readonly reason: string;
  readonly discrepancies: readonly Discrepancy[];
  /** The request as it came, redacted; `null` when none came. */
  readonly received: string | null;
  /** Where the contract declares it: file, line and column. */
  readonly declared: string;
}

/** What the gate decides from: one line per declared failure, whatever became of it. */
export interface Ledger extends Decision {
  readonly contract: { readonly title: string; readonly version: string; readonly sha256: string };
  /** What was asserted: two ledgers with one hash asked the same questions; `null` where nothing was. */
  readonly suite: LedgerSuite | null;
  /** `name` is what policies and records call it. */
  readonly deployment: { readonly name: string; readonly url: string };
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly failures: readonly LedgerFailure[];
  /** In the contract's order; empty when they were not looked at. */
  readonly webhooks: readonly LedgerWebhook[];
  /** Expectations beyond single causes, operation by operation; empty when they were not looked at. */
  readonly probes: readonly LedgerProbe[];
  readonly summary: Readonly<Partial<Record<Outcome, number>>>;
  /** Whether the application itself answered anything at all; `null` when nothing was sent. */
  readonly answered: boolean | null;
  /** Some failures were left out by a filter: no release is decided from a partial ledger. */
  readonly partial: boolean;
  /** Which part of the whole this is, where a run was shared out. */
  readonly shard?: LedgerShard;
  /** What it was decided by, where that is not what goes without saying. */
  readonly policy?: {
    readonly file: string;
    readonly sha256: string;
    /** Entries that are about other deployments only, and what they call them; only where there are some. */
    readonly elsewhere?: { readonly entries: number; readonly deployments: readonly string[] };
  };
}

export interface LedgerSuite {
  readonly name: string;
  readonly sha256: string;
}

export interface LedgerShard {
  readonly index: number;
  readonly of: number;
  /** Those that it looked at. */
  readonly operations: readonly string[];
  /** Whether it looked at the webhooks. */
  readonly webhooks: boolean;
  /** Whether it moved state that others at the same deployment stand on. */
  readonly alone: boolean;
}

/** What a gate may look at. */
export interface Evidence {
  readonly failures: readonly LedgerFailure[];
  readonly webhooks?: readonly (Pick<LedgerWebhook, 'outcome'> & Partial<LedgerWebhook>)[];
  readonly probes?: readonly (Pick<LedgerProbe, 'outcome'> & Partial<LedgerProbe>)[];
  /** Whether the application itself answered anything at all; `undefined` when nothing was sent. */
  readonly answered: boolean | undefined;
}

/**
 * The ledger of a run: its lines in the contract's order, and the decision that was made from them.
 *
 * @example
 * const ledger = buildLedger({ contract, url, startedAt: new Date(), durationMs, lines, decide });
 */
export function buildLedger(run: {
  readonly contract: Contract;
  readonly url: string;
  /** What the deployment is called; its host by default. */
  readonly name?: string | undefined;
  readonly suite?: LedgerSuite;
  readonly shard?: LedgerShard | undefined;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly lines: readonly CauseLine[];
  readonly webhooks?: readonly WebhookLine[];
  readonly probes?: readonly ProbeLine[];
  readonly decide: (evidence: Evidence) => Decision;
}): Ledger {
  const { contract, lines } = run;
  const byFailure = groupBy(lines, ({ failure }) => failure);
  const failures = contract.failures.map((failure) => toFailure(contract, failure, byFailure.get(failure) ?? []));
  const webhooks = (run.webhooks ?? []).map(toWebhook);
  const probes = (run.probes ?? []).map(toLedgerProbe);
  const summary = countOutcomes(failures);
  const sent = lines.filter(({ outcome }) => outcome !== 'not-capable' && outcome !== 'not-selected');
  const answered = sent.length === 0 ? undefined : sent.some((line) => line.answered);
  return {
    contract: { title: contract.title, version: contract.version, sha256: contract.sha256 },
    suite: run.suite ?? null,
    deployment: { name: run.name ?? hostOf(run.url), url: run.url },
    startedAt: run.startedAt.toISOString(),
    durationMs: run.durationMs,
    failures,
    webhooks,
    probes,
    summary,
    answered: answered ?? null,
    partial: failures.some(({ outcome, causes }) => outcome === 'not-selected' || causes.some((cause) => cause.outcome === 'not-selected')),
    ...(run.shard === undefined ? {} : { shard: run.shard }),
    ...run.decide({ failures, webhooks, probes, answered }),
  };
}

function toWebhook({ webhook, outcome, reason, discrepancies, received, location: { file, line, column } }: WebhookLine): LedgerWebhook {
  return { webhook: webhook.name, outcome, reason, discrepancies, received: received ?? null, declared: `${file}:${line}:${column}` };
}

function toFailure(contract: Contract, failure: Failure, lines: readonly CauseLine[]): LedgerFailure {
  const ordered = failure.causes.map((cause) => lines.find((line) => line.cause === cause)).filter((line) => line !== undefined);
  const causes = ordered.map(toLedgerCause);
  const { file, line, column } = contract.locate(failure.pointer);
  return {
    operation: failure.operation.id,
    method: failure.operation.method,
    path: failure.operation.path,
    status: failure.status,
    code: failure.code,
    ...toldBy(causes),
    declared: `${file}:${line}:${column}`,
    causes,
  };
}

/** The line of a path for the ledger. */
export function toLedgerCause(line: CauseLine): LedgerCause {
  return {
    cause: line.cause,
    outcome: line.outcome,
    reason: line.reason,
    observed: line.observed === undefined ? null : { status: line.observed.status, code: line.observed.code ?? null },
    requestId: line.requestId ?? null,
    durationMs: line.durationMs,
    discrepancies: line.discrepancies,
    answer: line.response ?? null,
    evidence: line.evidence,
    repro: line.repro ?? null,
  };
}

/**
 * What a failure's causes make of it: it is as proven as its least proven one.
 *
 * @example
 * toldBy(failure.causes).outcome; // 'verified'
 */
export function toldBy(causes: readonly Pick<LedgerCause, 'cause' | 'outcome' | 'reason'>[]): Pick<LedgerFailure, 'outcome' | 'reason'> {
  const worst = worstOf(causes);
  if (worst === undefined) return { outcome: 'not-selected', reason: 'it was not run' };
  const { outcome, cause, reason } = worst;
  return { outcome, reason: reason === '' || causes.length === 1 ? reason : `${cause}: ${reason}` };
}

/**
 * How many failures have which outcome.
 *
 * @example
 * countOutcomes(ledger.failures); // { verified: 120 }
 */
export function countOutcomes(failures: readonly Pick<LedgerFailure, 'outcome'>[]): Partial<Record<Outcome, number>> {
  const summary: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of failures) summary[outcome] = (summary[outcome] ?? 0) + 1;
  return summary;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** The line that decides: the least proven one, the first of its kind. */
export function worstOf<T extends { readonly outcome: Outcome }>(lines: readonly T[]): T | undefined {
  return lines.reduce<T | undefined>(
    (worst, line) => (worst === undefined || OUTCOMES.indexOf(line.outcome) < OUTCOMES.indexOf(worst.outcome) ? line : worst),
    undefined,
  );
}
