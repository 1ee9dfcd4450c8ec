import type { Refusal } from '../../types.js';
import type { Facts } from '../facts.js';
import { fingerprintOf } from '../idempotency.js';
import { rule, type Rule } from './rule.js';

/** What can be wrong with any request, once it is known who calls. */

export const upstreamDown: Rule = rule('common.service_unavailable', ({ faults }) =>
  faults.upstream ? { cause: 'upstream down', headers: { 'retry-after': '5' } } : undefined,
);

/** Shedding happens before a request is looked at, so this rule stands before the credentials. */
export const loadShed: Rule = rule('common.service_unavailable', ({ faults }) =>
  faults.shed ? { cause: 'load is shed', message: 'Too many confirmations at once.', headers: { 'retry-after': '1' } } : undefined,
);

/** The contract's own judgement of parameters and body; the codes are those that the contract names. */
export const body: Rule = ({ call }: Facts): Refusal | undefined => call.refusal();

/** The same where there is no body. */
export const query: Rule = Object.assign(({ call }: Facts): Refusal | undefined => call.refusal(), { code: 'common.validation_failed' });

export const idempotencyConflict: Rule = rule('common.bad_request', (facts) => {
  const { remembered } = facts;
  if (remembered === undefined || remembered.fingerprint === fingerprintOf(facts)) return undefined;
  return { cause: 'Idempotency-Key reused', message: 'This Idempotency-Key was used with another body.' };
});
