import type { Check } from './types.js';

/** Headers that the contract requires of this answer are there. */
export const headers: Check = ({ failure, answer, envelope }) => {
  if (envelope.code !== failure.code || answer.status !== failure.status) return [];
  return failure.answer.headers
    .filter(({ name, required }) => required && answer.headers[name.toLowerCase()] === undefined)
    .map(({ name }) => ({
      check: 'header',
      at: name.toLowerCase(),
      expected: 'present',
      actual: 'absent',
      remedy: `Send ${name}, or declare it as optional.`,
    }));
};
