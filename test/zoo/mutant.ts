import type { Outcome } from '../../contracts/index.js';
import type { Replacements } from '../../mocks/ats/index.js';
import type { Meddling } from '../support/proxy.js';

/**
 * What kind of lie it is: refused rightly and said wrongly, said rightly and decided wrongly, not said at all, or no lie.
 */
export type MutantClass = 'wire' | 'behaviour' | 'transport' | 'neutral';

/** A deployment that differs from the sandbox in one respect. */
export interface Mutant {
  /** Unique in the zoo. */
  readonly name: string;
  readonly class: MutantClass;
  /** One sentence: what is wrong; for a neutral one, what is different. */
  readonly breaks: string;
  /**
   * The lines of the ledger that must catch it, every one of them, and no other cause's: `<operation> <code> (<cause>)`, where `*` stands
   * for anything, and a cause that is left out for every cause; and `<operation>: <probe>`. None for a neutral one.
   */
  readonly lines: readonly string[];
  /** Other lines may be hit as well: what is broken stands in their way. */
  readonly spreads?: boolean;
  /** What these lines come to; by default any finding. */
  readonly outcome?: Outcome | readonly Outcome[];
  /** What the reason of these lines must say. */
  readonly says?: RegExp;
  /** What the sandbox does differently; made for each start, since it may remember. */
  readonly sandbox?: () => Replacements;
  /** What a proxy in front of it does to requests and answers. */
  readonly proxy?: () => Meddling;
  /** Driven through every line, or every line and probe, and not through a sample only. */
  readonly everything?: 'lines' | 'lines and probes';
}

/** Outcomes that name a fault of the deployment. */
export const FINDINGS: readonly Outcome[] = ['violated', 'not-reached', 'wrong-path'];

/**
 * What refusing too much comes to: a finding where the run has seen the operation succeed, unproven where it may be the way there.
 */
export const REFUSES_TOO_MUCH: readonly Outcome[] = ['violated', 'setup-failed'];

/** The first few of many, and how many more there are. */
export function summed(texts: readonly string[], between: string): string {
  const more = texts.length - 4;
  return more <= 0 ? texts.join(between) : `${texts.slice(0, 4).join(between)}${between}and ${more} more`;
}
