import type { Mutant } from '../mutant.js';
import { telling, withError } from './rewrite.js';

/** Request ids that look right one by one. */
export const SHARED_IDS: readonly Mutant[] = [
  {
    name: 'constant request_id',
    class: 'wire',
    breaks: 'Every answer has the same request id.',
    lines: ['* api_key.not_found'],
    outcome: 'violated',
    says: /^\/error\/request_id: expected an id of its own, saw "req_0"/,
    proxy: () => telling(['api_key.not_found'], (answer) => withError(answer, { request_id: 'req_0' })),
  },
];
