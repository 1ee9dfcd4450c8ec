import { setTimeout as wait } from 'node:timers/promises';
import type * as lmdbTypes from 'lmdb';
import { InputError } from '../../../spec/index.js';
import { prepareFolder, refused, unusable } from './folder.js';
import type { Tables } from './rows.js';
import { sweepWorlds } from './world.js';

/** Of what the rows look like; a state of another format is refused. */
const FORMAT = '1';

const PATIENCE_MS = 5_000;

/** An open file of lmdb. */
export interface Environment {
  readonly tables: Tables;
  /** Of the stores of this process that work on it: each looks for news when another has written. */
  readonly stores: Set<() => void>;
  /** When it was last looked for what has expired; milliseconds since 1970. */
  sweptAt: number;
}

interface Opened {
  readonly environment: Promise<Environment>;
  uses: number;
  closed: Promise<void> | undefined;
}

/** A process must open a file of lmdb only once, so stores of the same folder share it. */
const opened = new Map<string, Opened>();

/**
 * Opens the file in a folder, or takes what is open already; `release` closes it when nobody else has it.
 *
 * @throws {InputError} `state-unusable`
 */
export async function openEnvironment(
  folder: string,
): Promise<{ readonly environment: Environment; readonly release: () => Promise<void> }> {
  const { path, file } = prepareFolder(folder);
  for (let before = opened.get(path); before?.closed !== undefined; before = opened.get(path)) await before.closed;
  let entry = opened.get(path);
  if (entry === undefined) opened.set(path, (entry = { environment: open(folder, file), uses: 0, closed: undefined }));
  const current = entry;
  current.uses += 1;
  const environment = await current.environment.catch((error: unknown) => {
    if (opened.get(path) === current) opened.delete(path);
    throw error;
  });
  const close = async (): Promise<void> => {
    // After a commit that failed, lmdb waits for ever until it is on the disk.
    await Promise.race([environment.tables.root.close(), wait(PATIENCE_MS, undefined, { ref: false })]);
    opened.delete(path);
  };
  return {
    environment,
    release: async () => {
      current.uses -= 1;
      if (current.uses === 0) current.closed = close();
      await current.closed;
    },
  };
}

async function open(folder: string, file: string): Promise<Environment> {
  const lmdb = await load(folder);
  try {
    // Batches of an event turn have a promise of their own, which nobody could catch when the disk is full.
    // What is flushed only after it was acknowledged may be taken back when another process dies that holds the lock.
    const root = lmdb.open<string, string>({
      path: file,
      noSubdir: true,
      encoding: 'string',
      eventTurnBatching: false,
      overlappingSync: false,
    });
    const table = (name: string) => root.openDB<string, string>({ name, encoding: 'string' });
    const tables: Tables = { root, worlds: table('worlds'), rows: table('rows'), feed: table('feed'), about: table('about') };
    // Processes that were killed may have left readers behind, for whom everything old would be kept.
    root.readerCheck();
    const format = await root.transaction(() => {
      const found = tables.about.get('format');
      if (found === undefined) tables.about.putSync('format', FORMAT);
      if (found === FORMAT) sweepWorlds(tables);
      return found ?? FORMAT;
    });
    if (format === FORMAT) return { tables, stores: new Set(), sweptAt: Date.now() };
    await root.close();
    const why = 'It belongs to another version of failpath.';
    throw unusable(folder, `its format is ${format}, not ${FORMAT}`, why, 'Use that version, or name another folder.');
  } catch (error) {
    throw error instanceof InputError ? error : refused(folder, error);
  }
}

async function load(folder: string): Promise<Pick<typeof lmdbTypes, 'open'>> {
  try {
    // Only whoever uses a store pays for loading the package.
    return await import('lmdb');
  } catch (error) {
    const said = `the package lmdb cannot be loaded: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`;
    throw unusable(folder, said, 'It brings a part that is built for each kind of machine.', 'Install failpath again on this machine.');
  }
}
