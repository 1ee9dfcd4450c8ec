import type { Operation } from '../../spec/index.js';
import type { Exchange } from '../types.js';

/** What an imagined deployment has answered with success, or a call that it has been given. */
export interface Answered {
  /** The operation's id, or what else the request did. */
  readonly label: string;
  readonly params: Readonly<Record<string, string>>;
  /** Of the request. */
  readonly body: unknown;
  readonly answer: unknown;
  /** Milliseconds of imagined time. */
  readonly at: number;
}

/** What an imagined deployment is asked. */
export interface Asked {
  readonly operation: Operation;
  readonly params: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The bearer token, if there is one. */
  readonly token: string | undefined;
  /** The contract's examples of the success, by name. */
  readonly examples: Readonly<Record<string, unknown>>;
  /** In the same world, in order. */
  readonly earlier: readonly Answered[];
  /** Milliseconds of imagined time: what was waited for so far. */
  readonly now: number;
  readonly limits: Readonly<Record<string, number>>;
}

/** An answer that is imagined otherwise than the contract's first example: another body, or one of the operation's failures. */
export type Imagined = { readonly body: unknown } | { readonly code: string };

/** Something that is still there when a run has ended. */
export interface LeftBehind {
  readonly what: string;
  readonly count: number;
}

/** What the suite of an API knows of an imagined deployment beyond the contract's examples. */
export interface RehearsalSuite {
  /** By operation; `undefined` takes the contract's first example. */
  readonly answers: Readonly<Record<string, (asked: Asked) => Imagined | undefined>>;
  /** What a world that has answered so still holds at the end. */
  leaves(answered: readonly Answered[]): readonly LeftBehind[];
}

/** What a request is sent for. */
export type SentFor = Pick<Exchange, 'phase' | 'label'>;

/** One request of a rehearsal. */
export interface Sent {
  /** Of this request alone; its answer bears it. */
  readonly id: string;
  /** `null` for what surrounds paths: whether anybody is there, and sessions. */
  readonly phase: Exchange['phase'] | null;
  /** The operation's id, or what else the request does. */
  readonly label: string;
  readonly method: string;
  /** Whether it may change something: its method is not a safe one. */
  readonly write: boolean;
  /** Of the recording that it uploads. */
  readonly bytes: number;
  /** Seconds that are waited after its answer. */
  readonly waits: number;
  /** Whether it asks for a change that has come at once here, and may have to be asked for again elsewhere. */
  readonly polls: boolean;
  /** Why the deployment's file does not permit it, each with what to write there; nothing where it does. */
  readonly refusals: readonly string[];
}
