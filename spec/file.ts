import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** In bytes; many times the longest contract that is known. */
const LARGEST = 64 * 1_048_576;

/**
 * The text of a regular file. A pipe or a device is refused: to read it may take for ever, and end nowhere.
 *
 * @example
 * readFileText('openapi.yaml').startsWith('openapi:'); // true
 *
 * @param largest In bytes.
 * @throws {Error} whose message says what is there instead, in a few words
 */
export function readFileText(path: string, largest = LARGEST): string {
  let file: number | undefined;
  try {
    // Not blocking: a pipe that nobody writes to could otherwise not even be opened, and so not be looked at.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const status = fstatSync(file);
    if (status.isDirectory()) throw new Error('it is a folder');
    if (!status.isFile()) throw new Error('it is no regular file, but a pipe or a device');
    if (status.size > largest) throw new Error(`it has ${status.size} bytes, of ${largest} at most`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'it is a folder' : message, { cause: error });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
