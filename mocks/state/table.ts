/**
 * Where records of one kind live. A few operations are all that a world asks of them, so that records may be kept on disk, or shared by
 * several servers.
 */
export interface Table<T> {
  get(id: string): T | undefined;
  /** Adds a record, or replaces it where it is in the order. */
  put(id: string, record: T): void;
  /** Removes a record and returns it, in one step: of two callers at the same moment, one gets it. */
  delete(id: string): T | undefined;
  clear(): void;
  readonly size: number;
  /** Oldest first. */
  list(): Iterable<T>;
}

export interface Bounds<T> {
  /** How many records are kept at most; beyond it, the oldest that may go goes. */
  readonly capacity: number;
  /** Whether nobody will miss the record any more; with the time, by the clock of the table. */
  readonly over?: ((record: T, now: number) => boolean) | undefined;
  /** Whether the record may go before it is over, when there is no room. */
  readonly expendable?: ((record: T) => boolean) | undefined;
}

/** What tells a table the time, in milliseconds since 1970 UTC. */
export interface TableClock {
  now(): number;
}

/** A table that tells of its changes. */
export interface WatchedTable<T> extends Table<T> {
  /** Told of every record that is added, replaced or removed, by whomever: whoever keeps something made of records has to follow. */
  watch(listener: (id: string, record: T | undefined) => void): void;
}

/** The tables of a world, by name. Asking for one that there is already gives the same again, bounds included. */
export interface Tables {
  table<T>(name: string, bounds: Bounds<T>, clock?: TableClock): WatchedTable<T>;
  /**
   * Says what tables begin with that nobody has looked at so far: groups of them, each filled as a whole when one of it is first looked at.
   * Nobody is told of it, so it is for tables that nobody else keeps.
   */
  begin<Group extends readonly string[]>(groups: readonly Group[], fill: (group: Group) => void): void;
}
