import type { Contract } from '../../spec/index.js';
import type { RuleMatch } from '../script/types.js';
import type { Connection, JournalEntry } from '../types.js';

/** A request body as the journal keeps it. */
export type RecordedBody =
  | { readonly kind: 'absent' }
  | { readonly kind: 'json'; readonly value: unknown }
  /** Neither JSON nor nothing; what could not be read is said in `problem`. */
  | { readonly kind: 'unread'; readonly problem: string }
  /** Longer than the journal keeps: how it began, as text. */
  | { readonly kind: 'cut'; readonly start: string; readonly length: number };

/** Two moments, in milliseconds. */
export interface Span {
  /** When the request had arrived. */
  readonly arrived: number;
  /** When its answer was ready to go out. */
  readonly answered: number;
}

/** A request and its answer with all that verification looks at; credentials are redacted, and bodies have a bound. */
export interface RecordedExchange extends JournalEntry {
  /** By the mock's clock, milliseconds since 1970 UTC. */
  readonly time: Span;
  /** Of real time that never goes back, in milliseconds since whenever. */
  readonly real: Span;
  /** Without the query, credentials redacted. */
  readonly path: string;
  readonly query: Readonly<Record<string, readonly string[]>>;
  /** Names in lower case; a list of what was sent more than once. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: RecordedBody;
  /** The name of the caller's identity, `none` or `unknown`. */
  readonly identity: string;
  /** Equal for equal credentials, and says nothing else about them; `none` without one. */
  readonly caller: string;
  /** Equal for equal requests: method, path, query and body; credential, Idempotency-Key and the choice of an answer aside. */
  readonly fingerprint: string;
  /** Equal for equal choices of an answer (`Prefer` and its kin); empty when nothing was chosen. */
  readonly choice: string;
  readonly idempotencyKey: string | undefined;
  /** Of the `traceparent` header. */
  readonly traceId: string | undefined;
  readonly connection: Connection;
  /** Counts what was changed from outside, such as rules and the clock: requests of two epochs may have met different worlds. */
  readonly epoch: number;
  /** What the answer's `Retry-After` said, in milliseconds from when it was answered. */
  readonly retryAfterMs: number | undefined;
}

/** Where verification finds what has arrived; the journal is one. */
export interface ExchangeSource {
  readonly contract: Contract;
  /** Oldest first. */
  exchanges(): readonly RecordedExchange[];
  /** Calls the listener with each exchange as it is recorded; returns how to stop. */
  onExchange(listener: (exchange: RecordedExchange) => void): () => void;
}

/** Globs (`*`, `?`) over a text, of which one must fit. */
export type Globs = string | readonly string[];

/** What an exchange must be; what is left out does not matter. Matchers are those of rules. */
export interface ExchangeQuery<Operation extends string = string> extends Omit<RuleMatch, 'on' | 'occurrence' | 'wiremock'> {
  /** Operation ids; `*` and `?` as in file names. */
  readonly operation?: Operation | readonly Operation[];
  /** Of the answer; a text is a glob, such as `5*`. */
  readonly status?: number | Globs;
  /** Of the answer's envelope. */
  readonly code?: Globs;
  /** The rule that answered. */
  readonly ruleId?: string;
  readonly idempotencyKey?: string;
  /** By the mock's clock, the moment included: milliseconds since 1970 UTC, or RFC 3339. */
  readonly since?: number | string;
  /** By the mock's clock, the moment excluded. */
  readonly until?: number | string;
}
