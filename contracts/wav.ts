import { randomBytes } from 'node:crypto';

const HEADER_BYTES = 44;
const CHUNK_BYTES = 64 * 1024;
/** Enough that no two files are the same. */
const OWN_BYTES = 32;
/** What a streamed file writes whose size its header cannot say. */
const LARGEST_FIELD = 0xffffffff;

/**
 * The chunks of a WAV file of exactly so many bytes: 8 kHz, 8 bit, mono noise, different every time, so that no two
 * uploads of a run are the same recording. Memory is constant whatever the size; 0 bytes are no file at all.
 *
 * @example
 * Buffer.concat([...wav(1044)]).length; // 1044
 */
export function* wav(bytes: number): Generator<Uint8Array> {
  if (bytes === 0) return;
  const beginning = Buffer.concat([wavHeader(bytes), randomBytes(OWN_BYTES)]).subarray(0, bytes);
  yield beginning;
  noise ??= randomBytes(CHUNK_BYTES);
  for (let left = bytes - beginning.length; left > 0; left -= noise.length) yield noise.subarray(0, left);
}

/** Made once: what makes a file one of its own stands before it. */
let noise: Buffer | undefined;

/** The 44 bytes before the samples of a file of so many bytes in all. */
export function wavHeader(bytes: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const samples = Math.max(bytes - HEADER_BYTES, 0);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(Math.min(samples + HEADER_BYTES - 8, LARGEST_FIELD), 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(8000, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(Math.min(samples, LARGEST_FIELD), 40);
  return header;
}
