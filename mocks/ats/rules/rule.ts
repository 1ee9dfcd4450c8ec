import type { Refusal } from '../../types.js';
import type { Facts } from '../facts.js';
import { truth } from '../truth.js';

/** One reason to refuse a call: a pure function of its facts. `code` lets a contract be checked before the first call. */
export interface Rule {
  (facts: Facts): Refusal | undefined;
  readonly code?: string;
}

/** Why a rule refuses: a cause in the contract's words, and what the contract's example would get wrong. */
export type Because = string | (Pick<Refusal, 'message' | 'headers'> & { readonly cause: string });

/**
 * Makes a rule that refuses with one code; the details of the refusal are those that are true for the call.
 *
 * @example
 * const revokedKey = rule('api_key.revoked', ({ key }) => (key?.revoked_at == null ? undefined : 'revoked'));
 */
export function rule(code: string, refuses: (facts: Facts) => Because | undefined): Rule {
  const check = (facts: Facts): Refusal | undefined => {
    const because = refuses(facts);
    if (because === undefined) return undefined;
    const { details, headers } = truth(code, facts);
    if (typeof because === 'string') return { code, message: undefined, details, headers, why: because };
    return { code, message: because.message, details, headers: because.headers ?? headers, why: because.cause };
  };
  return Object.assign(check, { code });
}
