import {
  countOutcomes,
  toldBy,
  type Decision,
  type Evidence,
  type Ledger,
  type LedgerCause,
  type LedgerFailure,
  type Outcome,
  type Reason,
  type ReasonKind,
  type Waived,
} from '../contracts/index.js';
import { EXIT, gravest } from './exit.js';
import { linesOf, type Line } from './lines.js';
import { dayOf, DEFAULT_POLICY, judgeLines, type Judging, type Judgement, type Policy, type Violation } from './policy/index.js';

/** What each reason by itself would end a command with. */
const EXIT_OF: Readonly<Record<ReasonKind, number>> = {
  'nothing-run': EXIT.invalid,
  finding: EXIT.finding,
  'waiver-expired': EXIT.finding,
  'waiver-unneeded': EXIT.finding,
  'baseline-fixed': EXIT.finding,
  interrupted: EXIT.unjudged,
  unjudged: EXIT.unjudged,
  unproven: EXIT.unproven,
  waived: EXIT.proven,
  known: EXIT.proven,
  pending: EXIT.proven,
  'not-required': EXIT.proven,
};

const VERDICTS: Readonly<Record<number, string>> = {
  [EXIT.invalid]: 'nothing was run',
  [EXIT.finding]: 'failed',
  [EXIT.unjudged]: 'unjudged',
  [EXIT.unproven]: 'unproven',
};

const UNSENT: ReadonlySet<Outcome> = new Set<Outcome>(['not-capable', 'not-selected']);

/**
 * Decides a run without a policy: a wrong answer outweighs a silent environment, which outweighs what is merely unproven. A filtered
 * run is decided by the lines that it selected; a run over nothing proves nothing, so it never passes.
 *
 * @example
 * decide({ failures: ledger.failures, answered: true }).verdict; // 'proven'
 */
export function decide(evidence: Evidence): Decision {
  const judging: Judging = { policy: DEFAULT_POLICY, deployment: '', today: '', whole: false };
  const lines = linesOf(evidence);
  return toDecision(judgeLines(lines, judging), lines, evidence.answered);
}

/** What a ledger is decided by. */
export interface GateOptions {
  /** By default everything must be verified. */
  readonly policy?: Policy | undefined;
  /** The time at which it is decided: dates of the policy are held against its day in UTC. */
  readonly now: Date;
}

/** A ledger that was decided, with the wrong answers that nobody answers for. */
export interface Gated {
  readonly ledger: Ledger;
  readonly violations: readonly Violation[];
}

/**
 * Decides a ledger, be it for a second time: waived lines are marked as such, and keep what they came to.
 *
 * @example
 * const { ledger } = gate(saved, { policy, now: new Date() });
 *
 * @throws nothing: that a ledger is fit to be decided is for whoever reads it
 */
export function gate(ledger: Ledger, { policy, now }: GateOptions): Gated {
  const lines = linesOf(ledger);
  const judgement = judgeLines(lines, {
    policy: policy ?? DEFAULT_POLICY,
    deployment: ledger.deployment.name,
    today: dayOf(now),
    whole: !ledger.partial,
  });
  const decision = toDecision(judgement, lines, ledger.answered ?? undefined);
  const { policy: _, ...rest } = withWaivers(ledger, judgement.waived);
  const by =
    policy === undefined ? {} : { policy: { file: policy.file, sha256: policy.sha256, ...elsewhere(policy, ledger.deployment.name) } };
  return { ledger: { ...rest, ...by, ...decision }, violations: judgement.violations };
}

/** Deployments are declared nowhere, so a name that is spelled wrongly can only be shown. */
function elsewhere({ requirements, waivers, pending }: Policy, deployment: string): Pick<NonNullable<Ledger['policy']>, 'elsewhere'> {
  const others = [...requirements, ...waivers, ...pending].filter((entry) => !entry.appliesAt(deployment));
  if (others.length === 0) return {};
  return { elsewhere: { entries: others.length, deployments: [...new Set(others.flatMap(({ deployments }) => deployments))] } };
}

/** What reasons come to. */
export function toDecision(judgement: Judgement, lines: readonly Line[], answered: boolean | undefined): Decision {
  const reasons = [...judgement.reasons, ...(answered === false ? [SILENT] : [])];
  if (codeOf(reasons) === EXIT.proven && lines.every(({ outcome }) => UNSENT.has(outcome))) reasons.push(NOTHING);
  const exitCode = codeOf(reasons);
  const verdict = VERDICTS[exitCode] ?? (reasons.length === 0 ? 'proven' : 'accepted');
  return { verdict, exitCode, reasons: reasons.toSorted((a, b) => weight(a) - weight(b)) };
}

function codeOf(reasons: readonly Reason[]): number {
  return gravest(reasons.map(({ kind }) => EXIT_OF[kind]));
}

const KINDS = Object.keys(EXIT_OF);

/** Those against the verdict come first. */
function weight({ kind }: Reason): number {
  return KINDS.indexOf(kind);
}

const SILENT: Reason = {
  kind: 'unjudged',
  what: 'nothing got an answer of the application itself',
  why: 'What does not answer has neither kept its contract nor broken it.',
  remedy: 'See that the deployment is running, and that its address is right.',
};

const NOTHING: Reason = {
  kind: 'nothing-run',
  what: 'no failure was looked at',
  why: 'A run over nothing would look like a pass.',
  remedy: 'Select something that the deployment can be asked for: `failpath plan` shows what there is.',
};

/** Lines as the decision leaves them; what was waived before and is not any more is again what it came to. */
function withWaivers(ledger: Ledger, waived: ReadonlyMap<string, Waived>): Ledger {
  const failures = ledger.failures.map((failure): LedgerFailure => {
    const { operation, status, code, causes } = failure;
    const now = causes.map((cause): LedgerCause => marked(cause, waived.get(`${operation} ${status} ${code} (${cause.cause})`)));
    return now.every((cause, index) => cause === causes[index]) ? failure : { ...failure, ...toldBy(now), causes: now };
  });
  return {
    ...ledger,
    failures,
    probes: ledger.probes.map((probe) => marked(probe, waived.get(`${probe.kind} ${probe.operation}: ${probe.name}`))),
    webhooks: ledger.webhooks.map((webhook) => marked(webhook, waived.get(`webhook ${webhook.webhook}`))),
    summary: countOutcomes(failures),
  };
}

function marked<T extends { readonly outcome: string; readonly waived?: Waived }>(line: T, waived: Waived | undefined): T {
  if (waived !== undefined) return { ...line, outcome: 'waived', waived };
  if (line.waived === undefined) return line;
  const { waived: before, ...rest } = line;
  return { ...rest, outcome: before.outcome } as T;
}
