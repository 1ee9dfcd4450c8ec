import type { Check } from './types.js';

/** The request id is of this request alone: two answers with one id send support to the wrong trace. */
export const requestId: Check = ({ contract, envelope, seenRequestIds }) => {
  if (typeof envelope.requestId !== 'string' || !seenRequestIds.has(envelope.requestId)) return [];
  return [
    {
      check: 'request-id',
      at: contract.envelope.requestId,
      expected: 'an id of its own',
      actual: `${JSON.stringify(envelope.requestId)}, which another answer had`,
      remedy: 'Make a new id for every request.',
    },
  ];
};
