import type { Outcome } from './types.js';

/** Why a verdict is what it is: about a line, about the run, or about the policy itself. */
export const REASON_KINDS = [
  // Against it
  'nothing-run',
  'finding',
  'waiver-expired',
  'waiver-unneeded',
  'baseline-fixed',
  'interrupted',
  'unjudged',
  'unproven',
  // Let pass
  'waived',
  'known',
  'pending',
  'not-required',
] as const;

export type ReasonKind = (typeof REASON_KINDS)[number];

/** Kinds of lines that are not proven, and that the policy lets pass. */
export const LET_PASS: ReadonlySet<ReasonKind> = new Set<ReasonKind>(['waived', 'known', 'pending', 'not-required']);

/** One reason of a decision, fit to be told. */
export interface Reason {
  readonly kind: ReasonKind;
  /** The line that it is about, by name: `initWork 401 api_key.revoked (revoked)`; absent where it is about the whole. */
  readonly failure?: string;
  readonly what: string;
  readonly why?: string;
  readonly remedy: string;
  /** The entry of the policy, as file:line:column. */
  readonly where?: string;
  /** The last day, UTC, on which it is let pass: `2026-09-30`. */
  readonly until?: string;
}

/** What a gate makes of the lines. */
export interface Decision {
  readonly verdict: string;
  readonly exitCode: number;
  /** Those against it first. */
  readonly reasons: readonly Reason[];
}

/** Who answers for a line that is not proven, and until when; `outcome` is what it came to. */
export interface Waived {
  readonly outcome: Outcome;
  readonly owner: string;
  readonly reason: string;
  /** The last day, UTC, on which it holds. */
  readonly expires: string;
}
