import { refuse } from './draft.js';
import { readAnswer } from './in-full.js';
import type { RuleAnswer } from './types.js';

/**
 * The answer that one step of a list means: a status is its first declared failure, `ok` what happens without a rule, any other
 * text a code.
 *
 * @example
 * readStep('common.quota_exceeded'); // { fails: 'common.quota_exceeded' }
 *
 * @throws {InputError} `script-invalid`
 */
export function readStep(step: unknown): RuleAnswer {
  if (step === 'ok' || step === 'passes') return { passes: true };
  if (typeof step === 'string') return { fails: step };
  if (typeof step === 'number') return { status: step };
  if (typeof step === 'object' && step !== null && !Array.isArray(step)) return readAnswer(step);
  return refuse(
    `${String(step)} is no answer`,
    'A step of a list is a status, a code, ok, or an answer in full.',
    "Say, for instance, [503, 'ok', { responds: { status: 502 } }].",
  );
}
