import type { Operation } from '../spec/index.js';
import { NO_BODY, type JsonBody } from './body.js';
import { newWork, type ScriptRequest, type Work } from './script/index.js';
import { newRequestId } from './template.js';
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
  const { method, path, query, url, headers } = request;
  const text = body.kind === 'absent' ? undefined : body.text;
  return { method, path, query, url, headers, operation, body: body.kind === 'json' ? body.value : undefined, text, identity, work };
}
