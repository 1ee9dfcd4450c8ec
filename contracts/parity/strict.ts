import type { Failure } from '../../spec/index.js';
import type { RequestEvidence } from '../types.js';
import type { Told } from './answers.js';
import type { Difference } from './types.js';

/**
 * Where a deployment refuses with a failure what the mock lets through: the request without the fault, or one on the way to it, such as
 * the last key but one. By itself that may be for want of what the operation needs; a deployment on which the operation has
 * succeeded otherwise has what it needs.
 *
 * @example
 * tooStrict(failure, mock, deployment, new Set(['createApiKey'])); // { at: 'control twin', mock: '201', deployment: '422 api_key.invalid_name' }
 */
export function tooStrict(failure: Failure, mock: Told, deployment: Told, succeeding: ReadonlySet<string>): Difference | undefined {
  const { status, code, operation } = failure;
  if (deployment.outcome !== 'setup-failed' || !succeeding.has(operation.id)) return undefined;
  const barred = lastOf(deployment.evidence.requests);
  if (barred === undefined || barred.label !== operation.id || barred.status !== status || barred.code !== code) return undefined;
  const at = barred.phase === 'control' ? 'control twin' : 'on the way';
  return {
    at,
    mock: barred.phase === 'control' ? String(mock.evidence.control?.status ?? 'success') : 'success',
    deployment: `${status} ${code}`,
  };
}

/** What ended the story: the control twin, or else the way to the request with the fault. */
function lastOf(requests: readonly RequestEvidence[]): RequestEvidence | undefined {
  const answered = requests.filter(({ status }) => status !== null);
  const isSent = answered.some(({ phase }) => phase === 'when');
  return answered.findLast(({ phase }) => phase === (isSent ? 'control' : 'given'));
}
