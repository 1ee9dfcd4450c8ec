import type { RecordedExchange } from '../types.js';

/** Ways in which a client mistreats a failure. */
export const MISBEHAVIOURS = {
  'retried-never': 'A failure that must not be retried was retried.',
  hammered: 'A failure was retried again and again without backing off.',
  'ignored-retry-after': 'A request was repeated before its Retry-After had passed.',
  'changed-key': 'A retry came with another Idempotency-Key, or with none.',
  'reused-key': 'An Idempotency-Key was used for another request.',
} as const;

export type Misbehaviour = keyof typeof MISBEHAVIOURS;

/** What a client did that the contract's `x-retry` forbids. */
export interface Verdict {
  readonly misbehaviour: Misbehaviour;
  /**
   * Whether the requests are attempts at the same thing beyond doubt, by their Idempotency-Key or their trace. Otherwise they are equal
   * in all that can be seen, and could still be separate calls.
   */
  readonly certain: boolean;
  readonly operation: string;
  /** Of the failure; `undefined` where the matter is a key. */
  readonly status: number | undefined;
  readonly code: string | undefined;
  /** What happened, in a sentence. */
  readonly says: string;
  /** What to change in the client. */
  readonly remedy: string;
  /** In the order of arrival. */
  readonly evidence: readonly RecordedExchange[];
}

/** When a repeated request counts as hammering: so many in a row, none of which waited so long. */
export interface Pace {
  readonly retries: number;
  readonly underMs: number;
}

export interface BehaviourOptions {
  /**
   * The paces of a client that does not back off; by default 3 retries in a row under 100 ms each, or 10 under 1 s: a first retry
   * at once is common and harmless, and waits that grow soon pass a second.
   */
  readonly hammering?: readonly Pace[];
  /** How long after a failure the same request still counts as its retry, in milliseconds; 60,000 by default. */
  readonly windowMs?: number;
  /** How much earlier than Retry-After a retry may come, for clocks that tick differently; 100 by default. */
  readonly toleranceMs?: number;
  /**
   * How often each request is made when nothing fails, by caller and fingerprint (`repetitionsOf`): that many of those that come too soon
   * are taken for separate calls.
   */
  readonly repetitions?: ReadonlyMap<string, number>;
}
