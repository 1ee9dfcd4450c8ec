/** A request body as JSON, or why it is none. */
export type JsonBody =
  | { readonly kind: 'absent' }
  | { readonly kind: 'json'; readonly value: unknown; readonly text: string }
  /** `text` is missing when it could not be read to its end, or is not UTF-8. */
  | { readonly kind: 'malformed'; readonly message: string; readonly text?: string };

/** Deeper bodies are refused: whatever walks a value recursively must not be driven out of its stack. */
export const MAX_DEPTH = 200;

const ABSENT: JsonBody = Object.freeze({ kind: 'absent' });

/**
 * Reads a JSON body up to a limit; of a longer one, the rest is left to the socket.
 *
 * @example
 * await readJson(request.body, 1_048_576); // { kind: 'json', value: { job_id: '...' } }
 */
export async function readJson(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<JsonBody> {
  const bytes = await readBytes(body, maxBytes);
  if (bytes === 'too long') return malformed(`The body is longer than ${maxBytes} bytes.`);
  return bytes === 'broken off' ? malformed('The body ended before it was complete.') : parseBytes(bytes);
}

/**
 * Reads a body like {@link readJson}, and hands it on as if it had not been read: for those who would stream it.
 *
 * @example
 * const { json, body } = await peekJson(request.body, 65_536);
 */
export async function peekJson(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<{ readonly json: JsonBody; readonly body: AsyncIterable<Uint8Array> }> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const rest = body[Symbol.asyncIterator]();
  try {
    while (length <= maxBytes) {
      const next = await rest.next();
      if (next.done === true) return { json: parseBytes(Buffer.concat(chunks)), body: replay(chunks) };
      chunks.push(next.value);
      length += next.value.length;
    }
  } catch (error) {
    return { json: malformed('The body ended before it was complete.'), body: replay(chunks, brokenOff(error)) };
  }
  return { json: malformed(`The body is longer than ${maxBytes} bytes.`), body: replay(chunks, rest) };
}

async function* replay(chunks: readonly Uint8Array[], rest?: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
  if (rest === undefined) return;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** What is left of a body that broke off. */
function brokenOff(error: unknown): AsyncIterator<Uint8Array> {
  return {
    next: async () => {
      throw error;
    },
  };
}

/** A body that is there as text. */
export function parseText(text: string): JsonBody {
  return text === '' ? ABSENT : parse(text);
}

function parseBytes(bytes: Uint8Array): JsonBody {
  if (bytes.length === 0) return ABSENT;
  const text = decode(bytes);
  return text === undefined ? malformed('The body is not valid UTF-8.') : parse(text);
}

async function readBytes(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array | 'too long' | 'broken off'> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      length += chunk.length;
      if (length > maxBytes) return 'too long';
      chunks.push(chunk);
    }
  } catch {
    return 'broken off';
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
  if (deeperThan(text, MAX_DEPTH)) return malformed(`The body is nested deeper than ${MAX_DEPTH} levels.`, text);
  try {
    return { kind: 'json', value: JSON.parse(text) as unknown, text };
  } catch {
    return malformed('The body is not valid JSON.', text);
  }
}

function malformed(message: string, text?: string): JsonBody {
  return text === undefined ? { kind: 'malformed', message } : { kind: 'malformed', message, text };
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
