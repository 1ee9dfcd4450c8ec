import type { Failure, Location } from '../spec/index.js';
import type { ProbeLine } from './probes/types.js';

/**
 * What became of a failure path. A closed set; a line is never just skipped.
 *
 * - `verified`: the API's own check refused, exactly as declared.
 * - `simulated`: the answer was chosen at the API's edge; it proves the envelope, not the check.
 * - `violated`: right path, wrong answer.
 * - `wrong-path`: another declared failure fired first.
 * - `not-reached`: the request succeeded.
 * - `setup-failed`: provisioning or the control twin did not succeed, or there was no answer.
 * - `not-capable`: the deployment lacks a capability that the path needs.
 * - `edge-intercepted`: a proxy answered, not the application.
 * - `flaky`: it passed only on a second run.
 * - `waived`: somebody answers for it, until a date.
 * - `not-selected`: a filter or shard left it out.
 */
export const OUTCOMES = [
  'violated',
  'not-reached',
  'wrong-path',
  'setup-failed',
  'edge-intercepted',
  'not-capable',
  'flaky',
  'simulated',
  'waived',
  'not-selected',
  'verified',
] as const;

/** From the worst to the best: a failure is as proven as its least proven cause. */
export type Outcome = (typeof OUTCOMES)[number];

/** What a deployment allows the suite to do, or has ready for it. */
export type Capability =
  | 'admin.session'
  | 'key.create'
  | 'key.revoke'
  | 'org.second'
  | 'work.own'
  | 'work.other'
  | 'work.external'
  | 'work.direct'
  | `identity:${string}`
  | `upload:${number}`
  | Expiry
  | SharedState;

/** Something that has expired, by whichever way a deployment has to it: its clock, a fixture, or time. */
export type Expiry = 'expired.upload' | 'expired.versionUpload' | 'expired.quote' | 'expired.versionQuote' | 'expired.session';

/** Capabilities that move state which other paths stand on; a path that needs one runs alone, last, and restores it. */
export type SharedState =
  'clock.advance' | 'quota.set' | 'credits.set' | 'chain.fault' | 'commitment.fault' | 'upstream.fault' | 'submission.fault';

/** One request of a path, by the operation's name; what is not said is the deployment's ordinary value. */
export interface PathRequest {
  readonly operation: string;
  /** An identity's name, a token, or `null` for no credential at all. */
  readonly as?: Token | null;
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent instead of `body`, as it stands. */
  readonly raw?: { readonly contentType: string; readonly text: string };
  readonly headers?: Readonly<Record<string, string>>;
}

/** A bearer credential. Its value never appears in any output: reports show `name`. */
export interface Token {
  readonly name: string;
  readonly value: string;
  /** The organization that the credential belongs to, where that differs from the deployment's. */
  readonly organization?: string;
  /** The stricter file cap of the key, in bytes. */
  readonly maxFileSizeBytes?: number;
}

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | AudioUpload;
}

/** A small valid WAV of exactly so many bytes, made while it is sent (0 bytes: nothing at all). */
export interface AudioUpload {
  readonly bytes: number;
}

export interface WireAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body parsed as JSON; `undefined` when it is not JSON. */
  readonly json: unknown;
  /** Why it was sent before without an answer, attempt by attempt; absent where the first was answered. */
  readonly unanswered?: readonly string[];
}

/** Sends one request and returns its answer; anything that keeps an answer from arriving is a {@link TransportError}. */
export interface Transport {
  /** @param about What it is sent for, which only a rehearsal asks. */
  send(request: WireRequest, about?: Pick<Exchange, 'phase' | 'label'>): Promise<WireAnswer>;
  close(): Promise<void>;
}

/** No answer: the connection was refused or reset, the name unknown, the time up. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  /** Whether the request may be sent again: no byte of an answer had come, and sending it twice has the effect of sending it once. */
  readonly repeatable: boolean;

  constructor(message: string, { repeatable = false, ...options }: ErrorOptions & { readonly repeatable?: boolean } = {}) {
    super(message, options);
    this.repeatable = repeatable;
  }
}

