import type { Contract } from '../../spec/index.js';
import type { Deployment } from '../deployment.js';
import type { ProbeLine } from '../probes/index.js';
import type { Decision } from '../decision.js';
import type { CauseLine, Outcome } from '../types.js';

/**
 * How mock and deployment compare in one cause of one failure, or in one probe. A closed set.
 *
 * - `fiction`: the mock refuses with the failure, the deployment does otherwise.
 * - `missing`: the deployment refuses with it, the mock does otherwise.
 * - `different`: both refuse with it, and something that clients see differs; or of two faults each refuses another one.
 * - `unproven`: nothing can be said, since one of them could not be asked.
 * - `same`: whatever a client can rely on is the same.
 */
export const PARITIES = ['fiction', 'missing', 'different', 'unproven', 'same'] as const;

/** From the worst to the best. */
export type Parity = (typeof PARITIES)[number];

/** One thing that differs. */
export interface Difference {
  /** `status`, `content-type`, a header, `answer` as a whole, what came after it, or a JSON pointer into the body. */
  readonly at: string;
  readonly mock: string;
  readonly deployment: string;
}

/** What one of the two did. */
export interface ParitySide {
  /** What `verify` makes of it by itself. */
  readonly outcome: Outcome;
  readonly status: number | null;
  readonly code: string | null;
  readonly requestId: string | null;
  /** The whole way as a shell script, secrets as environment variables; `null` when nothing was sent, and where both are the same. */
  readonly repro: string | null;
}

/** One cause, or one probe, on the mock and on the deployment. */
export interface ParityLine {
  readonly kind: 'cause' | ProbeLine['probe']['kind'];
  readonly operation: string;
  /** What must be answered. */
  readonly status: number;
  readonly code: string;
  /** The cause; of a probe the identity, or which of two faults comes before which. */
  readonly name: string;
  readonly parity: Parity;
  /** One sentence; empty when they are the same. Where nothing is proven, with what would unlock it. */
  readonly reason: string;
  readonly differences: readonly Difference[];
  readonly mock: ParitySide;
  readonly deployment: ParitySide;
  /** Where the contract lists the failure: file, line and column. */
  readonly declared: string;
}

/** All that a run of one of the two has told. */
export interface RunTold {
  readonly deployment: Deployment;
  readonly lines: readonly CauseLine[];
  readonly probes: readonly ProbeLine[];
}

/** Both runs, of one contract and one selection. */
export interface BothRuns {
  readonly contract: Contract;
  readonly mock: RunTold;
  readonly deployment: RunTold;
}

/** What `failpath parity` has found, as `--json` prints it. */
export interface ParityReport extends Omit<Decision, 'reasons'> {
  readonly contract: { readonly title: string; readonly version: string; readonly sha256: string };
  readonly deployment: { readonly url: string };
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** Causes in the contract's order, then probes. */
  readonly lines: readonly ParityLine[];
  readonly summary: Readonly<Partial<Record<Parity, number>>>;
  /** Some failures were left out by a filter. */
  readonly partial: boolean;
}
