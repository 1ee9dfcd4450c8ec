import type { Operation } from '../spec/index.js';
import type { JsonBody } from './body.js';
import type { Call, MockRequest, Refusal } from './types.js';
import type { Validation } from './validation.js';

/** A call as the engine makes it: with all that the contract has to say about it. */
export interface CheckedCall extends Call {
  readonly validation: Validation;
}

/** Puts a call together; nothing is checked before it is asked for. */
export function createCall(
  operation: Operation,
  params: Call['params'],
  request: MockRequest,
  body: JsonBody,
  validation: Validation,
): CheckedCall {
  return {
    operation,
    params,
    query: request.query,
    headers: request.headers,
    baseUrl: request.baseUrl,
    body: body.kind === 'json' ? body.value : undefined,
    validation,
    refusal: (): Refusal | undefined => validation.refusal(),
  };
}
