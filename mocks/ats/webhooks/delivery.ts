import type { DeliveryEffect, DeliveryTerms } from '../../../spec/index.js';
import type { Sent } from '../../deliveries/index.js';

/** One sending of a webhook, and what came of it. */
export interface Attempt {
  /** Counted from 1, through all series. */
  readonly number: number;
  /** 1, and one more for each time that the delivery was replayed. */
  readonly series: number;
  /** Milliseconds since 1970 UTC, as all times here. */
  readonly at: number;
  /** The header of that name, as it was sent. */
  readonly signature: string;
  /** Whether it was sent though an earlier one was acknowledged. */
  readonly duplicate: boolean;
  /** Of the answer, if there was one. */
  readonly status: number | null;
  /** Why there was no answer. */
  readonly problem: string | null;
}

/** The report of one transaction to the URL of the key that confirmed it; it is known by the id of the transaction. */
export interface Delivery {
  readonly id: string;
  readonly event: string;
  readonly url: string;
  /** The name of the key's record, whose secret signs. */
  readonly key_sha256: string;
  /** When the transaction ends: what there is to report has not happened before. */
  readonly occurs_at: number;
  /** As it is sent, each time. */
  readonly body: string;
  readonly state: 'pending' | 'delivered' | 'dead';
  /** Why it is dead. */
  readonly reason: string | null;
  /** The last of them. */
  readonly attempts: readonly Attempt[];
  /** That of its next attempt, or of its last. */
  readonly series: number;
  /** Failed attempts of this series. */
  readonly failures: number;
  /** How many more times it is to be sent, though it was acknowledged. */
  readonly duplicates: number;
  readonly next_attempt_at: number | null;
  /** Until when an attempt is under way: whoever has claimed it says what came of it, or it has failed then. */
  readonly claimed_until: number | null;
}

/** How deliveries are sent, beyond what the contract says. */
export interface DeliverySettings {
  /** How many times each acknowledged delivery is sent again. */
  readonly duplicates: number;
  /** Whether nothing is sent for the moment. */
  readonly paused: boolean;
  /** Which of those that are due at the same time goes first. */
  readonly order: 'oldest-first' | 'newest-first';
}

export const SETTINGS: DeliverySettings = Object.freeze({ duplicates: 0, paused: false, order: 'oldest-first' });

/** Replays and duplicates must not make a record grow for ever. */
const MOST_ATTEMPTS = 50;

/** A delivery that has not been tried yet. */
export function newDelivery(about: Pick<Delivery, 'id' | 'event' | 'url' | 'key_sha256' | 'occurs_at' | 'body'>): Delivery {
  const untried = { reason: null, attempts: [], series: 1, failures: 0, duplicates: 0, claimed_until: null } as const;
  return { ...about, state: 'pending', ...untried, next_attempt_at: about.occurs_at };
}

/** A delivery whose next attempt is under way from now on. */
export function claimed(delivery: Delivery, now: number, signature: string, { timeoutSeconds }: DeliveryTerms): Delivery {
  const last = delivery.attempts.at(-1);
  const attempt: Attempt = {
    number: (last?.number ?? 0) + 1,
    series: delivery.series,
    at: now,
    signature,
    duplicate: delivery.state === 'delivered',
    status: null,
    problem: null,
  };
  return {
    ...delivery,
    attempts: [...delivery.attempts, attempt].slice(-MOST_ATTEMPTS),
    next_attempt_at: null,
    claimed_until: now + timeoutSeconds * 1_000,
  };
}

export interface Verdict {
  readonly terms: DeliveryTerms;
  /** What the answer's status does to the delivery. */
  effectOf(status: number): DeliveryEffect;
  /** How many times a delivery that is acknowledged now is to be sent again. */
  readonly duplicates: number;
}

/** A delivery after the attempt under way has come to something. */
export function concluded(delivery: Delivery, sent: Sent, now: number, { terms, effectOf, duplicates }: Verdict): Delivery {
  const attempt = delivery.attempts.at(-1);
  if (attempt === undefined) return delivery;
  const outcome = 'status' in sent ? { status: sent.status, problem: null } : { status: null, problem: sent.problem };
  const attempts = [...delivery.attempts.slice(0, -1), { ...attempt, ...outcome }];
  const done: Delivery = { ...delivery, attempts, claimed_until: null, next_attempt_at: null };
  if (attempt.duplicate) return again(done, delivery.duplicates - 1, now);
  const effect = 'status' in sent ? effectOf(sent.status) : 'retried';
  if (effect === 'acknowledged') return again({ ...done, state: 'delivered', failures: 0 }, duplicates, now);
  return failed({ ...done, failures: done.failures + 1 }, effect, sent, now, terms);
}

function again(delivery: Delivery, duplicates: number, now: number): Delivery {
  return { ...delivery, duplicates: Math.max(0, duplicates), next_attempt_at: duplicates > 0 ? now : null };
}

function failed(delivery: Delivery, effect: DeliveryEffect, sent: Sent, now: number, { retryAfterSeconds }: DeliveryTerms): Delivery {
  const why = 'status' in sent ? `the receiver has answered ${sent.status}` : sent.problem;
  if (effect === 'final') return dead(delivery, `${why}, which is final`);
  const pause = retryAfterSeconds[delivery.failures - 1];
  if (pause === undefined) return dead(delivery, `${delivery.failures} attempts have failed; the last: ${why}`);
  return { ...delivery, next_attempt_at: now + pause * 1_000 };
}

/** A delivery that is given up. */
export function dead(delivery: Delivery, reason: string): Delivery {
  return { ...delivery, state: 'dead', reason, next_attempt_at: null, claimed_until: null };
}

/** A finished delivery that is to be made again, by a new series of attempts. */
export function replayed(delivery: Delivery, now: number): Delivery {
  return { ...delivery, state: 'pending', reason: null, series: delivery.series + 1, failures: 0, duplicates: 0, next_attempt_at: now };
}
