import { jsonPointer } from '../../spec/index.js';
import type { Check } from './types.js';

/** The code is exactly the declared one, at the declared place. */
export const code: Check = ({ contract, failure, answer, envelope }) => {
  if (envelope.code === failure.code) return [];
  const elsewhere = placeOf(answer.json, failure.code);
  return [
    {
      check: 'code',
      at: contract.envelope.code,
      expected: JSON.stringify(failure.code),
      actual: envelope.code === undefined ? (elsewhere === undefined ? 'absent' : `absent; it stands at ${elsewhere}`) : JSON.stringify(envelope.code),
      remedy:
        elsewhere === undefined
          ? `Answer the code ${failure.code}.`
          : `Move it to ${contract.envelope.code}, or declare the envelope that is really used (x-failpath.envelope).`,
    },
  ];
};

/** Where in a body a value stands, if it does. */
function placeOf(body: unknown, value: string, at = ''): string | undefined {
  if (body === value) return at;
  if (typeof body !== 'object' || body === null) return undefined;
  for (const [key, member] of Object.entries(body)) {
    const found = placeOf(member, value, jsonPointer.join(at, key));
    if (found !== undefined) return found;
  }
  return undefined;
}
