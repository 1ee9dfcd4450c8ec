import { randomUUID } from 'node:crypto';
import type { Mutant } from '../mutant.js';
import { telling, withError } from './rewrite.js';

const of = (name: string, breaks: string, code: string, id: () => () => string): Mutant => ({
  name,
  class: 'wire',
  breaks,
  lines: [`* ${code}`],
  outcome: 'violated',
  says: /^\/error\/request_id: expected an id of its own, saw "req_.*", which another answer had/,
  proxy: () => {
    const next = id();
    return telling([code], (answer) => withError(answer, { request_id: next() }));
  },
});

/** Request ids that look right one by one. */
export const SHARED_IDS: readonly Mutant[] = [
  of('constant request_id', 'Every answer has the same request id.', 'transaction.not_found', () => () => 'req_0'),
  of('request_id that is used twice', 'Every request id is that of two answers in a row.', 'api_key.not_found', () => {
    let [id, uses] = ['', 0];
    return () => (id = uses++ % 2 === 0 ? `req_${randomUUID()}` : id);
  }),
];
