import type { Check } from './types.js';

/** The status is exactly the declared one; a 5xx where a refusal is due is named as the failure of the server that it is. */
export const status: Check = ({ failure, answer }) => {
  if (answer.status === failure.status) return [];
  const broke = answer.status >= 500 && failure.status < 500;
  return [
    {
      check: broke ? 'server-error' : 'status',
      at: 'status',
      expected: String(failure.status),
      actual: String(answer.status),
      remedy: broke
        ? 'The server failed instead of refusing: look up the request id in its log.'
        : `Answer ${failure.code} with ${failure.status}.`,
    },
  ];
};
