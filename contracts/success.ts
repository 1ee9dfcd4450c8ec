import { envelopeCodec, type Contract, type Operation } from '../spec/index.js';
import { edgeEvidence } from './edge.js';
import type { Exchange, WireAnswer } from './types.js';

/**
 * Whether an answer is a declared success of an operation: its status, and JSON where JSON is declared. A page that says
 * `200` to everything is none.
 *
 * @example
 * succeeded(operation, answer); // true for the 202 of a confirm
 */
export function succeeded({ successes }: Operation, answer: WireAnswer): boolean {
  return successes.some(({ status, content }) => status === answer.status && (content === undefined || answer.json !== undefined));
}

/** The statuses of success, in words: `200 or 202`. */
export function expectedSuccess({ successes }: Operation): string {
  return successes.map(({ status }) => status).join(' or ');
}

/** Whether the application itself answered, not a proxy in front of it, a page of something else, or a test endpoint beside it. */
export function isApplicationAnswer(contract: Contract, { label, answer }: Exchange): boolean {
  const operation = contract.operation(label);
  if (operation === undefined || answer === undefined || edgeEvidence(answer) !== undefined) return false;
  return answer.json !== undefined || succeeded(operation, answer);
}

/**
 * Whether an answer says of itself that it will pass: a declared failure that may be retried, or what something in front of the
 * application says.
 */
export function isTransient(contract: Contract, operation: string, answer: WireAnswer): boolean {
  if (edgeEvidence(answer) !== undefined || answer.status === 429) return true;
  const { code } = envelopeCodec(contract).read(answer.json);
  return contract.operation(operation)?.failures.some((one) => one.code === code && one.retry !== 'never') ?? false;
}
