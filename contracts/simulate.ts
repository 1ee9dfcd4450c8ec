import type { Failure } from '../spec/index.js';
import { exampleRequest } from './example-request.js';
import type { RunContext } from './steps.js';
import { identityFor } from './suite.js';
import type { PathRequest } from './types.js';

/**
 * The request that asks a deployment for a failure in the way that its file describes: the contract's own example of a
 * request, with the answer that is wanted in headers or query.
 *
 * @example
 * simulatedRequest(failure, context).headers; // { prefer: 'code=422, example=registration.title_required' }
 */
export function simulatedRequest(failure: Failure, { deployment, suite }: Pick<RunContext, 'deployment' | 'suite'>): PathRequest {
  const values: Record<string, string> = {
    code: failure.code,
    status: String(failure.status),
    example: failure.examples[0]?.name ?? failure.code,
  };
  const fill = (members: Readonly<Record<string, string>> | undefined): Record<string, string> =>
    Object.fromEntries(
      Object.entries(members ?? {}).map(([name, text]) => [name, text.replace(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? '')]),
    );
  const { operation } = failure;
  const scheme = operation.credentials[0]?.scheme;
  const token = scheme === undefined ? undefined : deployment.identities.get(identityFor(suite, scheme));
  const example = exampleRequest(operation);
  return {
    ...example,
    as: token ?? null,
    query: { ...example.query, ...fill(deployment.simulate?.query) },
    headers: { ...example.headers, ...fill(deployment.simulate?.headers) },
  };
}
