import type { Change, Store } from '../stores/index.js';
import type { About, Server, World } from './world.js';

/** How a session begins. */
export interface NewSession {
  /** Without it one that is free is taken. */
  readonly id?: string | undefined;
  readonly ttlMs: number;
  readonly seed?: string | undefined;
  readonly from?: Beginning | undefined;
}

/** What another world holds, to go on from; and what that is. */
export interface Beginning {
  readonly about: Pick<About, 'mint' | 'tag' | 'seed'>;
  readonly records: readonly Change[];
  /** Whether what every new world begins with is still to come. */
  readonly isNew?: boolean | undefined;
}

/** A session as lists show it. */
export interface SessionInfo {
  readonly id: string;
  readonly created: number;
  /** Real time; `undefined` where only the store knows. */
  readonly expires: number | undefined;
}

/** The worlds of a server: its own, and as many as sessions are made. */
export interface Sessions {
  /** Of those who name none. */
  readonly main: World;
  /** Whether there may be any but the main one. */
  readonly any: boolean;
  /** A world by its id, which lives on from now; `undefined` when there is none (any more). */
  find(id: string): World | undefined | Promise<World | undefined>;
  /** @throws {SessionError} */
  create(session: NewSession): Promise<World>;
  remove(id: string): Promise<boolean>;
  list(): Promise<readonly SessionInfo[]>;
  /** Those that are in memory, the main one first. */
  worlds(): Iterable<World>;
  /** Catches up with other servers in every world that is known here; nothing does in memory. */
  catchUp?(): void;
  close(): void;
}

/** What a process is to a mock of several. */
export interface CrewPlace {
  /** Whether the store is the mock's own memory, so that there is a limit to how many sessions it takes. */
  readonly inMemory: boolean;
  /** Whether it is the one that the others work for, and whose journal a program may look at. */
  readonly leads?: boolean;
}

/** Why a session cannot be made. */
export class SessionError extends Error {
  override readonly name = 'SessionError';
}

export interface SessionsOptions {
  readonly server: Server;
  /** Of the main world, unless a store has another. */
  readonly seed?: string | undefined;
  /** How the main world begins; by default as any. */
  readonly main?: Beginning | undefined;
  readonly store?: Store | undefined;
  /** How many sessions there may be at a time in memory. */
  readonly capacity?: number | undefined;
  /** That this is one of several processes of a mock, which share a store and tell each other when one of them ends. */
  readonly crew?: CrewPlace | undefined;
}

/** How many sessions there may be at a time in memory, unless somebody says otherwise. */
export const CAPACITY = 10_000;

export function tooMany(count: number): SessionError {
  return new SessionError(`There are ${count} sessions, which is as many as there may be: remove some, or let them expire sooner.`);
}
