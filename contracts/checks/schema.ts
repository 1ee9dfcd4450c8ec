import { counted, type Violation } from '../../spec/index.js';
import type { Check } from './types.js';

/** The whole body fits the schema of its code: the envelope's members, and the details that the code promises. */
export const schema: Check = ({ contract, failure, answer, envelope }) => {
  // With another code the schema of this one says nothing about the body.
  if (envelope.code !== failure.code) return [];
  const { details } = contract.envelope;
  // A blank message is told by the check of messages, whatever else the schema has to say of it.
  const blank = typeof envelope.message === 'string' && envelope.message.trim() === '';
  const violations = failure.validate(answer.json).filter(({ pointer }) => !(blank && pointer === contract.envelope.message));
  return violations.map((violation) => ({
    check: violation.pointer === details || violation.pointer.startsWith(`${details}/`) ? 'details' : 'envelope',
    at: violation.pointer === '' ? 'body' : violation.pointer,
    expected: violation.keyword === 'required' ? 'present' : plainly(violation.message),
    actual: actualOf(violation),
    remedy: 'Answer the shape that the contract declares for this code.',
  }));
};

/** What a validator says must be, as people say it. */
function plainly(message: string): string {
  const [, how, count, what = ''] = /^must NOT have (fewer|more) than (\d+) (\w+)$/.exec(message) ?? [];
  if (count !== undefined) return `at ${how === 'fewer' ? 'least' : 'most'} ${counted(Number(count), UNITS[what] ?? what)}`;
  return message
    .replace(/^must be /, '')
    .replace(/^must match format "(.*)"$/, 'the format $1')
    .replace(/^must match pattern "(.*)"$/s, 'a text that matches $1')
    .replace(/^must NOT /, 'it must not ');
}

const UNITS: Readonly<Record<string, string>> = { characters: 'character', bytes: 'byte', items: 'item', properties: 'member' };

function actualOf(violation: Violation): string {
  if (violation.keyword === 'required') return 'absent';
  const text = JSON.stringify(violation.value) ?? String(violation.value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
