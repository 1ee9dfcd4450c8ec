import type { Check } from './types.js';

/** Whatever pair of status and code was answered, the operation declares it. */
export const declared: Check = ({ contract, failure, answer, envelope }) => {
  if (typeof envelope.code !== 'string') return [];
  const { operation } = failure;
  if (operation.failures.some((one) => one.status === answer.status && one.code === envelope.code)) return [];
  const statuses = operation.failures.filter((one) => one.code === envelope.code).map((one) => one.status);
  if (statuses.includes(failure.status)) return []; // The status check says it already.
  return [
    {
      check: 'declared',
      at: contract.envelope.code,
      expected: `a failure that ${operation.id} declares`,
      actual: `${answer.status} ${envelope.code}`,
      remedy:
        statuses.length > 0
          ? `${operation.id} declares ${envelope.code} under ${statuses.join(' and ')}: correct the status, or the contract.`
          : `Answer a declared code, or declare ${envelope.code} for ${operation.id}.`,
    },
  ];
};
