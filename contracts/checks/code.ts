import { jsonPointer } from '../../spec/index.js';
import type { Discrepancy } from '../types.js';
import type { Answered, Check } from './types.js';

/** The code is exactly the declared one, at the declared place. */
export const code: Check = ({ contract, failure, answer, envelope }) => {
  if (envelope.code === failure.code) return [];
  const { actual, remedy } = seen({ contract, failure, answer, envelope });
  return [{ check: 'code', at: contract.envelope.code, expected: JSON.stringify(failure.code), actual, remedy }];
};

function seen({
  contract,
  failure,
  answer,
  envelope,
}: Pick<Answered, 'contract' | 'failure' | 'answer' | 'envelope'>): Pick<Discrepancy, 'actual' | 'remedy'> {
  const remedy = `Answer the code ${failure.code}.`;
  if (envelope.code !== undefined) return { actual: JSON.stringify(envelope.code), remedy };
  if (answer.json === undefined) {
    const what = answer.text.trim() === '' ? 'the body is empty' : 'the body is not JSON';
    return {
      actual: `absent: ${what}`,
      remedy: `Answer the envelope with the code ${failure.code}, also where a framework or a middleware refuses.`,
    };
  }
  const elsewhere = placeOf(answer.json, failure.code);
  if (elsewhere === undefined) return { actual: 'absent', remedy };
  return {
    actual: `absent; it stands at ${elsewhere}`,
    remedy: `Move it to ${contract.envelope.code}, or declare the envelope that is really used (x-failpath.envelope).`,
  };
}

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
