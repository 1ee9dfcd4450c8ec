import { request as send } from 'undici';
import type { MockAnswer, MockRequest } from './types.js';

/** Sends a request on to another server, if that is allowed. */
export type Forward = (base: string, request: MockRequest, body: unknown) => Promise<MockAnswer | { readonly refused: string }>;

/** Headers that belong to one connection (RFC 9110, section 7.6.1), and those that are made anew. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'content-length',
  'expect',
  'accept-encoding',
]);
/** Of an answer, in bytes: the mock is no gateway for downloads. */
const MAX_ANSWER_BYTES = 8 * 1_048_576;
const TIMEOUT_MS = 30_000;

/**
 * A proxy to servers that were named when the mock was started, and to no others: whoever can add rules must not get into
 * places that only this machine can reach.
 *
 * @example
 * const forward = createForward(['https://staging.example.com']);
 */
export function createForward(allowed: readonly string[]): Forward {
  const origins = new Set(allowed.map((url) => new URL(url).origin));
  return async (base, request, body) => {
    if (!URL.canParse(base) || !origins.has(new URL(base).origin)) {
      return { refused: `requests may not be sent on to ${base}: start the mock with --proxy-to ${base}` };
    }
    const query = request.query.size === 0 ? '' : `?${request.query.toString()}`;
    try {
      const answer = await send(`${base.replace(/\/+$/, '')}${request.path}${query}`, {
        method: request.method as 'GET',
        headers: headersOf(request),
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await answer.body.text();
      if (text.length > MAX_ANSWER_BYTES) return { refused: `${base} answered more than ${MAX_ANSWER_BYTES} bytes` };
      const headers = Object.fromEntries(
        Object.entries(answer.headers).flatMap(([name, value]) =>
          value === undefined || HOP_BY_HOP.has(name) ? [] : [[name, String(value)]],
        ),
      );
      return { status: answer.statusCode, headers, body: text };
    } catch (error) {
      return { refused: `${base} gave no answer: ${(error as Error).message}` };
    }
  };
}

function headersOf({ headers }: MockRequest): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      // The body is sent on decoded.
      value === undefined || HOP_BY_HOP.has(name) || name === 'content-encoding' ? [] : [[name, String(value)]],
    ),
  );
}
