import type { Mutant } from '../mutant.js';
import { telling, withError } from './rewrite.js';

const of = (name: string, breaks: string, code: string, id: (operation: string) => string): Mutant => ({
  name,
  class: 'wire',
  breaks,
  lines: [`* ${code}`],
  outcome: 'violated',
  says: /^\/error\/request_id: expected an id of its own, saw "req_.*", which another answer had/,
  proxy: () => telling([code], (answer, { operation }) => withError(answer, { request_id: id(operation.id) })),
});

/** Request ids that look right one by one. */
export const SHARED_IDS: readonly Mutant[] = [
  of('constant request_id', 'Every answer has the same request id.', 'transaction.not_found', () => 'req_0'),
  of(
    'request_id of the route',
    'The request id is made once for each operation, when the server starts.',
    'api_key.not_found',
    (operation) => `req_${operation}`,
  ),
];
