import type { Failure } from '../../spec/index.js';
import type { RequestEvidence } from '../types.js';
import type { Told } from './answers.js';
import type { Difference } from './types.js';

/**
 * Where a deployment refuses with a failure what the mock lets through: the request without the fault, or one on the way to it, such as
 * the last key but one.
 *
 * @example
 * tooStrict(failure, mock, deployment); // { at: 'control twin', mock: '201', deployment: '422 api_key.invalid_name' }
 */
export function tooStrict({ status, code, operation }: Failure, mock: Told, deployment: Told): Difference | undefined {
  const barred = lastOf(deployment.evidence.requests);
  if (deployment.outcome !== 'setup-failed' || barred?.label !== operation.id || barred.status !== status || barred.code !== code)
    return undefined;
  const isTwin = barred.phase === 'control';
  const success = (isTwin ? mock.evidence.control?.status : undefined) ?? 'success';
  return { at: isTwin ? 'control twin' : 'on the way', mock: String(success), deployment: `${status} ${code}` };
}

/** What ended the story: the control twin, or else the way to the request with the fault. */
function lastOf(requests: readonly RequestEvidence[]): RequestEvidence | undefined {
  const answered = requests.filter(({ status }) => status !== null);
  const isSent = answered.some(({ phase }) => phase === 'when');
  return answered.findLast(({ phase }) => phase === (isSent ? 'control' : 'given'));
}
