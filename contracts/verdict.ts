import { summarise, type Judgement } from './judge.js';
import type { CauseLine, Discrepancy } from './types.js';

/** What an answer, and all that came after it, amount to. */
export interface Verdict extends Pick<CauseLine, 'outcome' | 'reason' | 'discrepancies'> {
  /** Up to where the story goes that shows it: by default to the faulty request, or to wherever the way there failed. */
  readonly until?: 'again' | 'control';
}

export function setupFailed(reason: string): Verdict {
  return { outcome: 'setup-failed', reason, discrepancies: [] };
}

/** Found by what came after the right refusal; what that was decides whether the control twin may overrule. */
export function violated(until: 'again' | 'control', discrepancy: Discrepancy): Judgement & Verdict {
  return {
    outcome: 'violated',
    reason: summarise([discrepancy]),
    discrepancies: [discrepancy],
    until,
    needsControl: until === 'again',
  };
}
