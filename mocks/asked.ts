import type { Operation } from '../spec/index.js';
import { NO_BODY, type JsonBody } from './body.js';
import { newWork, type ScriptRequest, type Work } from './script/index.js';
import { newRequestId } from './template.js';
import type { Soon } from './soon.js';
import type { MockRequest } from './types.js';

/** A request, as far as it has been read. */
export interface Asked {
  readonly requestId: string;
  readonly request: MockRequest;
  readonly body: JsonBody;
  /** The name of the caller's identity, `none` or `unknown`. */
  readonly identity: string;
  /** What rules may still cost. */
  readonly work: Work;
}

/**
 * Takes the step by which a request is decided, maybe more than once; its result is there once it is kept. `isBy` says whether asking again
 * would change the same, as it would unless told otherwise.
 */
export type Ask = <T>(asked: Asked, step: () => T, isBy?: (result: T) => boolean) => Soon<T>;

/** What is known of something that came near no operation. */
export type Target = Pick<MockRequest, 'method' | 'path' | 'query'> & Partial<Omit<MockRequest, 'body'>>;

export const NO_TARGET: Omit<MockRequest, 'body'> = Object.freeze({
  method: '-',
  path: '-',
  query: new URLSearchParams(),
  url: '-',
  headers: {},
  baseUrl: '',
  connection: { id: 0, opened: 0 },
});

const NOTHING: MockRequest['body'] = { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }) };

/** A request of which only the target is known, if that. */
export function outside(target: Target): Asked {
  const request = { ...NO_TARGET, url: target.path, ...target, body: NOTHING };
  return { requestId: newRequestId(), request, body: NO_BODY, identity: 'none', work: newWork() };
}

/** What rules look at of a request. */
export function scriptRequestOf({ request, body, identity, work }: Asked, operation: Operation | undefined): ScriptRequest {
  const { method, path, query, url, headers, repeated } = request;
  const text = body.kind === 'absent' ? undefined : body.text;
  const json = body.kind === 'json' ? body.value : undefined;
  return { method, path, query, url, headers, repeated, operation, body: json, text, identity, work };
}

/** The end of a path outside the contract can be a credential (that of an upload URL is): it stays out of the journal. */
export function withoutEnd({ requestId, request, body, identity, work }: Asked): Asked {
  const { path: whole } = request;
  const path = `${whole.slice(0, whole.lastIndexOf('/') + 1)}…`;
  return { requestId, request: { ...request, path, url: path }, body, identity, work };
}
