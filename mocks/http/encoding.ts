import type { Transform } from 'node:stream';
import { promisify } from 'node:util';
import { brotliCompress, constants, createBrotliDecompress, createGunzip, createInflate, deflate, gzip } from 'node:zlib';
import type { Soon } from '../soon.js';
import type { MockAnswer } from '../types.js';

/** Content codings of request bodies (RFC 9110, section 8.4.1); `x-gzip` is another name of the first. */
const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** Whether bodies with such a `Content-Encoding` are the bytes that they mean; `undefined` for a coding that is not known. */
export function isPlain(encoding: string): boolean | undefined {
  const name = encoding.trim().toLowerCase();
  if (name === '' || name === 'identity') return true;
  return Object.hasOwn(DECODERS, name) ? false : undefined;
}

/**
 * Bytes without their content coding, piece by piece: whoever stops reading stops a zip bomb.
 *
 * @example
 * for await (const chunk of decoded(bytes, 'gzip')) length += chunk.length;
 *
 * @param encoding One of which `isPlain` says `false`.
 * @throws while it is iterated, when the bytes are not so encoded
 */
export async function* decoded(bytes: Uint8Array, encoding: string): AsyncGenerator<Uint8Array> {
  const decoder = DECODERS[encoding.trim().toLowerCase()]?.();
  if (decoder === undefined) throw new Error(`There is no decoder for ${encoding}.`);
  decoder.end(bytes);
  // Its errors are thrown by the iteration, and leaving that destroys it.
  yield* decoder as AsyncIterable<Uint8Array>;
}

/** Below it, what is saved is less than what the header costs. */
const LEAST_BYTES = 1_024;

type Encoder = (body: string) => Promise<Uint8Array>;

const compressGzip = promisify<string, { level: number }, Uint8Array>(gzip);
const compressDeflate = promisify<string, { level: number }, Uint8Array>(deflate);
const compressBrotli = promisify<string, { params: Record<number, number> }, Uint8Array>(brotliCompress);
const LEVEL = { level: 4 };

/** Fast rather than small; where a client likes several equally, the first of these. */
const ENCODERS: Readonly<Record<string, Encoder>> = {
  gzip: (body) => compressGzip(body, LEVEL),
  br: (body) => compressBrotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  deflate: (body) => compressDeflate(body, LEVEL),
};

/** An answer whose body may have been compressed. */
export type EncodedAnswer = Omit<MockAnswer, 'body'> & { readonly body: string | Uint8Array | undefined };

/**
 * An answer in the coding that a client likes best, if that is worth it; answers that are encoded already, partial, or marked
 * with an entity tag of their own stay as they are.
 *
 * @example
 * (await encoded(answer, 'gzip, br;q=0.5')).headers['content-encoding']; // 'gzip', for a body of at least 1,024 bytes
 */
export function encoded(answer: MockAnswer, accepted: string | undefined): Soon<EncodedAnswer> {
  const { status, headers, body } = answer;
  if (body === undefined || body.length < LEAST_BYTES || status === 206) return answer;
  if (['content-encoding', 'content-length', 'etag'].some((name) => Object.hasOwn(headers, name))) return answer;
  if (/\bno-transform\b/i.test(headers['cache-control'] ?? '')) return answer;
  const vary = headers['vary'] === undefined ? 'accept-encoding' : `${headers['vary']}, accept-encoding`;
  const name = favourite(accepted ?? '');
  const encoder = name === undefined ? undefined : ENCODERS[name];
  if (name === undefined || encoder === undefined) return { ...answer, headers: { ...headers, vary } };
  return encoder(body).then((bytes) => ({ status, headers: { ...headers, vary, 'content-encoding': name }, body: bytes }));
}

/**
 * Which of our codings an `Accept-Encoding` likes best, if it likes one at least as much as none (RFC 9110, section 12.5.3).
 *
 * @example
 * favourite('gzip;q=0.2, br'); // 'br'
 */
export function favourite(accepted: string): string | undefined {
  const weights = new Map<string, number>();
  for (const part of accepted.toLowerCase().split(',', MAX_CODINGS)) {
    const [name = '', ...parameters] = part.split(';').map((word) => word.trim());
    const q = parameters.find((parameter) => /^q\s*=/.test(parameter));
    const weight = q === undefined ? 1 : Number(q.slice(q.indexOf('=') + 1));
    if (name !== '') weights.set(name === 'x-gzip' ? 'gzip' : name, weight >= 0 && weight <= 1 ? weight : 0);
  }
  const weightOf = (name: string): number => weights.get(name) ?? weights.get('*') ?? 0;
  let best: string | undefined;
  for (const name of Object.keys(ENCODERS)) if (weightOf(name) > (best === undefined ? 0 : weightOf(best))) best = name;
  return best !== undefined && weightOf(best) >= (weights.get('identity') ?? 0) ? best : undefined;
}

const MAX_CODINGS = 50;
