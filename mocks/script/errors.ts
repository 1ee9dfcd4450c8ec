import { InputError, type Finding, type Location } from '../../spec/index.js';

/** Why scripts refuse what is not wrong in itself. */
export type ScriptErrorReason = 'too-many-rules' | 'rule-too-large' | 'rules-too-large' | 'unknown-scenario' | 'unknown-state';

/**
 * A limit that is reached, or a scenario that no rule speaks of. A rule that is wrong is an `InputError` instead.
 *
 * @example
 * try { scripts.add(rule); } catch (error) { if (error instanceof ScriptError) console.error(error.reason); }
 */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
  readonly reason: ScriptErrorReason;

  constructor(reason: ScriptErrorReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Something wrong inside of a rule; the pointer is one of the rule, such as `/match/headers/x-client`. */
export interface Problem {
  readonly pointer: string;
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
}

/** Takes problems as they are found; everything that is wrong with a rule is told at once. */
export type Report = (problem: Problem) => void;

/** Thrown by what cannot be compiled, and caught where the pointer is known. */
export class Unusable extends Error {
  override readonly name = 'Unusable';
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

export const NEVER_APPLIES = 'The rule would never apply, and no one would be told.';
export const NOT_READ = 'A rule that is misread would answer something else than is meant.';

/** Why a mock that records takes no rules. */
export function unusedRules(): InputError {
  const why = 'This mock records: every request goes on to the deployment, and no rule is asked.';
  const remedy = 'Start a mock that does not record; it can serve what was recorded.';
  return new InputError([{ problem: 'usage', what: 'a rule was added to a mock that records', why, remedy }]);
}

/** A problem as everything else reports it. */
export function findingOf({ what, why, remedy }: Omit<Problem, 'pointer'>, location: Location | undefined): Finding {
  return { problem: 'script-invalid', what, why, remedy, ...(location === undefined ? {} : { location }) };
}