/** One request of a run with its answer, in the order in which they were sent. */
export interface Exchange {
  /** `again` is the faulty request of `when` once more; `fresh` a new one without the fault, after a control twin that failed. */
  readonly phase: 'given' | 'when' | 'again' | 'control' | 'fresh' | 'restore';
  /** The operation's id, or what else the request does. */
  readonly label: string;
  readonly request: WireRequest;
  readonly answer: WireAnswer | undefined;
  readonly durationMs: number;
  /** How long was waited before it was sent, in milliseconds. */
  readonly waitedMs?: number;
}

/** How a failure was brought about: by what really causes it, by a value that pretends, or by asking for it; `observed` in passing traffic. */
export type Trigger = 'real cause' | 'magic value' | 'simulated' | 'observed';

/** One request that was made for a line, and what was answered; redacted. */
export interface RequestEvidence {
  readonly phase: Exchange['phase'];
  readonly label: string;
  readonly method: string;
  readonly url: string;
  /** `null` when no answer came. */
  readonly status: number | null;
  readonly code: string | null;
  readonly requestId: string | null;
  readonly durationMs: number;
}

/** What a line stands on. */
export interface LineEvidence {
  /** `null` when no request with the fault was sent. */
  readonly trigger: Trigger | null;
  /** In the order in which they were sent. */
  readonly requests: readonly RequestEvidence[];
  /** What the control twin was answered with; `null` when there was none. */
  readonly control: { readonly status: number; readonly code: string | null } | null;
  /** What else there is to know, such as how long a revocation took. */
  readonly notes: readonly string[];
}

/** What one check found wrong. */
export interface Discrepancy {
  readonly check: string;
  /** Where in the answer: `status`, `content-type`, or a JSON pointer into the body. */
  readonly at: string;
  readonly expected: string;
  readonly actual: string;
  readonly remedy: string;
}

/** What was answered, to be held against another answer; every text of it is redacted, and what is nested too deep is left out. */
export interface SeenAnswer {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body parsed as JSON; `undefined` when it is not JSON. */
  readonly body: unknown;
}

/** The result of one path: one cause of one failure. */
export interface CauseLine {
  readonly failure: Failure;
  readonly cause: string;
  readonly outcome: Outcome;
  readonly reason: string;
  readonly observed: { readonly status: number; readonly code: string | undefined } | undefined;
  /** From the envelope, else from the header `X-Request-Id`. */
  readonly requestId: string | undefined;
  readonly durationMs: number;
  readonly discrepancies: readonly Discrepancy[];
  readonly evidence: LineEvidence;
  /** The answer to the faulty request, or that of the step before it which failed; redacted. */
  readonly response: string | undefined;
  /** The answer to the faulty request, whatever became of it; `undefined` when none came. */
  readonly answer: SeenAnswer | undefined;
  /** The whole path as a shell script, redacted; `undefined` when nothing was sent. */
  readonly repro: string | undefined;
  /** Where the contract lists the failure. */
  readonly location: Location;
  /** Whether any request of the path got an answer of the application itself. */
  readonly answered: boolean;
}

/** What the runner says while it runs; reports are made of these events and of nothing else. */
export type RunEvent =
  | { readonly type: 'started'; readonly run: string; readonly url: string; readonly failures: number; readonly paths: number }
  | { readonly type: 'leftover'; readonly what: string; readonly removed: boolean }
  | { readonly type: 'path-finished'; readonly line: CauseLine; readonly done: number; readonly paths: number }
  | { readonly type: 'probe-finished'; readonly line: ProbeLine; readonly done: number; readonly probes: number }
  | { readonly type: 'cleanup-failed'; readonly what: string; readonly why: string; readonly remedy: string }
  | { readonly type: 'finished'; readonly durationMs: number };
