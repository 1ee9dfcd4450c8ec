import type { Failure, Operation } from '../../spec/index.js';
import type { Ledger, LedgerFailure } from '../ledger.js';
import type { Discrepancy, RequestEvidence } from '../types.js';
import type { Sample } from './samples.js';

/** One way in which answers broke the contract, however often they did; redacted. */
export interface ObservedViolation {
  /** `null` for a request that no operation answers. */
  readonly operation: string | null;
  readonly method: string;
  /** As the contract writes it; of a request that no operation answers, without what may be an id. */
  readonly path: string;
  readonly status: number;
  readonly code: string | null;
  /** Whether it is a failure that the operation declares, or the contract where no operation answers, told wrongly. */
  readonly declared: boolean;
  readonly discrepancies: readonly Discrepancy[];
  /** How many answers. */
  readonly count: number;
  /** RFC 3339, UTC. */
  readonly first: string;
  readonly last: string;
  /** The first request that was answered so. */
  readonly request: RequestEvidence;
  /** Its answer. */
  readonly answer: string;
}

/** An answer that its operation does not declare, by what a client would switch on. */
export interface UndeclaredAnswer {
  readonly operation: string | null;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly code: string | null;
  readonly count: number;
  readonly last: string;
}

/** Something that was seen so often. */
export interface Counted {
  readonly what: string;
  readonly count: number;
}

/** What has gone by. */
export interface Traffic {
  /** Every request, whatever became of it. */
  readonly requests: number;
  /** Answers that are as their operation declares them. */
  readonly successes: number;
  readonly failures: number;
  /** Refusals, as the contract declares them, of requests that no operation answers. */
  readonly unrouted: number;
  /** Of all that was judged, the answers of operations. */
  readonly reached: number;
  /** Answers that are not. */
  readonly violations: number;
  /** Answers that something in front of the application gave. */
  readonly edge: number;
  /** Which ones, by operation and status, and what shows that they are not the application's. */
  readonly edges: readonly Counted[];
  /** Answers that were not judged, by the reason. */
  readonly unjudged: readonly Counted[];
  /** Requests that got no answer, by the reason. */
  readonly unanswered: readonly Counted[];
  /** Requests outside of the contract, by method and path. */
  readonly elsewhere: readonly Counted[];
  readonly violated: readonly ObservedViolation[];
  readonly undeclared: readonly UndeclaredAnswer[];
  /** Violations of further kinds, which are counted and not told: there were too many kinds. */
  readonly untold: number;
}

/** How often a failure was seen. */
export interface Sightings {
  readonly times: number;
  /** How many of them broke the contract. */
  readonly wrong: number;
  /** RFC 3339, UTC. */
  readonly first: string;
  readonly last: string;
}

/** A line of a ledger of traffic: `null` for a failure that was not seen. */
export interface ObservedFailure extends LedgerFailure {
  readonly seen: Sightings | null;
}

/** A ledger like that of `verify`, with what traffic has shown. */
export interface ObservedLedger extends Ledger {
  readonly failures: readonly ObservedFailure[];
  readonly traffic: Traffic;
}

/** A failure that was seen, before it becomes a line. */
export interface SeenFailure {
  readonly failure: Failure;
  times: number;
  wrong: number;
  /** Milliseconds since 1970. */
  first: number;
  last: number;
  /** The first few requests. */
  readonly requests: RequestEvidence[];
  /** The first answer that was wrong. */
  violation: Sample | undefined;
}

/** What an exchange is by the contract, before anything is counted. */
export type Judged =
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'unjudged'; readonly why: string }
  | { readonly kind: 'edge'; readonly evidence: string }
  | { readonly kind: 'success' }
  /** What no operation answers was refused as declared. */
  | { readonly kind: 'unrouted' }
  /** `failure` is absent where the code was not seen, as in the answer to a HEAD. */
  | { readonly kind: 'failure'; readonly failure: Failure | undefined }
  | {
      readonly kind: 'violation';
      readonly operation: Operation | undefined;
      /** The declared failure that was told wrongly. */
      readonly failure: Failure | undefined;
      /** Of a success that is declared, and was told wrongly, the answer is not undeclared either. */
      readonly undeclared: boolean;
      readonly code: string | undefined;
      readonly discrepancies: readonly Discrepancy[];
    };
