import { randomUUID } from 'node:crypto';
import { KNOWN_COMMITS, latest, lifetime, LOG_SIZE, recordKey } from '../changes.js';
import type { Change, Commit, Committed, JournalHead, Kept, Loaded } from '../types.js';
import { hash, range, rowKey, type Tables, type WorldRow } from './rows.js';

/**
 * What may be done to worlds. Each function that changes something runs inside a write transaction, so that it sees what every other
 * process has done, and nothing in it fails once something is written.
 */

/** What has been made ready to be written before a transaction begins: nobody waits for it, and what is no JSON fails in time. */
export interface Prepared {
  readonly text: string;
  readonly records: readonly { readonly key: string; readonly text: string | undefined }[];
}

export function prepare(changes: readonly Change[]): Prepared {
  const last = latest(changes);
  return {
    text: JSON.stringify(last),
    records: last.map((change) => ({
      key: hash(recordKey(change)),
      text: change.record === null ? undefined : JSON.stringify(change),
    })),
  };
}

/** A world that has not expired. */
export function findWorld({ worlds }: Tables, world: string, now = Date.now()): WorldRow | undefined {
  const text = worlds.get(world);
  const row = text === undefined ? undefined : (JSON.parse(text) as WorldRow);
  return row !== undefined && isAlive(row, now) ? row : undefined;
}

function isAlive({ expiresAt }: WorldRow, now: number): boolean {
  return expiresAt === null || expiresAt > now;
}

export function makeWorld(tables: Tables, name: string, { records }: Prepared, ttlMs?: number): number | false {
  const world = hash(name);
  if (findWorld(tables, world) !== undefined) return false;
  // It may have expired and not been removed yet.
  removeWorld(tables, world);
  const version = Number(tables.about.get('highest') ?? 0) + 1;
  writeRecords(tables, world, records);
  const row: WorldRow = { name, version, expiresAt: expiry(ttlMs), logFrom: version + 1, logSize: 0, lastEntry: 0, entries: 0 };
  save(tables, world, row);
  return version;
}

/** Whether it was there. */
export function removeWorld(tables: Tables, world: string): boolean {
  const text = tables.worlds.get(world);
  if (text === undefined) return false;
  rememberHighest(tables, (JSON.parse(text) as WorldRow).version);
  tables.worlds.removeSync(world);
  removeRows(tables, [...tables.rows.getKeys(range(world))]);
  return true;
}

/** What has expired and is never asked for again must go as well. */
export function sweepWorlds(tables: Tables, now = Date.now()): void {
  const gone = [...tables.worlds.getKeys()].filter((world) => findWorld(tables, world, now) === undefined);
  for (const world of gone) removeWorld(tables, world);
}

export function worldNames({ worlds }: Tables, now = Date.now()): readonly string[] {
  const rows = [...worlds.getRange()].map(({ value }) => JSON.parse(value) as WorldRow);
  return rows.filter((row) => isAlive(row, now)).map(({ name }) => name);
}

export function loadWorld(tables: Tables, name: string): Loaded | undefined {
  const world = hash(name);
  const row = findWorld(tables, world);
  if (row === undefined) return undefined;
  const records = [...tables.rows.getRange(range(world, 'record'))].map(({ value }) => JSON.parse(value) as Change);
  return { version: row.version, records };
}

/** What a commit would come to without writing anything; `undefined` when there is something to write. */
export function answerOf(tables: Tables, commit: Commit): Committed | undefined {
  const world = hash(commit.world);
  const row = findWorld(tables, world);
  if (row === undefined) return { gone: true };
  const done = commit.changes.length > 0 ? tables.rows.get(rowKey(world, 'done', hash(commit.id))) : undefined;
  if (done !== undefined) return { version: Number(done) };
  if (commit.version !== row.version) return missedSince(tables, world, row, commit.version);
  return commit.changes.length === 0 && commit.ttlMs === undefined ? { version: row.version } : undefined;
}

/** Whether anybody has to be told, and what to answer. */
export function commitTo(tables: Tables, commit: Commit, { text, records }: Prepared): { told: boolean; answer: Committed } {
  const answer = answerOf(tables, commit);
  const world = hash(commit.world);
  const row = findWorld(tables, world);
  if (answer !== undefined || row === undefined) return { told: false, answer: answer ?? { gone: true } };
  const expiresAt = expiry(commit.ttlMs);
  if (commit.changes.length === 0) {
    save(tables, world, { ...row, expiresAt });
    return { told: false, answer: { version: row.version } };
  }
  const version = row.version + 1;
  writeRecords(tables, world, records);
  rememberCommit(tables, world, version, hash(commit.id));
  save(tables, world, { ...row, version, expiresAt, ...logged(tables, world, row, version, text) });
  return { told: true, answer: { version } };
}

