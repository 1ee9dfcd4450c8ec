import type { Mutant } from '../mutant.js';
import { OF_CODES } from './codes.js';
import { DETAILS } from './details.js';
import { ENVELOPES } from './envelopes.js';
import { SHARED_IDS } from './request-ids.js';

export { codeOf, telling, withBody } from './rewrite.js';

/** Deployments that refuse rightly and say so wrongly: a proxy rewrites their error answers. */
export const WIRE: readonly Mutant[] = [...ENVELOPES, ...SHARED_IDS, ...DETAILS, ...OF_CODES];
