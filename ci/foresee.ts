import type { Decision, PlannedCause, Promises, Trigger } from '../contracts/index.js';
import { toDecision } from './gate.js';
import { BARE, causeOf, probeOf, webhookOf, type Line } from './lines.js';
import { dayOf, DEFAULT_POLICY, judgeLines, type Policy } from './policy/index.js';

/** What only shows when the deployment has answered: what a plan takes for proven may be answered wrongly. */
const BY_ANSWERS: ReadonlySet<string> = new Set(['waiver-unneeded', 'baseline-fixed']);

/**
 * What a policy will say of a run that goes as planned.
 *
 * @example
 * foresee(promisesOf(await rehearse(plan)), { policy, deployment: 'staging', now: new Date() }).exitCode;
 */
export function foresee(
  promises: Promises,
  { policy, deployment, now }: { readonly policy: Policy | undefined; readonly deployment: string; readonly now: Date },
): Decision {
  const lines = plannedLines(promises);
  const judgement = judgeLines(lines, { policy: policy ?? DEFAULT_POLICY, deployment, today: dayOf(now), whole: !promises.partial });
  const reasons = judgement.reasons.filter(({ kind }) => !BY_ANSWERS.has(kind));
  return toDecision({ ...judgement, reasons }, lines, undefined);
}

const TRIGGERS: Readonly<Partial<Record<NonNullable<PlannedCause['route']>, Trigger>>> = {
  'a magic value': 'magic value',
  simulate: 'simulated',
};

function plannedLines({ failures, probes, webhooks }: Promises): Line[] {
  return [
    ...failures.flatMap(({ operation, status, code, causes }) =>
      causes.map(({ cause, outcome, reason, route }) => {
        const trigger = route === null ? null : (TRIGGERS[route] ?? 'real cause');
        return { ...causeOf(operation, status, code, cause), ...BARE, outcome, reason, trigger };
      }),
    ),
    ...probes.map(({ kind, operation, name, outcome, reason }) => ({
      ...probeOf(operation, name, `${kind} ${operation}: ${name}`),
      ...BARE,
      outcome,
      reason,
    })),
    ...webhooks.map(({ webhook, outcome, reason }) => ({ ...webhookOf(webhook), ...BARE, outcome, reason })),
  ];
}
