import { setupFailed } from '../verdict.js';
import { describePath } from '../path.js';
import { placeIn } from '../place.js';
import { Steps, type RunContext } from '../steps.js';
import type { CauseLine } from '../types.js';
import type { PlannedProbe } from './plan.js';
import type { Declared, Probe, ProbeLine } from './types.js';
import { toProbeLine } from './visit.js';

/**
 * What becomes of probes without a request of their own, from the lines of the failure paths; `undefined` for one that must be sent.
 *
 * @example
 * createTaking(context, lines)(planned)?.takenFrom; // 'initWork api_key.revoked (revoked)'
 *
 * @param lines To which more may be added.
 */
export function createTaking(context: RunContext, lines: readonly CauseLine[]): (planned: PlannedProbe) => ProbeLine | undefined {
  const byName = new Map<string, CauseLine>();
  let known = 0;
  const lineOf = (declared: Declared): CauseLine | undefined => {
    // Since it was last asked for.
    for (const line of lines.slice(known)) byName.set(nameOf(line), line);
    known = lines.length;
    return byName.get(nameOf(declared));
  };
  const unsent = (probe: Probe, outcome: 'not-capable' | 'not-selected' | 'setup-failed', reason: string): ProbeLine =>
    toProbeLine(context, probe, { verdict: { ...setupFailed(reason), outcome }, steps: new Steps(context), durationMs: 0 });

  /** Two faults at once say nothing while it is not known that each of them is refused. */
  const unproven = (probe: Probe): ProbeLine | undefined => {
    for (const declared of [probe.expected, probe.over]) {
      if (declared === undefined || probe.over === undefined) continue;
      const name = nameOf(declared);
      const outcome = lineOf(declared)?.outcome ?? 'not-selected';
      if (outcome === 'verified') continue;
      if (outcome === 'not-selected') return unsent(probe, outcome, `${name} was not run`);
      return unsent(
        probe,
        outcome === 'not-capable' ? outcome : 'setup-failed',
        `it says nothing as long as ${name} is not proven (${outcome})`,
      );
    }
    return undefined;
  };

  return ({ probe, action }) => {
    if (action.do === 'nothing') return unsent(probe, action.outcome, action.reason);
    if (action.do === 'send') return unproven(probe);
    if (probe.expected === undefined) return letIn(context, probe, lines);
    const line = lineOf(probe.line ?? probe.expected);
    return line === undefined ? unsent(probe, 'not-selected', 'its line was not run') : taken(probe, line);
  };
}

function nameOf({ failure, cause }: Declared): string {
  return describePath({ operation: failure.operation.id, code: failure.code, cause });
}

function taken(probe: Probe, line: CauseLine): ProbeLine {
  const { failure: _, cause: __, ...rest } = line;
  return { ...rest, probe, takenFrom: nameOf(line) };
}

/** Whoever may, was: every control twin of the operation shows it. */
function letIn({ contract }: RunContext, probe: Probe, lines: readonly CauseLine[]): ProbeLine {
  const { operation } = probe;
  const isSuccess = (status: number | undefined): boolean => operation.successes.some((success) => success.status === status);
  const own = lines.filter(({ failure }) => failure.operation === operation);
  const shown = own.find(({ evidence }) => isSuccess(evidence.control?.status));
  const line = shown ?? own.find(({ answered }) => answered) ?? own[0];
  // What is only asked for has no control twin.
  const isUnasked = own.every((one) => one.outcome === 'not-capable' || one.evidence.trigger === 'simulated');
  const outcome = shown !== undefined ? 'verified' : isUnasked ? 'not-capable' : 'setup-failed';
  const reasons = { verified: '', 'not-capable': line?.reason ?? '', 'setup-failed': `no control twin of ${operation.id} has succeeded` };
  const requests = shown?.evidence.requests.filter(({ phase }) => phase !== 'when' && phase !== 'again') ?? [];
  const control = requests.findLast(({ phase }) => phase === 'control');
  return {
    probe,
    takenFrom: shown && `the control twin of ${nameOf(shown)}`,
    outcome,
    reason: reasons[outcome],
    observed: control && { status: control.status ?? 0, code: undefined },
    requestId: control?.requestId ?? undefined,
    durationMs: control?.durationMs ?? 0,
    discrepancies: [],
    evidence: { trigger: null, requests, control: shown?.evidence.control ?? null, notes: [] },
    response: undefined,
    answer: undefined,
    repro: undefined,
    location: placeIn(contract, operation.pointer),
    answered: shown !== undefined,
  };
}
