import type { Reason, Waived } from '../../contracts/index.js';
import type { Line } from '../lines.js';
import { keyOf, violationOf } from './baseline.js';
import { gradeOf, standingOf, type Standing } from './grades.js';
import { waiversOver } from './waivers.js';
import type { Pending, Policy, Requirement, Violation, Waiver } from './types.js';

/** A policy's word on every line, and on itself. */
export interface Judgement {
  readonly reasons: readonly Reason[];
  /** By the line's name. */
  readonly waived: ReadonlyMap<string, Waived>;
  /** Wrong answers that nobody answers for: what a baseline may know. */
  readonly violations: readonly Violation[];
}

/** What lines are judged by. */
export interface Judging {
  readonly policy: Pick<Policy, 'requirements' | 'waivers' | 'pending' | 'baseline'>;
  /** Its name. */
  readonly deployment: string;
  /** In UTC. */
  readonly today: string;
  /** Whether the lines are all that there are. */
  readonly whole: boolean;
}

/** The policy that goes without saying: everything must be verified. */
export const DEFAULT_POLICY: Judging['policy'] = { requirements: [], waivers: [], pending: [], baseline: undefined };

/** A line that is looked at, and how it stands. */
export interface Standings {
  readonly line: Line;
  readonly standing: Standing;
  readonly requirement: Requirement | undefined;
}

/**
 * Judges lines by a policy. A line that does not stand as it must is let pass by the first of these that covers it: a waiver, an entry
 * of what is pending, the baseline.
 *
 * @example
 * judgeLines(linesOf(ledger), { policy, deployment: 'staging', today: '2026-09-30', whole: true }).reasons;
 */
export function judgeLines(lines: readonly Line[], judging: Judging): Judgement {
  const { deployment, policy } = judging;
  const requirements = policy.requirements.filter((one) => one.appliesAt(deployment));
  const standings = lookedAt(lines).map((line): Standings => {
    const requirement = requirements.findLast((one) => one.matches(line));
    return { line, requirement, standing: standingOf(line, requirement?.requires ?? 'real cause') };
  });
  const over = waiversOver(standings, lines, judging);
  const known = new Set((policy.baseline?.violations ?? []).map(keyOf));
  const pending = policy.pending.filter((one) => one.appliesAt(deployment));
  const waived = new Map<string, Waived>();
  const violations: Violation[] = [];
  const reasons = standings.flatMap((one): Reason[] => {
    const { line, standing } = one;
    if (standing === 'met') return notRequired(one);
    const waiver = over.waiverOf(line);
    if (waiver !== undefined) {
      waived.set(line.name, { outcome: line.outcome, owner: waiver.owner, reason: waiver.reason, expires: waiver.expires });
      return [waivedReason(line, waiver)];
    }
    const violation = standing === 'wrong' ? violationOf(line, deployment) : undefined;
    const waits = pending.filter((entry) => entry.matches(line));
    const current = waits.find(({ until }) => until >= judging.today);
    // What answers wrongly is there already.
    if (current !== undefined && line.outcome !== 'violated') return [pendingReason(line, current)];
    if (violation !== undefined) violations.push(violation);
    if (violation !== undefined && known.has(keyOf(violation))) return [knownReason(line, policy)];
    return [against(one, waits[0], policy)];
  });
  return { waived, violations, reasons: [...reasons, ...over.reasons, ...fixed(standings, lines, judging)] };
}

/** What was left out is not judged; nor is what only repeats that another line is not proven, or what nobody could look at beside them. */
function lookedAt(lines: readonly Line[]): readonly Line[] {
  const unproven = new Set(lines.flatMap(({ name, outcome }) => (outcome === 'verified' ? [] : [name])));
  return lines.filter(({ kind, outcome, repeats }) => {
    if (outcome === 'not-selected') return false;
    if (kind !== 'cause' && outcome === 'not-capable') return false;
    return outcome === 'verified' || !repeats.some((name) => unproven.has(name));
  });
}

function notRequired({ line, requirement }: Standings): Reason[] {
  if (gradeOf(line) === 'real cause' || requirement === undefined) return [];
  return [
    {
      kind: 'not-required',
      failure: line.name,
      what: `${line.outcome}, where the policy requires ${requirement.requires === 'nothing' ? 'nothing' : `a ${requirement.requires}`}`,
      why: line.reason,
      remedy: 'Nothing has to be done; the last requirement that matches a line is the one that counts.',
      where: requirement.where,
    },
  ];
}

function waivedReason({ name, outcome }: Line, { owner, reason, expires, where }: Waiver): Reason {
  return {
    kind: 'waived',
    failure: name,
    what: `${outcome}, waived by ${owner}: ${reason}`,
    remedy: `It must be as declared by the end of ${expires} (UTC).`,
    where,
    until: expires,
  };
}

function pendingReason({ name, outcome }: Line, { until, where }: Pending): Reason {
  return {
    kind: 'pending',
    failure: name,
    what: `${outcome}, not there yet`,
    remedy: `It must be proven by the end of ${until} (UTC).`,
    where,
    until,
  };
}

function knownReason({ name, outcome, reason }: Line, { baseline }: Judging['policy']): Reason {
  return {
    kind: 'known',
    failure: name,
    what: `${outcome}, as ${baseline?.file ?? 'the baseline'} knows: ${reason}`,
    remedy: 'Mend it when there is time; the baseline has to be written again then.',
  };
}

function against({ line, standing, requirement }: Standings, over: Pending | undefined, { baseline }: Judging['policy']): Reason {
  const why = [
    ...(over === undefined ? [] : [`it was pending until ${over.until} (${over.where})`]),
    ...(requirement === undefined || standing === 'wrong' ? [] : [`required: ${requirement.requires} (${requirement.where})`]),
    ...(baseline === undefined || standing !== 'wrong' ? [] : [`${baseline.file} does not know it`]),
  ];
  return {
    kind: standing === 'wrong' ? 'finding' : 'unproven',
    failure: line.name,
    what: line.reason === '' ? line.outcome : `${line.outcome}: ${line.reason}`,
    ...(why.length === 0 ? {} : { why: why.join('; ') }),
    remedy:
      standing === 'wrong'
        ? 'Mend the API; if it must pass for a while, give it a waiver with an owner and a date.'
        : 'Let the deployment prove it (`failpath plan` says how); if it must pass for a while, give it a waiver.',
  };
}

/** A baseline that knows more than there is would let it come back unseen. */
function fixed(standings: readonly Standings[], lines: readonly Line[], { policy, deployment, whole }: Judging): Reason[] {
  const { baseline } = policy;
  if (baseline === undefined) return [];
  const met = new Set(standings.flatMap(({ line, standing }) => (standing === 'met' ? [line.name] : [])));
  const there = new Set(lines.map(({ name }) => name));
  return baseline.violations
    .filter((one) => one.deployment === deployment && (met.has(one.line) || (whole && !there.has(one.line))))
    .map(({ line, outcome }) => ({
      kind: 'baseline-fixed',
      failure: line,
      what: `${baseline.file} knows it as ${outcome}, and it is ${met.has(line) ? 'mended' : 'not declared any more'}`,
      why: 'As long as it is known it could come back unseen.',
      remedy: 'Write the baseline again: failpath gate --ledger <ledger> --policy <policy> --write-baseline',
    }));
}
