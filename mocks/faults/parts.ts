import type { MockAnswer } from '../types.js';

/** What stands in where a fault needs an answer and there is none. */
export const STAND_IN: MockAnswer = Object.freeze({
  status: 200,
  headers: Object.freeze({ 'content-type': 'application/json', 'x-failpath-origin': 'mock' }),
  body: '{"origin":"failpath"}',
});

/** No chunk begins like this: a chunk's first line is its length in hexadecimal digits (RFC 9112, section 7.1). */
export const NO_CHUNK = 'no chunk begins like this\r\n';
const RANDOM_BYTES = 256;

/** A first byte that is none of `HTTP/`, and bytes as they come. */
export function noHttp(random: () => number): Uint8Array {
  const bytes = Uint8Array.from({ length: RANDOM_BYTES }, () => Math.floor(random() * 256));
  bytes[0] = (bytes[0] ?? 0) | 0x80;
  return bytes;
}

/** Part of a body, and how long to wait before it. */
export interface Portion {
  readonly waitMs: number;
  readonly bytes: Uint8Array;
}

/** A body in so many portions, evenly over a duration, the last at its end; each has a byte at least, unless there is none. */
export function portionsOf(bytes: Uint8Array, chunks: number, durationMs: number): Portion[] {
  const count = Math.max(1, Math.min(chunks, bytes.length));
  const share = (of: number, part: number): number => Math.floor((of * part) / count);
  return Array.from({ length: count }, (_, part) => ({
    waitMs: share(durationMs, part + 1) - share(durationMs, part),
    bytes: bytes.subarray(share(bytes.length, part), share(bytes.length, part + 1)),
  }));
}

/** Whether answers of a status have no body (RFC 9110, section 6.4.1). */
export function bodiless(status: number): boolean {
  return status === 204 || status === 304;
}

/** How a body is framed is the fault's business. */
export function withoutFraming(headers: MockAnswer['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(content-length|transfer-encoding|connection)$/i.test(name)));
}
