import type { Fault, Grounds, Precedence } from '../probes/types.js';

/** What the order of refusal is made of: faults, where the order is written, and pairs of one with the other. */

export const fault = (code: string, cause: string): Fault => ({ code, cause });

/** Read into the documents, as the sentence says. */
export const reading = (source: string): Grounds => ({ basis: 'reading', source });

/** A pair of faults of the order: the first, the other, and how one request comes to have both, where it is not by their two paths. */
export type Pair = readonly [first: Fault, over: Fault, how?: Partial<Precedence>];

/** Pairs of an operation. */
export const pairs = (operation: string, grounds: Grounds, list: readonly Pair[]): Precedence[] =>
  list.map(([first, over, how]) => ({ operation, first, over, ...grounds, ...how }));

export const NOT_JSON: Fault = fault('common.bad_request', 'not JSON');
/** JSON all the same, so that there can be more wrong with it. */
export const NOT_DECLARED_JSON: Fault = fault('common.bad_request', 'not application/json');
export const WRONG_TYPE: Fault = fault('common.validation_failed', 'wrong type');
export const UPSTREAM_DOWN: Fault = fault('common.service_unavailable', 'upstream down');

export const AFTER_CREDENTIALS: Grounds = reading('503 is possible on every operation, checked right after the credentials');
export const BODY: Grounds = reading(
  'what is not JSON is 400; a member of the wrong type comes ahead of every specific code; then the specific codes win, in the order of the page',
);
