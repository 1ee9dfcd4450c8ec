import type { Contract } from '../../spec/index.js';
import { single } from '../headers.js';
import type { MockAnswer, MockRequest } from '../types.js';
import { methodsOf, surfaceAnswer, type SurfaceAnswer } from './methods.js';

/**
 * Cross-origin access to the API surface (Fetch standard, section 3.3). Every origin is let in, and none with credentials: the
 * API is spoken to with bearer tokens, so no page gains anything by the cookies of whoever has it open. The admin routes
 * never come here.
 */
const EVERYONE = { 'access-control-allow-origin': '*' } as const;
/** Seconds; browsers cut it to two hours at most. */
const MAX_AGE = '7200';
const TOKEN = /^[!#$%&'*+.^_`|~\dA-Za-z-]{1,100}$/;
const MAX_HEADERS = 100;
/** Pages see these without being allowed to. */
const SAFELISTED = new Set([
  'cache-control',
  'connection',
  'content-language',
  'content-length',
  'content-type',
  'expires',
  'last-modified',
  'pragma',
  'set-cookie',
  'transfer-encoding',
  'vary',
]);

/**
 * The answer to a preflight, or `undefined` for any other request. On a path of the contract, its methods are allowed. On
 * another, the one that is asked for is: what the request itself is answered then (by a rule, by the storage, or as an
 * unknown route) reaches the page, which would otherwise see a CORS error in its place.
 *
 * @example
 * answerPreflight(contract, request, 'req_1')?.answer.headers['access-control-allow-methods']; // 'GET, HEAD, OPTIONS'
 */
export function answerPreflight(
  contract: Contract,
  request: Pick<MockRequest, 'method' | 'path' | 'headers'>,
  requestId: string,
): (SurfaceAnswer & { readonly isKnownPath: boolean }) | undefined {
  if (request.method !== 'OPTIONS') return undefined;
  const asked = single(request.headers['access-control-request-method'])?.trim() ?? '';
  if (single(request.headers['origin']) === undefined || !TOKEN.test(asked)) return undefined;
  const known = methodsOf(contract, request.path);
  const headers = reflected(single(request.headers['access-control-request-headers']) ?? '');
  const given = surfaceAnswer(requestId, `a browser asks whether it may send ${asked}`, {
    ...EVERYONE,
    'access-control-allow-methods': known.length === 0 ? asked : known.join(', '),
    ...(headers === '' ? {} : { 'access-control-allow-headers': headers }),
    'access-control-max-age': MAX_AGE,
  });
  return { ...given, isKnownPath: known.length > 0 };
}

/** An answer that the page which asked for it may read, with all of its headers. What it says of CORS itself stays. */
export function shareWithPages({ headers: { origin } }: Pick<MockRequest, 'headers'>, answer: MockAnswer): MockAnswer {
  if (origin === undefined) return answer;
  const sent = { ...answer.headers, ...answer.passedOn?.headers };
  if (Object.hasOwn(sent, 'access-control-allow-origin')) return answer;
  const exposed = Object.keys(sent).filter((name) => !SAFELISTED.has(name) && !name.startsWith('access-control-'));
  return {
    ...answer,
    headers: {
      ...answer.headers,
      ...EVERYONE,
      ...(exposed.length === 0 ? {} : { 'access-control-expose-headers': exposed.sort().join(', ') }),
    },
  };
}

/** The names that a page wants to send, as far as they are names. */
function reflected(names: string): string {
  return names
    .split(',', MAX_HEADERS)
    .map((name) => name.trim())
    .filter((name) => TOKEN.test(name))
    .join(', ');
}
