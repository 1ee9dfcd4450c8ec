import type { Flow } from '../load-types.js';

/** The part of a mock's world that works need. */
export interface World {
  readonly organizations: { readonly active: string };
  readonly tokens: { readonly active: string };
}

/** Where a work is done: the default world, or a session's. */
export interface Place {
  /** Without a slash at the end; also where the control API is, at `/__admin`. */
  readonly base: string;
  readonly world: World;
}

/** What is asked of a server in one row of the table. */
export interface Work {
  readonly id: string;
  readonly title: string;
  /** The most CPU per request that the row may take, as a ratio to the bare server. */
  readonly bound: number;
  /** Called once for a place, before everything else. */
  arrange?(place: Place): Promise<void>;
  /** Called before each round, since jobs expire. */
  flow(place: Place): Flow | Promise<Flow>;
}
