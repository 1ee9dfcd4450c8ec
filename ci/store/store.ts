import { createHash, randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { displayName, InputError, makeFolder, readFileText, type Finding } from '../../spec/index.js';
import { recordSchema, type BuildRecord } from './record.js';

/** A record is small; what is larger was not written by this store. */
const LARGEST = 4 * 1_048_576;
const MOST_RECORDS = 10_000;
const MOST_FINDINGS = 5;

/** A name of a record: when it was made, and the beginning of its bytes' SHA-256. */
const NAME = /^\d{8}T\d{9}Z-([0-9a-f]{16})\.json$/;

/** What a build may be called: a name of a folder wherever the store is kept. */
const BUILD = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/;

/**
 * What is wrong with a build's name; `undefined` when nothing is.
 *
 * @example
 * buildProblem('../other'); // '"../other" is no name of a build: ...'
 */
export function buildProblem(build: string): string | undefined {
  if (BUILD.test(build) && !build.endsWith('.')) return undefined;
  return `${JSON.stringify(build)} is no name of a build: letters, digits and . _ + - only, 128 at most, a letter or digit first`;
}

/**
 * Adds a record to a store. Nothing that is there is changed; the file is there as a whole or not at all, whoever else writes at the
 * same time.
 *
 * @example
 * addRecord('failpath-store', record); // 'failpath-store/4f2c/20260930T101500000Z-0f3a….json'
 *
 * @returns The file.
 * @throws {InputError} `output-unwritable`
 */
export function addRecord(store: string, record: BuildRecord): string {
  const text = `${JSON.stringify(record, null, 2)}\n`;
  const folder = join(store, record.build);
  const file = join(folder, `${record.recordedAt.replaceAll(/[-:.]/g, '')}-${hashOf(text)}.json`);
  const draft = join(folder, `.${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
  try {
    makeFolder(folder);
    writeWhole(draft, text);
    publish(draft, file);
  } catch (error) {
    discard(draft);
    throw new InputError([
      {
        problem: 'output-unwritable',
        what: `the record cannot be written to ${folder}: ${(error as Error).message}`,
        why: 'What is not recorded does not let a build be deployed.',
        remedy: 'Name a folder that can be written to with --store.',
      },
    ]);
  }
  return file;
}

/** As far as there is one: why it could not be written is what matters. */
function discard(draft: string): void {
  try {
    rmSync(draft, { force: true });
  } catch {
    // Where no file can be, none is left.
  }
}

/** On the disk before it has its name. */
function writeWhole(draft: string, text: string): void {
  const handle = openSync(draft, 'wx');
  try {
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** A link fails where there is a file already, so nothing is ever replaced; where there are no links, names by content do as well. */
function publish(draft: string, file: string): void {
  try {
    linkSync(draft, file);
    rmSync(draft);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The same bytes under the same name: somebody has recorded just this.
    if (code === 'EEXIST') rmSync(draft);
    else if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS' || code === 'EOPNOTSUPP') renameSync(draft, file);
    else throw error;
  }
}

/**
 * All records of a build, from the oldest to the newest; none where there is no such build.
 *
 * @example
 * readRecords('failpath-store', '4f2c').at(-1)?.verdict; // 'proven'
 *
 * @throws {InputError} `record-invalid`: one that cannot be trusted makes all of them say nothing
 */
export function readRecords(store: string, build: string): BuildRecord[] {
  const folder = join(store, build);
  if (!existsSync(folder)) return [];
  const findings: Finding[] = [];
  const records = namesIn(folder).flatMap((name): BuildRecord[] => {
    const read = readOne(join(folder, name), name, build);
    if ('what' in read) findings.push(invalid(`${displayName(join(folder, name))}: ${read.what}`));
    return 'what' in read ? [] : [read.record];
  });
  if (findings.length > 0) throw new InputError(findings.slice(0, MOST_FINDINGS));
  // Of two at the same time, the one that says no counts as the newer one.
  return records.toSorted(
    (a, b) => Date.parse(a.recordedAt) - Date.parse(b.recordedAt) || Number(a.exitCode !== 0) - Number(b.exitCode !== 0),
  );
}

function namesIn(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => !name.startsWith('.'));
  } catch (error) {
    throw new InputError([invalid(`${displayName(folder)}: ${(error as Error).message}`)]);
  }
  if (names.length <= MOST_RECORDS) return names;
  throw new InputError([invalid(`${displayName(folder)}: it has ${names.length} records, of ${MOST_RECORDS} at most`)]);
}

function readOne(path: string, name: string, build: string): { readonly record: BuildRecord } | { readonly what: string } {
  const hash = NAME.exec(name)?.[1];
  if (hash === undefined) return { what: 'no record is called so' };
  try {
    const text = readFileText(path, LARGEST);
    if (hashOf(text) !== hash) return { what: 'its content is not what was recorded: it was changed, or cut off' };
    const { success, data, error } = recordSchema.safeParse(JSON.parse(text));
    if (!success)
      return {
        what: error.issues
          .slice(0, 3)
          .map(({ path: at, message }) => `${at.join('.') || 'it'}: ${message}`)
          .join('; '),
      };
    return data.build === build ? { record: data } : { what: `it is of the build ${data.build}` };
  } catch (error) {
    return { what: (error as Error).message.slice(0, 200) };
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function invalid(what: string): Finding {
  return {
    problem: 'record-invalid',
    what,
    why: 'Where one record cannot be trusted, nobody knows which one is the newest.',
    remedy: 'Restore the file from where the store is kept, or delete the folder of the build and run `failpath gate` for it again.',
  };
}
