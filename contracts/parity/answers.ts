import { jsonPointer, type Contract, type Failure } from '../../spec/index.js';
import type { Discrepancy } from '../types.js';
import type { CompareBodies } from './body.js';
import { successOf } from './twin.js';
import type { Difference, RunTold } from './types.js';

/** What one run has told of a cause or a probe. */
export type Told = Omit<RunTold['lines'][number], 'failure' | 'cause'>;

/**
 * What differs between two answers that both refuse with a failure: first what was answered, then what only the checks on one of
 * them have found, such as a refused request that was carried out all the same.
 *
 * @example
 * compareAnswers({ contract, compareBodies }, failure, mock, deployment); // [{ at: 'status', mock: '401', deployment: '403' }]
 */
export function compareAnswers(
  { contract, compareBodies }: { readonly contract: Contract; readonly compareBodies: CompareBodies },
  failure: Failure,
  mock: Told,
  deployment: Told,
): readonly Difference[] {
  // What was only asked for, or pretended, has values of its own making.
  const isReal = [mock, deployment].every(({ evidence }) => evidence.trigger === 'real cause');
  const [mine, theirs] = [mock.answer?.body, deployment.answer?.body];
  const seen = [
    ...compareStatus(mock, deployment),
    ...compareTypes(mock, deployment),
    ...compareHeaders(contract, failure, mock, deployment),
    ...(isReal && mine !== undefined && theirs !== undefined ? compareBodies(failure.schema, mine, theirs) : []),
  ];
  const found = compareDiscrepancies(contract, mock.discrepancies, deployment.discrepancies);
  return [...seen, ...found.filter(({ at }) => !seen.some((one) => isWithin(at, one.at))), ...compareControls(mock, deployment)];
}

function compareStatus({ observed: mock }: Told, { observed: deployment }: Told): readonly Difference[] {
  if (mock === undefined || deployment === undefined || mock.status === deployment.status) return [];
  return [{ at: 'status', mock: String(mock.status), deployment: String(deployment.status) }];
}

/** Without parameters, which the contract leaves open. */
function compareTypes(mock: Told, deployment: Told): readonly Difference[] {
  const [mine, theirs] = [mock, deployment].map(({ answer }) => answer?.headers['content-type'] ?? 'absent');
  const essence = (type = ''): string => (type.split(';')[0] ?? '').trim().toLowerCase();
  return essence(mine) === essence(theirs) ? [] : [{ at: 'content-type', mock: mine ?? '', deployment: theirs ?? '' }];
}

/** Headers that the contract declares are there or not; what is in them is theirs. One that repeats the request id adds nothing to it. */
function compareHeaders(contract: Contract, failure: Failure, mock: Told, deployment: Told): readonly Difference[] {
  const idOf = ({ answer }: Told): unknown => jsonPointer.get(answer?.body, contract.envelope.requestId);
  return failure.answer.headers.flatMap(({ name }): Difference[] => {
    const at = name.toLowerCase();
    const [mine, theirs] = [mock.answer?.headers[at], deployment.answer?.headers[at]];
    if ((mine === undefined) === (theirs === undefined)) return [];
    if ([mine, theirs].some((value) => value !== undefined && (value === idOf(mock) || value === idOf(deployment)))) return [];
    return [{ at, mock: mine === undefined ? 'absent' : 'present', deployment: theirs === undefined ? 'absent' : 'present' }];
  });
}

/** What was found on one side and not on the other: the other one did what was expected. */
function compareDiscrepancies(
  { envelope }: Contract,
  mock: readonly Discrepancy[],
  deployment: readonly Discrepancy[],
): readonly Difference[] {
  const key = ({ check, at, actual }: Discrepancy): string => JSON.stringify([check, at, actual]);
  const lacking = (those: readonly Discrepancy[], others: readonly Discrepancy[]): readonly Discrepancy[] =>
    those.filter((one) => !others.some((other) => key(other) === key(one)));
  const place = ({ at, check }: Discrepancy): string => (check === 'then' && at === 'details' ? envelope.details : at);
  return [
    ...lacking(deployment, mock).map((one) => ({ at: place(one), mock: one.expected, deployment: one.actual })),
    ...lacking(mock, deployment).map((one) => ({ at: place(one), mock: one.actual, deployment: one.expected })),
  ];
}

/** Whether a difference at one place has told already what is wrong at another. */
function isWithin(at: string, told: string): boolean {
  return at === told || (told.startsWith('/') && at.startsWith(`${told}/`)) || (at.startsWith('/') && told.startsWith(`${at}/`));
}

/** The same request without the fault succeeds on both sides: with the same status? */
function compareControls(mock: Told, deployment: Told): readonly Difference[] {
  const [mine, theirs] = [successOf(mock), successOf(deployment)];
  if (mine === theirs || mine === undefined || theirs === undefined) return [];
  return [{ at: 'control twin', mock: String(mine), deployment: String(theirs) }];
}
