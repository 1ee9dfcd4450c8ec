import type { Check } from './types.js';

/** There is a message for people; what it says is never looked at, because it may change. */
export const message: Check = ({ contract, envelope, failure }) => {
  if (envelope.code !== failure.code) return [];
  if (typeof envelope.message !== 'string' || envelope.message.trim() !== '') return [];
  return [
    {
      check: 'message',
      at: contract.envelope.message,
      expected: 'a text',
      actual: 'blank',
      remedy: 'Say what happened, in words for people.',
    },
  ];
};
