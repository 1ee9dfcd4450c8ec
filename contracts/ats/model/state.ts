import type { Hand } from '../../fuzz/sequences/index.js';
import type { PathRequest, Token } from '../../types.js';
import type { JobKind } from '../work.js';

/** Rounding, and the time that requests take: within so many seconds of an end nobody knows on which side of it one is. */
const MARGIN_SECONDS = 5;

export type Network = 'testnet' | 'mainnet';

/** Whether something still lives; near its end, nobody knows. */
export type Alive = 'yes' | 'no' | 'maybe';

export interface Key {
  readonly id: string;
  readonly name: string;
  readonly token: Token;
  readonly scopes: readonly string[];
  /** The moment of its revocation. */
  revokedAt: number | undefined;
}

export interface Job {
  readonly kind: JobKind;
  readonly id: string;
  readonly uploadUrl: string | undefined;
  /** The request that opened it, with its Idempotency-Key, and what that was answered. */
  readonly opened: PathRequest;
  readonly answer: string;
  readonly network: Network;
  /** The external user that it is for, as it was sent. */
  readonly user: string | undefined;
  readonly atsId: string | undefined;
  readonly openedAt: number;
  phase: 'open' | 'prepared' | 'confirmed';
  /** How much was uploaded; `undefined` for nothing yet. */
  bytes: number | undefined;
  preparedAt: number;
  price: number;
  transaction: string | undefined;
  progress: number;
  /** Of a work that is on chain. */
  registeredAs: string | undefined;
  complete: boolean;
}

export interface Session {
  readonly user: string;
  readonly token: Token;
  readonly openedAt: number;
}

/** What is known of the deployment in the middle of a sequence. */
export interface AtsState {
  readonly keys: Map<string, Key>;
  readonly jobs: Map<string, Job>;
  readonly sessions: Map<string, Session>;
  /** Ids, tokens and URLs that were given out, and as what. */
  readonly given: Map<string, string>;
  /** The keys that there were before, and whether they were revoked. */
  readonly keysBefore: ReadonlyMap<string, boolean>;
  /** How many keys more there may be. */
  readonly places: number;
  /** Part of the names of its users. */
  readonly mark: string;
  readonly networks: readonly [Network, ...Network[]];
  /** What was set and not spent; `undefined` where nobody has set it. */
  credits: { readonly network: Network; left: number } | undefined;
  /** What is left of the quota; after a while the month may be another. */
  quota: { left: number; certain: boolean } | undefined;
  waitedSeconds: number;
  readonly beganAt: number;
  names: number;
}

/** The moment on the deployment's clock, in seconds since the sequence began. */
export function now({ waitedSeconds, beganAt }: AtsState): number {
  return waitedSeconds + (performance.now() - beganAt) / 1000;
}

export function isAlive(state: AtsState, since: number, seconds: number): Alive {
  const age = now(state) - since;
  if (age < seconds - MARGIN_SECONDS) return 'yes';
  return age > seconds + MARGIN_SECONDS ? 'no' : 'maybe';
}

/** How long something lives on the deployment, in seconds. */
export function lifeOf({ steps }: Hand, what: 'upload' | 'quote' | 'partnerSession' | 'idempotency'): number {
  const { ttls } = steps.deployment;
  const said = {
    upload: ttls.uploadTtlSeconds,
    quote: ttls.quoteTtlSeconds,
    partnerSession: ttls.partnerSessionTtlSeconds,
    idempotency: undefined,
  };
  const limit = { upload: 'upload', quote: 'quote', partnerSession: 'partner_session', idempotency: 'idempotency' }[what];
  return said[what] ?? steps.contract.limits[`${limit}_ttl_seconds`]?.value ?? Infinity;
}

/** A name for what a step is about to make. */
export function newName(state: AtsState, what: string): string {
  state.names += 1;
  return `${what}${state.names}`;
}

/** What was never given out before. */
export function give(state: AtsState, hand: Hand, what: string, value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const before = state.given.get(text);
  const as = before === what ? 'before' : `before, as a ${before}`;
  hand.holds(`each ${what} is given out once`, before === undefined, () => `the ${what} of this answer was given out ${as}`);
  state.given.set(text, what);
  return text;
}

/** What a step names, or the step is left out. */
export function named<T>(things: ReadonlyMap<string, T>, name: unknown, hand: Hand): T {
  return things.get(String(name)) ?? hand.missing();
}
