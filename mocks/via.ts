import { randomBytes } from 'node:crypto';
import type { MockRequest } from './types.js';

type Headers = MockRequest['headers'];

/** The mark that a mock leaves on what it sends on, by which it knows a request that comes back to it. */
export interface Via {
  /** Whether a request has been sent on by this mock before: sent on again, it would go round for ever. */
  readonly isMarked: (headers: Headers) => boolean;
  readonly mark: (headers: Headers) => Headers;
}

/**
 * A mark of its own for each who sends requests on: an entry of `Via`, whose place it is (RFC 9110, section 7.6.3).
 *
 * @example
 * const via = createVia();
 * via.isMarked(via.mark(request.headers)); // true
 */
export function createVia(): Via {
  const name = `failpath-${randomBytes(8).toString('hex')}`;
  const passed = ({ via }: Headers): string => (via === undefined ? '' : [via].flat().join(', '));
  return {
    isMarked: (headers) => passed(headers).includes(name),
    mark: (headers) => ({ ...headers, via: [passed(headers), `1.1 ${name}`].filter((entry) => entry !== '').join(', ') }),
  };
}

/** Why a request that came back goes nowhere. */
export function sayLoop(base: string): string {
  return `the request came back from ${base}, which it was sent on to before: that is this mock itself, or leads to it`;
}
