import type { Reason } from '../../contracts/index.js';
import type { Line } from '../lines.js';
import type { Judging, Standings } from './judge.js';
import type { Waiver } from './types.js';

/** What waivers do to lines, and what is to be said of the waivers themselves. */
export interface WaiversOver {
  /** Who answers for a line that is not as it must be; the first in the file. */
  waiverOf(line: Line): Waiver | undefined;
  readonly reasons: readonly Reason[];
}

/** Holds waivers against lines: one that is over, or that no line needs any more, is a reason against the verdict. */
export function waiversOver(standings: readonly Standings[], lines: readonly Line[], { policy, deployment, today }: Judging): WaiversOver {
  const looked = new Set(standings.map(({ line }) => line));
  const waivers = policy.waivers.filter((one) => one.appliesAt(deployment));
  const current = waivers.filter(({ expires }) => expires >= today);
  return {
    waiverOf: (line) => current.find((waiver) => covers(waiver, line)),
    reasons: waivers.flatMap((waiver): Reason[] => {
      const about = standings.filter(({ line }) => waiver.matches(line));
      const open = about.filter(({ standing }) => standing !== 'met');
      if (open.length > 0) return waiver.expires < today ? [expired(waiver, open, today)] : [];
      // What was not looked at may need it.
      const all = lines.every((line) => looked.has(line) || !waiver.matches(line));
      return about.length > 0 && all ? [unneeded(waiver, about)] : [];
    }),
  };
}

function covers({ matches, outcomes }: Waiver, line: Line): boolean {
  return matches(line) && (outcomes?.has(line.outcome) ?? true);
}

function unneeded({ owner, expires, where }: Waiver, about: readonly Standings[]): Reason {
  return {
    kind: 'waiver-unneeded',
    what: `the waiver of ${owner} until ${expires} is not needed any more: ${named(about)} as it must be`,
    why: 'As long as it is there, the failure could come back unseen.',
    remedy: 'Delete the waiver.',
    where,
  };
}

function expired({ owner, expires, reason, where }: Waiver, open: readonly Standings[], today: string): Reason {
  return {
    kind: 'waiver-expired',
    what: `the waiver of ${owner} has ended on ${expires}, and ${named(open)} still not as it must be (today is ${today})`,
    why: `It was given because: ${reason}`,
    remedy: `Mend what it was given for, or have ${owner} answer for it anew.`,
    where,
  };
}

function named(lines: readonly Standings[]): string {
  const [first] = lines;
  return lines.length === 1 && first !== undefined ? `${first.line.name} is` : `each of its ${lines.length} lines is`;
}
