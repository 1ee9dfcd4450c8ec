import type { MockAnswer } from './types.js';

/** Says that an answer is the mock's own and none of the API's. */
export const ORIGIN: Readonly<Record<string, string>> = Object.freeze({ 'x-failpath-origin': 'mock' });

/** What the mock itself has to say, by stable name. */
export const MOCK_PROBLEMS = {
  'unknown-choice': { status: 501, title: 'The contract has no such answer' },
  'invalid-answer': { status: 501, title: 'The answer would break the contract' },
  'script-unavailable': { status: 501, title: 'The rule cannot be carried out' },
  'deployment-unavailable': { status: 501, title: 'The deployment that is recorded gave no answer' },
  'unknown-route': { status: 404, title: 'The contract has no such route' },
  'invalid-request': { status: 400, title: 'The contract refuses the request' },
  'no-answer': { status: 501, title: 'The contract declares no answer for this' },
  'upgrade-required': { status: 426, title: 'The operation answers over a WebSocket' },
  'too-many-websockets': { status: 503, title: 'The mock has no room for another WebSocket' },
  'internal-error': { status: 500, title: 'The mock has a bug' },
  'admin-unauthorized': { status: 401, title: 'The admin routes need the admin token' },
  'admin-forbidden': { status: 403, title: 'The admin routes are for local callers' },
  'admin-unknown-route': { status: 404, title: 'There is no such thing below /__admin' },
  'admin-invalid-input': { status: 400, title: 'The admin route cannot use this input' },
  'admin-conflict': { status: 409, title: 'What is there already does not allow it' },
  'unknown-session': { status: 404, title: 'There is no such session' },
  'store-unavailable': { status: 503, title: 'The store of the mock cannot be reached' },
  'admin-recording': { status: 409, title: 'The mock records, and answers nothing by itself' },
} as const;

export type MockProblem = keyof typeof MOCK_PROBLEMS;

/** A problem as an object (RFC 9457), for callers that serialise by themselves. */
export function problemBody(name: MockProblem, detail: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const { status, title } = MOCK_PROBLEMS[name];
  return { type: `failpath:${name}`, title, status, detail, ...more };
}

/**
 * An answer of the mock's own, as `application/problem+json` (RFC 9457).
 *
 * @example
 * problem('unknown-choice', 'initWork does not declare api_key.revokd; the nearest is api_key.revoked.', 'req_1', { choices });
 */
export function problem(name: MockProblem, detail: string, requestId?: string, more?: Readonly<Record<string, unknown>>): MockAnswer {
  return {
    status: MOCK_PROBLEMS[name].status,
    headers: {
      ...ORIGIN,
      'content-type': 'application/problem+json',
      ...(requestId === undefined ? {} : { 'x-request-id': requestId }),
    },
    body: JSON.stringify(problemBody(name, detail, more)),
  };
}

/** Nothing is known of a world that cannot be looked at; it may be tried again soon. */
export function storeUnavailable(error: Error, requestId?: string): MockAnswer {
  const { headers, ...answer } = problem('store-unavailable', `${error.message} Try again: the mock recovers by itself.`, requestId);
  return { ...answer, headers: { ...headers, 'retry-after': '1' } };
}
