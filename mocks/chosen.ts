import type { Failure } from '../spec/index.js';
import type { Attempt, Particulars } from './answers.js';
import type { CheckedCall } from './call.js';
import { loadSources } from './dynamic.js';
import type { Kit } from './kit.js';
import type { Selection } from './select.js';
import { newRequestId } from './template.js';
import type { Soon } from './soon.js';
import type { Sandbox } from './types.js';

/** How an answer that was asked for is filled. */
export interface Filling {
  /** Whether it is generated where no example was asked for. */
  readonly dynamic: boolean;
  /** Of what is generated; without one, each answer differs. */
  readonly seed: string | undefined;
}

/** Makes the answers that somebody asked for by name, whatever the request. */
export interface Chosen {
  selected(selection: Selection, call: CheckedCall, requestId: string, filling: Filling): Soon<Attempt>;
  /** A failure on demand, with what this request would truly make it say. */
  failure(failure: Failure, call: CheckedCall, requestId: string, filling: Filling): Soon<Attempt>;
  /** A generated success. */
  plausible(answer: Selection['answer'], requestId: string, seed: string | undefined): Soon<Attempt>;
}

/**
 * Creates what makes answers on demand.
 *
 * @example
 * createChosen(kit, sandbox).failure(failure, call, requestId, { dynamic: false, seed: undefined });
 */
export function createChosen({ answers }: Kit, sandbox: Sandbox | undefined): Chosen {
  const plausible: Chosen['plausible'] = async (answer, requestId, seed) =>
    answers.dynamicSuccess(answer, requestId, await loadSources(), seed ?? newRequestId());
  const failure: Chosen['failure'] = (declared, call, requestId, { dynamic, seed }) => {
    const reason = call.validation.reason(declared);
    const known = sandbox?.particulars(declared, call);
    const details = reason === undefined && known?.details === undefined ? undefined : { ...reason?.details, ...known?.details };
    const particulars: Particulars = { message: reason?.message, details, headers: known?.headers };
    if (dynamic) {
      return loadSources().then((make) => answers.dynamicFailure(declared, requestId, particulars, make, seed ?? newRequestId()));
    }
    const attempt = answers.failure(declared, requestId, particulars);
    return 'violations' in attempt && known === undefined ? answers.failure(declared, requestId) : attempt;
  };
  return {
    plausible,
    failure,
    selected: ({ answer, failure: declared, example, unnamed }, call, requestId, filling) => {
      if (example !== undefined) {
        const attempt = answers.example(answer, declared, example, requestId);
        // Of a contract whose own examples break it, nothing could be shown otherwise. Whoever names one is told what is wrong with it.
        const other = 'violations' in attempt && unnamed === true && declared === undefined;
        return other ? answers.plain(answer, requestId) : attempt;
      }
      if (declared !== undefined) return failure(declared, call, requestId, filling);
      return filling.dynamic ? plausible(answer, requestId, filling.seed) : answers.plain(answer, requestId);
    },
  };
}
