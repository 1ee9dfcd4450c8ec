import { decoded, isPlain, SlowBody } from './http/index.js';

/** A request body as JSON, or why it is none. */
export type JsonBody =
  | { readonly kind: 'absent' }
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'malformed'; readonly message: string };

/** Deeper bodies are refused: whatever walks a value recursively must not be driven out of its stack. */
export const MAX_DEPTH = 200;

const ABSENT: JsonBody = Object.freeze({ kind: 'absent' });

/**
 * Reads a JSON body up to a limit; of a longer one, the rest is left to the socket.
 *
 * @example
 * await readJson(request.body, 1_048_576); // { kind: 'json', value: { job_id: '...' } }
 *
 * @param maxBytes Of the body, and of what it is decoded to.
 * @param encoding Its `Content-Encoding`: gzip, deflate or br.
 */
export async function readJson(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
  encoding?: string | readonly string[],
): Promise<JsonBody> {
  const coding = String(encoding ?? '');
  const plain = isPlain(coding);
  if (plain === undefined) return malformed(`The body is encoded as ${coding.slice(0, 100)}; gzip, deflate and br are understood.`);
  const bytes = plain ? await readBytes(body, maxBytes) : await readEncoded(body, maxBytes, coding);
  if (!(bytes instanceof Uint8Array)) return malformed(bytes);
  if (bytes.length === 0) return ABSENT;
  const text = decode(bytes);
  return text === undefined ? malformed('The body is not valid UTF-8.') : parse(text);
}

/** Decoded only once it is there, so that a body which decodes to nothing for ever is too long like any other. */
async function readEncoded(body: AsyncIterable<Uint8Array>, maxBytes: number, coding: string): Promise<Uint8Array | string> {
  const bytes = await readBytes(body, maxBytes);
  if (!(bytes instanceof Uint8Array) || bytes.length === 0) return bytes;
  return readBytes(decoded(bytes, coding), maxBytes, `The body is not ${coding.slice(0, 100)}, which its Content-Encoding says it is.`);
}

/** The bytes of a body, or what is wrong with it. */
async function readBytes(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
  broken = 'The body ended before it was complete.',
): Promise<Uint8Array | string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      length += chunk.length;
      if (length > maxBytes) return `The body is longer than ${maxBytes} bytes.`;
      chunks.push(chunk);
    }
  } catch (error) {
    return error instanceof SlowBody ? error.message : broken;
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length);
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function parse(text: string): JsonBody {
  if (deeperThan(text, MAX_DEPTH)) return malformed(`The body is nested deeper than ${MAX_DEPTH} levels.`);
  try {
    return { kind: 'json', value: JSON.parse(text) as unknown };
  } catch {
    return malformed('The body is not valid JSON.');
  }
}

function malformed(message: string): JsonBody {
  return { kind: 'malformed', message };
}

/** Counts brackets outside of strings; on text that is no JSON the answer does not matter. */
function deeperThan(text: string, limit: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case 0x5b:
      case 0x7b:
        if (++depth > limit) return true;
        break;
      case 0x5d:
      case 0x7d:
        depth--;
    }
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === BACKSLASH) at++;
    else if (char === QUOTE) return at;
  }
  return text.length;
}
