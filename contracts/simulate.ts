import type { Failure, Operation, Parameter } from '../spec/index.js';
import type { RunContext } from './steps.js';
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
  const token = scheme === undefined ? undefined : deployment.identities.get(suite.identityOf[scheme] ?? '');
  const body = operation.body?.json?.examples[0]?.value;
  return {
    operation: operation.id,
    as: token ?? null,
    params: examplesOf(operation, ({ in: place }) => place === 'path'),
    query: { ...examplesOf(operation, ({ in: place, required }) => place === 'query' && required), ...fill(deployment.simulate?.query) },
    headers: fill(deployment.simulate?.headers),
    ...(body === undefined ? {} : { body }),
  };
}

function examplesOf({ parameters }: Operation, asked: (parameter: Parameter) => boolean): Record<string, string> {
  const shown = parameters.filter((one) => asked(one) && one.example !== undefined);
  return Object.fromEntries(shown.map(({ name, example }) => [name, String(example)]));
}
