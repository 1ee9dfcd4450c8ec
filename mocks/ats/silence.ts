const HEADER_BYTES = 44;
const CHUNK_BYTES = 64 * 1024;
/** What a streamed file writes whose size its header cannot say. */
const LARGEST_FIELD = 0xffffffff;
const SAMPLES_PER_SECOND = 8_000;
/** With 8 bits a sample, silence is the middle. */
const SILENT = 0x80;

/**
 * The chunks of a WAV file of exactly so many bytes in which nothing is to be heard: 8 kHz, 8 bit, mono. The same chunk again and
 * again, so that memory is constant whatever the size; of fewer bytes than a header has, the beginning of one.
 *
 * @example
 * Buffer.concat([...silence(8_044)]).length; // 8044, a second
 */
export function* silence(bytes: number): Generator<Uint8Array> {
  if (bytes <= 0) return;
  yield headerOf(bytes).subarray(0, bytes);
  let left = bytes - HEADER_BYTES;
  const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, Math.max(left, 0)), SILENT);
  for (; left > 0; left -= chunk.length) yield chunk.subarray(0, left);
}

function headerOf(bytes: number): Buffer {
  const samples = Math.max(bytes - HEADER_BYTES, 0);
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(Math.min(samples + HEADER_BYTES - 8, LARGEST_FIELD), 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SAMPLES_PER_SECOND, 24);
  header.writeUInt32LE(SAMPLES_PER_SECOND, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(Math.min(samples, LARGEST_FIELD), 40);
  return header;
}
