import { createHash } from 'node:crypto';
import type { Database, RootDatabase } from 'lmdb';

/** Everything is a text, by a short text. */
export type Rows = Database<string, string>;

/** What an environment of lmdb holds. Names have any length, keys have not: so they are hashed, and every row tells what it is about. */
export interface Tables {
  readonly root: RootDatabase<string, string>;
  /** Of each world, by {@link hash}, a {@link WorldRow}. */
  readonly worlds: Rows;
  /** What belongs to worlds, by {@link rowKey}. */
  readonly rows: Rows;
  /** What the last changes were about, by a number. */
  readonly feed: Rows;
  /** About the whole: `format`, `highest`, `feed`. */
  readonly about: Rows;
}

/** What a world is, besides its rows. */
export interface WorldRow {
  readonly name: string;
  readonly version: number;
  /** Milliseconds since 1970; `null` for never. */
  readonly expiresAt: number | null;
  /** The first version whose changes are in the log, and how many characters they have. */
  readonly logFrom: number;
  readonly logSize: number;
  readonly lastEntry: number;
  /** Of the journal; neither is there until something is forgotten. */
  readonly generation?: string;
  readonly removals?: number;
  /** How many entries the journal has. */
  readonly entries: number;
}

/** `record`; the `log` by version; a commit that is `done`, by its id, and the id by its `version`; an entry of the `journal`. */
export type RowKind = 'record' | 'log' | 'done' | 'version' | 'journal';

/** A text of 43 characters, none of which is `/` or `0x7f`. */
export function hash(name: string): string {
  return createHash('sha256').update(JSON.stringify(name)).digest('base64url');
}

/** The key of what belongs to the world of a hash; numbers in their order. */
export function rowKey(world: string, kind: RowKind, name: string | number): string {
  return `${world}/${kind}/${typeof name === 'number' ? String(name).padStart(16, '0') : name}`;
}

/** The keys of a world, or of one kind in it. */
export function range(world: string, kind?: RowKind): { readonly start: string; readonly end: string } {
  const prefix = kind === undefined ? world : `${world}/${kind}`;
  return { start: `${prefix}/`, end: `${prefix}0` };
}
