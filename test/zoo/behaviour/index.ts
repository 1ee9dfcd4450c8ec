import type { Mutant } from '../mutant.js';
import { ACCESS } from './access.js';
import { DROPPED } from './dropped.js';
import { FAILING } from './failing.js';
import { JOBS } from './jobs.js';
import { LIMITS } from './limits.js';
import { PARTNERS } from './partners.js';
import { SWAPPED } from './swapped.js';
import { TIMES } from './times.js';

/** Deployments whose envelopes are perfect, and one of whose checks is wrong: rules of the sandbox are replaced. */
export const BEHAVIOUR: readonly Mutant[] = [...ACCESS, ...PARTNERS, ...LIMITS, ...TIMES, ...JOBS, ...FAILING, ...DROPPED, ...SWAPPED];
