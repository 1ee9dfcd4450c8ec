import type { Outcome } from '../../contracts/index.js';
import type { Line } from '../lines.js';
import { GRADES, type Grade } from './types.js';

const FINDINGS: ReadonlySet<Outcome> = new Set<Outcome>(['violated', 'not-reached', 'wrong-path']);

/** Whether a line is as it must be, wrong, or not proven to the grade that is asked for. */
export type Standing = 'met' | 'wrong' | 'open';

/** What an unproven line stands on. */
export function gradeOf({ outcome, trigger }: Pick<Line, 'outcome' | 'trigger'>): Grade {
  // Waived by whoever made the ledger: there is nothing left to ask.
  if (outcome === 'verified' || outcome === 'waived') return 'real cause';
  if (outcome !== 'simulated') return 'nothing';
  return trigger === 'magic value' ? 'magic value' : 'simulated';
}

/** A wrong answer is wrong whatever is asked for. */
export function standingOf(line: Pick<Line, 'outcome' | 'trigger'>, requires: Grade): Standing {
  if (FINDINGS.has(line.outcome)) return 'wrong';
  return GRADES.indexOf(gradeOf(line)) <= GRADES.indexOf(requires) ? 'met' : 'open';
}
