import { isAscii, isUtf8 } from 'node:buffer';
import { deeperThan, DEEPEST_JSON } from '../spec/index.js';
import { decoded, isPlain, SlowBody, wholeBody } from './http/index.js';
import { whenThere, type Soon } from './soon.js';
import type { RequestBody } from './types.js';

/** A request body as JSON, or why it is none. */
export type JsonBody =
  | { readonly kind: 'absent' }
  | { readonly kind: 'json'; readonly value: unknown; readonly text: string }
  /** `text` is missing when it could not be read to its end, or is not UTF-8. */
  | { readonly kind: 'malformed'; readonly message: string; readonly text?: string };

/** Of a request without a body, and of one whose body nobody has read. */
export const NO_BODY: JsonBody = Object.freeze({ kind: 'absent' });

/**
 * Reads a JSON body up to a limit; of a longer one, the rest is left to the socket.
 *
 * @example
 * await readJson(request.body, 1_048_576); // { kind: 'json', value: { job_id: '...' } }
 *
 * @param maxBytes Of the body, and of what it is decoded to.
 * @param encoding Its `Content-Encoding`: gzip, deflate or br.
 */
export function readJson(body: RequestBody, maxBytes: number, encoding?: ContentEncoding): Soon<JsonBody> {
  const { whole } = body;
  if (whole !== undefined) return whole.length > maxBytes ? malformed(tooLong(maxBytes)) : parseEncoded(whole, maxBytes, encoding);
  return readBytes(body, maxBytes).then((bytes) =>
    bytes instanceof Uint8Array ? parseEncoded(bytes, maxBytes, encoding) : malformed(bytes),
  );
}

type ContentEncoding = string | readonly string[] | undefined;

/** Decodes only what is there in full, so that a body which decodes to nothing for ever is too long like any other. */
function parseEncoded(bytes: Uint8Array, maxBytes: number, encoding: ContentEncoding): Soon<JsonBody> {
  const coding = String(encoding ?? '');
  const plain = coding === '' ? true : isPlain(coding);
  if (plain === true || bytes.length === 0) return parseBytes(bytes);
  const shown = coding.slice(0, 100);
  if (plain === undefined) return malformed(`The body is encoded as ${shown}; gzip, deflate and br are understood.`);
  const broken = `The body is not ${shown}, which its Content-Encoding says it is.`;
  return readBytes(decoded(bytes, coding), maxBytes, broken).then((read) =>
    read instanceof Uint8Array ? parseBytes(read) : malformed(read),
  );
}

/**
 * Reads a body like {@link readJson}, and hands it on as it was sent, as if it had not been read: for those who would stream it.
 *
 * @example
 * const { json, body } = await peekJson(request.body, 65_536);
 */
export function peekJson(body: RequestBody, maxBytes: number, encoding?: ContentEncoding): Soon<Peeked> {
  // What is there as a whole can be read as often as anybody likes.
  return body.whole === undefined
    ? peekStream(body, maxBytes, encoding)
    : whenThere(readJson(body, maxBytes, encoding), (json) => ({ json, body }));
}

interface Peeked {
  readonly json: JsonBody;
  readonly body: RequestBody;
}

async function peekStream(body: RequestBody, maxBytes: number, encoding: ContentEncoding): Promise<Peeked> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const rest = body[Symbol.asyncIterator]();
  try {
    while (length <= maxBytes) {
      const next = await rest.next();
      if (next.done === true) {
        const whole = Buffer.concat(chunks, length);
        return { json: await parseEncoded(whole, maxBytes, encoding), body: wholeBody(whole) };
      }
      chunks.push(next.value);
      length += next.value.length;
    }
  } catch (error) {
    return { json: malformed(brokenOff(error)), body: replay(chunks, failing(error)) };
  }
  return { json: malformed(tooLong(maxBytes)), body: replay(chunks, rest) };
}

async function* replay(chunks: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
  yield* { [Symbol.asyncIterator]: () => rest };
}

function failing(error: unknown): AsyncIterator<Uint8Array> {
  const fail = async (): Promise<never> => {
    throw error instanceof Error ? error : new Error(String(error));
  };
  return { next: fail };
}

/** A body that is there as text. */
export function parseText(text: string): JsonBody {
  return text === '' ? NO_BODY : parse(text);
}

function parseBytes(bytes: Uint8Array): JsonBody {
  if (bytes.length === 0) return NO_BODY;
  const text = decode(bytes);
  return text === undefined ? malformed('The body is not valid UTF-8.') : parse(text);
}

function tooLong(maxBytes: number): string {
  return `The body is longer than ${maxBytes} bytes.`;
}

const INCOMPLETE = 'The body ended before it was complete.';

function brokenOff(error: unknown, otherwise: string = INCOMPLETE): string {
  return error instanceof SlowBody ? error.message : otherwise;
}

/** The bytes of a body, or what is wrong with it. */
async function readBytes(body: AsyncIterable<Uint8Array>, maxBytes: number, broken?: string): Promise<Uint8Array | string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      length += chunk.length;
      if (length > maxBytes) return tooLong(maxBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    return brokenOff(error, broken);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length);
}

/** As UTF-8, without the mark that it may begin with. */
function decode(bytes: Uint8Array): string | undefined {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (isAscii(buffer)) return buffer.toString('latin1');
  if (!isUtf8(buffer)) return undefined;
  return buffer.toString('utf8', buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf ? 3 : 0);
}

function parse(text: string): JsonBody {
  if (deeperThan(text, DEEPEST_JSON)) return malformed(`The body is nested deeper than ${DEEPEST_JSON} levels.`, text);
  try {
    return { kind: 'json', value: JSON.parse(text) as unknown, text };
  } catch {
    return malformed('The body is not valid JSON.', text);
  }
}

function malformed(message: string, text?: string): JsonBody {
  return text === undefined ? { kind: 'malformed', message } : { kind: 'malformed', message, text };
}
