import type { Operation, Parameter } from '../spec/index.js';
import type { PathRequest } from './types.js';

/**
 * The contract's own example of a request: what is required of path, query and headers, and the first example of the body.
 *
 * @example
 * exampleRequest(contract.operation('createLamp')); // { operation: 'createLamp', params: {}, ..., body: { name: 'Reading lamp' } }
 */
export function exampleRequest(operation: Operation): PathRequest & { readonly query: object; readonly headers: object } {
  const body = operation.body?.json?.examples[0]?.value;
  return {
    operation: operation.id,
    params: examplesOf(operation, ({ in: place }) => place === 'path'),
    query: examplesOf(operation, ({ in: place, required }) => place === 'query' && required),
    headers: examplesOf(operation, ({ in: place, required }) => place === 'header' && required),
    ...(body === undefined ? {} : { body }),
  };
}

function examplesOf({ parameters }: Operation, asked: (parameter: Parameter) => boolean): Record<string, string> {
  const shown = parameters.filter((one) => asked(one) && one.example !== undefined);
  return Object.fromEntries(shown.map(({ name, in: place, example }) => [place === 'header' ? name.toLowerCase() : name, String(example)]));
}
