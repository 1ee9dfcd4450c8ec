import { brotliDecompressSync, gunzipSync, inflateSync, type ZlibOptions } from 'node:zlib';
import { deeperThan, DEEPEST_JSON } from '../json.js';

/** A body as it was seen, as far as it could be read. */
export type SeenBody =
  | { readonly kind: 'absent' }
  /** `text` where it was read from bytes. */
  | { readonly kind: 'json'; readonly value: unknown; readonly text?: string }
  | { readonly kind: 'text'; readonly text: string }
  /** There is one, but it is too long, no text, or was not kept: why. */
  | { readonly kind: 'unread'; readonly why: string };

/** Names in lower case. */
export type SeenHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface SeenRequest {
  /** Upper case. */
  readonly method: string;
  /** Percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: SeenHeaders;
  readonly body: SeenBody;
}

export interface SeenAnswer {
  readonly status: number;
  readonly headers: SeenHeaders;
  readonly body: SeenBody;
}

/** A request and what a deployment answered to it. */
export interface SeenExchange {
  readonly request: SeenRequest;
  readonly answer: SeenAnswer;
  /** Who asked, by a name of the well-known world; `unknown` for anybody else. */
  readonly identity?: string | undefined;
  /** When the request was sent, in milliseconds since 1970. */
  readonly at?: number | undefined;
  /** Until the end of the answer. */
  readonly durationMs?: number | undefined;
}

/** Longer bodies are passed on, but neither judged nor recorded; in bytes. */
export const LONGEST_BODY = 8 * 1_048_576;

const ABSENT: SeenBody = Object.freeze({ kind: 'absent' });

/**
 * Reads the bytes of a body by the headers that came with it.
 *
 * @example
 * readSeen(Buffer.from('{"a":1}'), { 'content-type': 'application/json' }); // { kind: 'json', value: { a: 1 }, text: '{"a":1}' }
 */
export function readSeen(bytes: Uint8Array, headers: SeenHeaders): SeenBody {
  if (bytes.length === 0) return ABSENT;
  const decoded = decode(bytes, textOf(headers['content-encoding']));
  if ('why' in decoded) return { kind: 'unread', why: decoded.why };
  return readText(decoded.bytes, textOf(headers['content-type']));
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Reads bytes that are not compressed. */
function readText(bytes: Uint8Array, type: string): SeenBody {
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    return { kind: 'unread', why: `it is no text (${type === '' ? 'of no media type' : type})` };
  }
  // What says that it is something else may be JSON all the same, and is judged as both.
  if (!isJsonType(type) && !/^\s*[[{]/.test(text)) return text === '' ? ABSENT : { kind: 'text', text };
  const value = bytes.length > LONGEST_BODY ? undefined : parse(text);
  return value === undefined ? { kind: 'text', text } : { kind: 'json', value, text };
}

/** `undefined` for what is no JSON, or nests too deeply. */
function parse(text: string): unknown {
  if (deeperThan(text, DEEPEST_JSON)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Whether a media type is JSON (RFC 6839, section 3.1).
 *
 * @example
 * isJsonType('application/problem+json; charset=utf-8'); // true
 */
export function isJsonType(type: string): boolean {
  return /^application\/(?:[\w.!#$&^-]+\+)?json$/i.test(essenceOf(type));
}

/** A media type without its parameters, in lower case. */
export function essenceOf(type: string): string {
  return (type.split(';')[0] ?? '').trim().toLowerCase();
}

/** A header as one text; empty where there is none. */
export function textOf(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : (value ?? []).join(', ');
}

const DECODERS: Readonly<Record<string, (bytes: Uint8Array, options: ZlibOptions) => Buffer>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

function decode(bytes: Uint8Array, encoding: string): { readonly bytes: Uint8Array } | { readonly why: string } {
  const name = encoding.trim().toLowerCase();
  if (name === '' || name === 'identity') return { bytes };
  const decoder = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
  if (decoder === undefined) return { why: `its content encoding ${JSON.stringify(name.slice(0, 40))} is not known` };
  try {
    return { bytes: decoder(bytes, { maxOutputLength: LONGEST_BODY }) };
  } catch {
    return { why: `it is not ${name}, or longer than ${LONGEST_BODY} bytes` };
  }
}
