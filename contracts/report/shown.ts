import type { Contract, Failure, Location } from '../../spec/index.js';
import type { Ledger } from '../ledger.js';
import type { CauseLine } from '../types.js';
import { locationOf } from './items.js';
import { tame, tameAll } from './text.js';

/** As much of a line as people are shown: what a run has told, or what a ledger has kept of it. */
export interface ShownLine extends Pick<
  CauseLine,
  'cause' | 'outcome' | 'reason' | 'observed' | 'requestId' | 'discrepancies' | 'evidence' | 'response' | 'repro' | 'location'
> {
  /** One and the same object for all its causes; without the contract, `title` and `description` are empty. */
  readonly failure: Pick<Failure, 'status' | 'code' | 'causes' | 'title' | 'description'> & {
    readonly operation: Pick<Failure['operation'], 'id' | 'method' | 'path'>;
  };
}

/**
 * The lines of a ledger as a run tells them; what the failures mean is in the contract alone.
 *
 * @example
 * formatRun(ledger, linesOf(ledger, contract), { color: false });
 */
export function linesOf(ledger: Ledger, contract?: Contract): ShownLine[] {
  return ledger.failures.flatMap(({ operation, method, path, status, code, declared, causes }) => {
    const known = contract?.operation(operation)?.failures.find((one) => one.status === status && one.code === code);
    const failure = {
      ...{ operation: { id: operation, method, path }, status, code, causes: known?.causes ?? causes.map(({ cause }) => cause) },
      ...{ title: known?.title ?? '', description: known?.description ?? '' },
    };
    const location: Location = locationOf(declared) ?? { file: 'the contract', line: 1, column: 1 };
    return causes.map((cause) => ({
      ...{ failure, cause: cause.cause, outcome: cause.outcome, reason: cause.reason, discrepancies: cause.discrepancies, location },
      observed: cause.observed === null ? undefined : { status: cause.observed.status, code: cause.observed.code ?? undefined },
      requestId: cause.requestId ?? undefined,
      evidence: cause.evidence,
      response: cause.answer ?? undefined,
      repro: cause.repro ?? undefined,
    }));
  });
}

/** What the deployment has said is foreign text; what the contract says is not. */
export function tamed<T extends ShownLine>(line: T): T {
  const { reason, observed, requestId, discrepancies, evidence, response, repro } = line;
  return {
    ...line,
    reason: tame(reason),
    observed: tameAll(observed),
    requestId: tameAll(requestId),
    discrepancies: tameAll(discrepancies),
    evidence: tameAll(evidence),
    response: tameAll(response),
    repro: tameAll(repro),
  };
}
