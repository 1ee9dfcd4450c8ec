/**
 * One record as it is from now on; `null` where it is gone. `place` orders the records of a table: the oldest has the lowest, and a
 * record that is replaced keeps its own.
 */
export interface Change {
  readonly table: string;
  readonly id: string;
  readonly place: number;
  /** Plain JSON. */
  readonly record: unknown;
}

/** What a world holds: every record of every table, in no particular order. */
export interface Loaded {
  /** Grows with every change of the world, and goes on growing when the world is removed and made again: so no old copy passes for new. */
  readonly version: number;
  readonly records: readonly Change[];
}

export interface Commit {
  readonly world: string;
  /** What the changes were made on; a commit without changes only asks whether it still holds. */
  readonly version: number;
  readonly changes: readonly Change[];
  /** Unique: a commit that is sent again, after its answer was lost, is done once. */
  readonly id: string;
  /** The world expires so many milliseconds of real time from now, unless it is committed to again; never after changes without it. */
  readonly ttlMs?: number | undefined;
}

/**
 * What came of a commit: done; not done, since others had been there, whose changes it tells; not done, and too much has changed since to
 * be told; or there is no such world (any more).
 */
export type Committed =
  | { readonly version: number }
  | { readonly version: number; readonly missed: readonly Change[] }
  | { readonly reload: true }
  | { readonly gone: true };

/** An entry of a world's journal: its number, and plain JSON. */
export interface Kept {
  readonly number: number;
  readonly entry: unknown;
}

/** Where the journal of a world stands; without such a world all of it is 0 and ''. */
export interface JournalHead {
  /** The number of the last entry, whether it is still there or not. */
  readonly last: number;
  /** Another one each time that all entries are forgotten: only numbers of one generation tell which entry is which. */
  readonly generation: string;
  /** How often some entries have been forgotten in this generation. */
  readonly removals: number;
}

/** What has changed of a world; by default, any of it. */
export type Part = 'records' | 'journal';

/** Told why a store is away; `undefined` once it is back. */
export type OnReach = (why: string | undefined) => void;

/** What happens to a store after the start. */
export type StoreEvent =
  { readonly type: 'away'; readonly store: string; readonly why: string } | { readonly type: 'back'; readonly store: string };

/** Told of a change. */
export type OnChange = (world?: string, part?: Part) => void;

/**
 * Where worlds live when they are to outlast a process, or to be shared by several. A mock works on a copy in its memory, and
 * commits what it changes before it answers: so no answer tells of anything that the store does not have.
 *
 * Every method may throw {@link StoreUnavailable}; later calls find out by themselves whether the store is back.
 */
export interface Store {
  /** Such as `redis://127.0.0.1:6379`, without its password. */
  readonly name: string;
  /** Whether other processes may commit to the same worlds. */
  readonly shared: boolean;
  /** Makes a world and answers its first version; `false` when it is there already, and then nothing is changed. */
  create(world: string, changes: readonly Change[], ttlMs?: number): Promise<number | false>;
  load(world: string): Promise<Loaded | undefined>;
  /** All of the changes, or none; the version is one higher after each that has any. */
  commit(commit: Commit): Promise<Committed>;
  /** The world without a trace, its journal included. */
  remove(world: string): Promise<void>;
  worlds(): Promise<readonly string[]>;
  /**
   * Appends to the journal of a world, keeps the last `keep` entries, and answers the number of the last; numbers begin with 1. Without
   * such a world nothing is appended, and the answer is 0.
   */
  append(world: string, entries: readonly unknown[], keep: number): Promise<number>;
  /** Answers without the entries. */
  head(world: string): Promise<JournalHead>;
  /** The entries after a number, oldest first. */
  entries(world: string, after: number): Promise<readonly Kept[]>;
  /** Removes entries; without numbers all of them, and the numbers begin anew in another generation. */
  forget(world: string, numbers?: readonly number[]): Promise<void>;
  /**
   * Tells of worlds that another process has made, committed to, appended to, forgotten entries of, or removed; without a name, any may
   * have changed, since messages may have been missed. What expires is not told. A store that knows also says whether it was
   * the records or the journal. Answers how to stop.
   */
  onChange(listener: OnChange): () => void;
  /** Tells, once each, that the store has gone away, and why, and that it is back; one that cannot go away does not have it. Answers how to stop. */
  onReach?(listener: OnReach): () => void;
  /** Every later call throws {@link StoreUnavailable}. */
  close(): Promise<void>;
}

/** The store cannot be reached, or does not answer: whether the last commit was done is not known. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}