export function appendTo(tables: Tables, name: string, entries: readonly string[], keep: number): number {
  const world = hash(name);
  const row = findWorld(tables, world);
  if (row === undefined) return 0;
  for (const [index, entry] of entries.entries()) tables.rows.putSync(rowKey(world, 'journal', row.lastEntry + 1 + index), entry);
  const count = row.entries + entries.length;
  const excess = Math.max(0, count - keep);
  if (excess > 0) removeRows(tables, [...tables.rows.getKeys({ ...range(world, 'journal'), limit: excess })]);
  const lastEntry = row.lastEntry + entries.length;
  save(tables, world, { ...row, lastEntry, entries: count - excess });
  return lastEntry;
}

export function headOf(tables: Tables, name: string): JournalHead {
  const { lastEntry = 0, generation = '', removals = 0 } = findWorld(tables, hash(name)) ?? {};
  return { last: lastEntry, generation, removals };
}

export function entriesOf(tables: Tables, name: string, after: number): readonly Kept[] {
  const world = hash(name);
  if (findWorld(tables, world) === undefined) return [];
  const { end } = range(world, 'journal');
  return [...tables.rows.getRange({ start: rowKey(world, 'journal', Math.max(0, after) + 1), end })].map(({ key, value }) => ({
    number: Number(key.slice(key.lastIndexOf('/') + 1)),
    entry: JSON.parse(value) as unknown,
  }));
}

/** Whether there is such a world. */
export function forgetIn(tables: Tables, name: string, numbers?: readonly number[]): boolean {
  const world = hash(name);
  const row = findWorld(tables, world);
  if (row === undefined) return false;
  const all = numbers === undefined;
  const keys = all ? [...tables.rows.getKeys(range(world, 'journal'))] : numbers.map((number) => rowKey(world, 'journal', number));
  const removed = removeRows(tables, keys);
  const news = all ? { lastEntry: 0, generation: randomUUID(), removals: 0 } : { removals: (row.removals ?? 0) + 1 };
  save(tables, world, { ...row, entries: row.entries - removed, ...news });
  return true;
}

function save({ worlds }: Tables, world: string, row: WorldRow): void {
  worlds.putSync(world, JSON.stringify(row));
}

function expiry(ttlMs: number | undefined): number | null {
  return ttlMs === undefined ? null : Date.now() + lifetime(ttlMs);
}

/** The highest version of all worlds that are no more: a new one begins above it. */
function rememberHighest({ about }: Tables, version: number): void {
  if (version > Number(about.get('highest') ?? 0)) about.putSync('highest', String(version));
}

function writeRecords({ rows }: Tables, world: string, records: Prepared['records']): void {
  for (const { key, text } of records) {
    if (text === undefined) rows.removeSync(rowKey(world, 'record', key));
    else rows.putSync(rowKey(world, 'record', key), text);
  }
}

function removeRows({ rows }: Tables, keys: readonly string[]): number {
  return keys.filter((key) => rows.removeSync(key)).length;
}

function rememberCommit({ rows }: Tables, world: string, version: number, id: string): void {
  rows.putSync(rowKey(world, 'done', id), String(version));
  rows.putSync(rowKey(world, 'version', version), id);
  const old = rowKey(world, 'version', version - KNOWN_COMMITS);
  const forgotten = version > KNOWN_COMMITS ? rows.get(old) : undefined;
  if (forgotten === undefined) return;
  rows.removeSync(old);
  rows.removeSync(rowKey(world, 'done', forgotten));
}

function logged({ rows }: Tables, world: string, row: WorldRow, version: number, text: string): Pick<WorldRow, 'logFrom' | 'logSize'> {
  let { logFrom, logSize } = row;
  rows.putSync(rowKey(world, 'log', version), text);
  logSize += text.length;
  for (; logSize > LOG_SIZE; logFrom += 1) {
    const key = rowKey(world, 'log', logFrom);
    logSize -= rows.get(key)?.length ?? 0;
    rows.removeSync(key);
  }
  return { logFrom, logSize };
}

function missedSince({ rows }: Tables, world: string, { version, logFrom }: WorldRow, since: number): Committed {
  if (since > version || since + 1 < logFrom) return { reload: true };
  const { end } = range(world, 'log');
  const missed = [...rows.getRange({ start: rowKey(world, 'log', since + 1), end })];
  return { version, missed: latest(missed.flatMap(({ value }) => JSON.parse(value) as Change[])) };
}
