import { isAscii, isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** A byte that stands beside each letter of English in UTF-16, and nowhere in a text that is UTF-8. */
const NUL = 0;

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
    return decode(readFileSync(file));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'it is a folder' : message, { cause: error });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** What is read by another encoding than its own is another text: it would be told to lack what it has. */
function decode(bytes: Buffer): string {
  if (isAscii(bytes) && !bytes.subarray(0, 4).includes(NUL)) return bytes.toString('latin1');
  const [first = 0, second = 0] = bytes;
  const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (isMarked || (bytes.length > 1 && (first === NUL) !== (second === NUL))) throw new Error('it is UTF-16, and has to be saved as UTF-8');
  if (!isUtf8(bytes)) throw new Error('it is not UTF-8, and has to be saved as such');
  return bytes.toString('utf8');
}
