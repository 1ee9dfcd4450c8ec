import type { Failure, Operation } from '../../spec/index.js';
import type { FailurePath } from '../path.js';
import type { Capability, CauseLine, Outcome } from '../types.js';

/** Where an expectation comes from: the vendor's documents say it, or we read it into them. */
export type Basis = 'documented' | 'reading';

/** What an expectation stands on. */
export interface Grounds {
  readonly basis: Basis;
  /** What is written where, in a sentence. */
  readonly source: string;
}

/** What an identity must be told by every operation behind one security scheme: a cell of each row. */
export interface IdentityCheck extends Grounds {
  /** A column of the matrix, such as `wrong scope`. */
  readonly identity: string;
  /** The code that it must be refused with; `null` where it must be let in. */
  readonly code: string | null;
  /** The cause of the code whose failure path sends this very request: its line is the verdict, and nothing more is sent. */
  readonly line?: string;
  readonly needs?: readonly Capability[];
  /** Gives a request that is ready to this identity. */
  readonly when?: NonNullable<FailurePath['when']>;
}

/** A failure, and what brings it about. */
export interface Fault {
  readonly code: string;
  readonly cause: string;
}

/** Two faults that one request can have at once, and which of them is refused. By default the request is made of their two paths. */
export interface Precedence extends Grounds {
  readonly operation: string;
  readonly first: Fault;
  /** The fault that must wait. */
  readonly over: Fault;
  /** Whatever has the first fault has the other one as well: the line of the first is the verdict, and nothing more is sent. */
  readonly implied?: boolean;
  /** Beside what the two paths need. */
  readonly needs?: readonly Capability[];
  /** One of the paths' own, where both have one. */
  readonly given?: 'first' | 'over' | NonNullable<FailurePath['given']>;
  readonly when?: NonNullable<FailurePath['when']>;
}

/** What a suite expects beyond single causes. */
export interface ProbeSuite {
  /** By the name of the security scheme. */
  readonly identities: Readonly<Record<string, readonly IdentityCheck[]>>;
  readonly precedence: readonly Precedence[];
}

/** A declared failure for one of its causes: what a line of the ledger is about. */
export interface Declared {
  readonly failure: Failure;
  readonly cause: string;
}

/** One expectation: a cell of the identity matrix, or a pair of faults. */
export interface Probe extends Grounds {
  readonly kind: 'identity' | 'precedence';
  readonly operation: Operation;
  /** `wrong scope`; `api_key.revoked (revoked) before api_key.org_mismatch (another organization)`. */
  readonly name: string;
  /** What must be answered; `undefined` for a success. */
  readonly expected: Declared | undefined;
  /** The fault that must wait for the other one. */
  readonly over?: Declared;
  /** Whose line is the verdict, where nothing is sent. */
  readonly line?: Declared;
  /** How the request is made. */
  readonly path: FailurePath;
}

/** What became of a probe. */
export interface ProbeLine extends Omit<CauseLine, 'failure' | 'cause'> {
  readonly probe: Probe;
  /** The line that this was taken from: `initWork api_key.revoked (revoked)`; `undefined` where a request of its own was sent. */
  readonly takenFrom: string | undefined;
}

/** What a probe comes to without anything being sent for it. */
export type Unsent = Extract<Outcome, 'not-capable' | 'not-selected' | 'setup-failed'>;
