import type { Violation } from '../../spec/index.js';
import type { Check } from './types.js';

/** The whole body fits the schema of its code: the envelope's members, and the details that the code promises. */
export const schema: Check = ({ contract, failure, answer, envelope }) => {
  // With another code the schema of this one says nothing about the body.
  if (envelope.code !== failure.code) return [];
  const { details } = contract.envelope;
  return failure.validate(answer.json).map((violation) => ({
    check: violation.pointer === details || violation.pointer.startsWith(`${details}/`) ? 'details' : 'envelope',
    at: violation.pointer === '' ? 'body' : violation.pointer,
    expected: violation.keyword === 'required' ? 'present' : violation.message.replace(/^must be /, ''),
    actual: actualOf(violation),
    remedy: 'Answer the shape that the contract declares for this code.',
  }));
};

function actualOf(violation: Violation): string {
  if (violation.keyword === 'required') return 'absent';
  const text = JSON.stringify(violation.value) ?? String(violation.value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
