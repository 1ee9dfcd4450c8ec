import type { Failure } from '../../spec/index.js';
import type { Told } from './answers.js';

/**
 * The status with which the same request without the fault succeeds, be it one that the contract does not declare; `undefined` where it
 * does not, or was not sent.
 *
 * @example
 * successOf(line); // 202
 */
export function successOf({ evidence: { control } }: Pick<Told, 'evidence'>): number | undefined {
  return control !== null && control.code === null && control.status >= 200 && control.status <= 299 ? control.status : undefined;
}

/**
 * Whether all that keeps a refusal from being proven is that its control twin succeeds with a status that the contract does not declare.
 *
 * @example
 * succeedsOtherwise(failure, deployment); // true where a confirm says 200 in place of 202
 */
export function succeedsOtherwise({ code, operation }: Failure, told: Told): boolean {
  const success = successOf(told);
  if (told.outcome !== 'setup-failed' || told.observed?.code !== code || success === undefined) return false;
  return operation.successes.every(({ status }) => status !== success);
}
