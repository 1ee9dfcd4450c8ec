import type { Contract, Route } from '../../spec/index.js';
import { ORIGIN } from '../problem.js';
import type { MockAnswer, MockRequest } from '../types.js';

/** An answer to a question about the surface rather than the API; the contract has no part in it. */
export interface SurfaceAnswer {
  readonly answer: MockAnswer;
  readonly answeredBy: 'routing';
  readonly why: string;
  readonly code: undefined;
}

/** All that an OpenAPI document can declare for a path. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const;

/**
 * The operation that a request reaches: HEAD is answered as GET unless the contract declares it (RFC 9110, section 9.3.2).
 *
 * @example
 * routeOf(contract, { method: 'HEAD', path: '/v1/transactions/42' })?.operation.id; // 'getTransaction'
 */
export function routeOf(contract: Contract, { method, path }: Pick<MockRequest, 'method' | 'path'>): Route | undefined {
  return contract.route(method, path) ?? (method === 'HEAD' ? contract.route('GET', path) : undefined);
}

/**
 * The methods that a path answers, those of the surface included; none for a path that no operation has.
 *
 * @example
 * methodsOf(contract, '/v1/transactions/42'); // ['GET', 'HEAD', 'OPTIONS']
 */
export function methodsOf(contract: Contract, path: string): readonly string[] {
  const declared = METHODS.filter((method) =>
    path === '*' ? contract.operations.some((operation) => operation.method === method) : contract.route(method, path) !== undefined,
  );
  if (declared.length === 0) return [];
  return METHODS.filter((method) => declared.includes(method) || method === 'OPTIONS' || (method === 'HEAD' && declared.includes('GET')));
}

/** To OPTIONS on a path of the contract, or on `*`: which methods there are. `undefined` for every other request. */
export function answerOptions(
  contract: Contract,
  { method, path }: Pick<MockRequest, 'method' | 'path'>,
  requestId: string,
): SurfaceAnswer | undefined {
  const methods = method === 'OPTIONS' ? methodsOf(contract, path) : [];
  return methods.length === 0
    ? undefined
    : surfaceAnswer(requestId, 'OPTIONS asks for the methods of the path', { allow: methods.join(', ') });
}

/** 204, labelled: no operation declares it. */
export function surfaceAnswer(requestId: string, why: string, headers: MockAnswer['headers']): SurfaceAnswer {
  return {
    answer: { status: 204, headers: { ...headers, 'x-request-id': requestId, ...ORIGIN }, body: undefined },
    answeredBy: 'routing',
    why,
    code: undefined,
  };
}
