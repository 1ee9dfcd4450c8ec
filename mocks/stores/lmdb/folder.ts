import { accessSync, closeSync, constants, fstatSync, mkdirSync, openSync, readSync, realpathSync, statfsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '../../../spec/index.js';

/** The file that lmdb keeps everything in; another, `failpath.mdb-lock`, is beside it. */
const FILE = 'failpath.mdb';

/** What the two files need to begin with. In a full file system lmdb's file of locks would end the process. */
const ROOM_BYTES = 1_000_000;

/**
 * Makes the folder if it is not there, and answers where it really is, and the file in it. What lmdb would not survive (it maps the file into memory, and reads
 * without checks) is refused before it sees it.
 *
 * @throws {InputError} `state-unusable`
 */
export function prepareFolder(folder: string): { readonly path: string; readonly file: string } {
  if (folder === '') throw unusable('The folder of the state', 'its name is empty', 'Without a name there is nowhere to keep anything.');
  const path = resolve(folder);
  const file = join(path, FILE);
  try {
    makeFolder(path);
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    const { blocks, bavail, bsize } = statfsSync(path);
    // Some file systems do not tell.
    if (blocks > 0 && bavail * bsize < ROOM_BYTES)
      throw unusable(folder, 'its disk is full', 'What is acknowledged could not be kept.', 'Make room there.');
    if (statSync(file, { throwIfNoEntry: false }) !== undefined) checkFile(file);
  } catch (error) {
    throw error instanceof InputError ? error : refused(folder, error);
  }
  return { path: realpathSync(path), file };
}

/** What the system, or lmdb, says against a folder. */
export function refused(folder: string, error: unknown): InputError {
  const { code, message } = error as NodeJS.ErrnoException;
  const why = {
    EACCES: 'The system does not allow this user to write there.',
    EPERM: 'The system does not allow this user to write there.',
    EROFS: 'Its file system is read-only.',
    ENOTDIR: 'It is no folder, or lies below what is none.',
    EEXIST: 'There is something else of that name.',
    EISDIR: `There is a folder where the file ${FILE} should be.`,
    ENAMETOOLONG: 'The system has no names as long as that.',
    ENOSPC: 'Its disk is full.',
  }[String(code)];
  return unusable(folder, `the system says: ${message}`, why ?? 'Nothing can be kept there.');
}

/** Like `mkdir -p`. Node's own never ends where a folder cannot be made although all above it are there, such as in /proc. */
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  if (path !== dirname(path)) makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have made it just now.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}

/** Where the first page of a file of lmdb has what, in bytes; the numbers are little-endian. */
const META = { length: 160, magic: 24, version: 28, pageSize: 48, freeRoot: 88, mainRoot: 136, transaction: 152 } as const;
const MAGIC = 0xbe_ef_c0_de;
const VERSION = 2;
const NO_PAGE = 0xff_ff_ff_ff_ff_ff_ff_ffn;

function checkFile(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    // What a process left that was killed before it had written anything.
    if (fstatSync(descriptor).size === 0) return;
    const first = metaAt(descriptor, 0);
    if (first === undefined) throw foreign(file);
    const { pageSize } = first;
    // The copies of it, of which the one with the latest transaction counts.
    const metas = [first, metaAt(descriptor, pageSize / 2), metaAt(descriptor, pageSize)].flatMap((meta) => meta ?? []);
    const last = metas.reduce((one, other) => (other.transaction > one.transaction ? other : one));
    // Only now: another process may be working on it, and its pages are there before it says so in the first ones.
    const { size } = fstatSync(descriptor);
    if (last.roots.some((page) => page !== NO_PAGE && (page + 1n) * BigInt(pageSize) > BigInt(size))) throw cutOff(file);
  } finally {
    closeSync(descriptor);
  }
}

interface Meta {
  readonly pageSize: number;
  readonly roots: readonly bigint[];
  readonly transaction: bigint;
}

function metaAt(descriptor: number, position: number): Meta | undefined {
  const page = Buffer.alloc(META.length);
  const length = readSync(descriptor, page, 0, META.length, position);
  const known = page.readUInt32LE(META.magic) === MAGIC && page.readUInt16LE(META.version) === VERSION;
  if (length < META.length || !known) return undefined;
  const roots = [page.readBigUInt64LE(META.freeRoot), page.readBigUInt64LE(META.mainRoot)];
  return { pageSize: page.readUInt32LE(META.pageSize), roots, transaction: page.readBigUInt64LE(META.transaction) };
}

function foreign(file: string): InputError {
  return unusable(file, 'it is no file of lmdb', 'Something else has that name, which would be destroyed.');
}

function cutOff(file: string): InputError {
  return unusable(
    file,
    'it has lost its end',
    'A copy of a state is complete only when no process writes to it.',
    'Copy it again, or name another folder.',
  );
}

export function unusable(folder: string, said: string, why: string, remedy?: string): InputError {
  return new InputError([
    {
      problem: 'state-unusable',
      what: `${folder} cannot be used as a state (${said})`,
      why,
      remedy: remedy ?? 'Name a folder that is empty or not there yet, on a local disk that can be written to.',
    },
  ]);
}
