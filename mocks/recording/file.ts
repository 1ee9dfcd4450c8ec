import { lstatSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { InputError } from '../../spec/index.js';

/** A file that is replaced as a whole: whoever reads it sees one state or the next. */
export interface AtomicFile {
  /** @throws {InputError} `output-unwritable` */
  write(text: string): void;
  /** Unless it was there before. */
  remove(): void;
}

/**
 * Opens a file for a recording, so that what cannot be written is known before anything is recorded.
 *
 * @param overwrite Whether what is there may be lost.
 * @throws {InputError} `output-unwritable`
 */
export function openRecording(file: string, overwrite: boolean): AtomicFile {
  const partial = `${file}.${process.pid}.partial`;
  const write = (text: string): void => {
    try {
      writeFileSync(partial, text);
      renameSync(partial, file);
    } catch (error) {
      rmSync(partial, { force: true });
      throw unwritable(file, error);
    }
  };
  // Renaming would put a file in the place of a link, a pipe or a device.
  const status = lstatSync(file, { throwIfNoEntry: false });
  if (status !== undefined && !status.isFile()) throw noFile(file);
  try {
    writeFileSync(file, 'rules: []\n', { flag: overwrite ? 'a' : 'wx' });
  } catch (error) {
    throw unwritable(file, error);
  }
  return {
    write,
    remove: () => {
      if (!overwrite) rmSync(file, { force: true });
    },
  };
}

function noFile(file: string): InputError {
  const [what, why] = [`${file} is no regular file`, 'A recording replaces its file as a whole, which would take a link or a device away.'];
  return new InputError([{ problem: 'output-unwritable', what, why, remedy: 'Name another file.' }]);
}

function unwritable(file: string, error: unknown): InputError {
  const { code, message } = error as NodeJS.ErrnoException;
  const exists = code === 'EEXIST';
  return new InputError([
    {
      problem: 'output-unwritable',
      what: exists ? `${file} exists` : `${file} cannot be written (${message})`,
      why: exists ? 'What was recorded before would be lost.' : 'Without it nothing of the recording would remain.',
      remedy: exists
        ? 'Name another file, or say --overwrite to replace it.'
        : 'Name a file in a folder that exists and can be written to.',
    },
  ]);
}
