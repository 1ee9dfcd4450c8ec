import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { Agent, request } from 'undici';
import type { Input } from './arbitraries.js';

/** What came back. */
export interface Output {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** No answer may take so long; nothing here waits for anything. */
const PATIENCE_MS = 10_000;

/** A client that does not mend what it sends. */
export function createClient(): { send(url: string, input: Input): Promise<Output>; close(): Promise<void> } {
  const dispatcher = new Agent({ connections: 1, headersTimeout: PATIENCE_MS, bodyTimeout: PATIENCE_MS, maxRequestsPerClient: 10_000 });
  return {
    send: async (url, { method, target, headers, body }) => {
      const options = {
        dispatcher,
        method,
        path: target,
        origin: url,
        headers: sendable(headers),
        body: body ?? null,
      };
      const { statusCode, headers: answered, body: stream } = await request(url, options);
      const bytes = Buffer.from(await stream.arrayBuffer());
      return { status: statusCode, headers: answered, text: decoded(bytes, answered['content-encoding']).toString() };
    },
    close: () => dispatcher.close(),
  };
}

function decoded(bytes: Buffer, coding: string | string[] | undefined): Buffer {
  if (coding === undefined || bytes.length === 0) return bytes;
  if (coding === 'gzip') return gunzipSync(bytes);
  if (coding === 'deflate') return inflateSync(bytes);
  if (coding === 'br') return brotliDecompressSync(bytes);
  throw new Error(`nobody asked for ${String(coding)}`);
}

/** Header values as bytes of Latin-1, which is what the wire carries. */
function sendable(headers: Input['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value, 'latin1').toString('latin1')]));
}

/** The request as somebody can repeat it. */
export function asCurl(url: string, { method, target, headers, body }: Input): string {
  const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const sent = Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`);
  const data = body === undefined ? [] : [`--data-binary ${quote(String(body).slice(0, 500))}`];
  return ['curl -i -X', method, ...sent, ...data, quote(`${url}${target}`)].join(' ');
}
