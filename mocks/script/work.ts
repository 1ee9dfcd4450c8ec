/**
 * What matching one request may cost, in units: instructions times characters for a regular expression, and what takes as long for
 * the values that a JSONPath looks at. Counted rather than timed, so that the same request is decided the same on every machine.
 */
export const REQUEST_WORK = 4_000_000;
/** Of one value that a JSONPath or a comparison of JSON looks at. */
export const VALUE_WORK = 4;

/** How a check ends that is not made. */
export const TOO_MUCH_WORK = 'the rules ask for more work than one request may cost';
export const NOT_LOOKED_AT = `not looked at: ${TOO_MUCH_WORK}`;

/** What is left to spend; everything that is asked of one request draws on the same. */
export interface Work {
  left: number;
  /** Whether something was asked for that was no longer there. */
  refused: boolean;
}

export function newWork(left: number = REQUEST_WORK): Work {
  return { left, refused: false };
}

/** Thrown by a check that costs more than is left; it holds just as little as its contrary does. */
export class OverBudget extends Error {
  override readonly name = 'OverBudget';
}

/** One for all: many rules can come to the same end in one request, and nobody reads its stack. */
const OVER = new OverBudget(TOO_MUCH_WORK);

/** Matching never waits, so that what is being spent is known without handing it down to every matcher. */
let current: Work | undefined;

/**
 * Runs what draws on a budget. Outside of it nothing is counted.
 *
 * @example
 * within(newWork(), () => fields.every((field) => field.holds(request)));
 *
 * @param act Is synchronous.
 * @throws {OverBudget} out of `act`, unless it catches it
 */
export function within<T>(work: Work, act: () => T): T {
  const outer = current;
  current = work;
  try {
    return act();
  } finally {
    current = outer;
  }
}

/**
 * Draws on the budget. Once it does not suffice, nothing is left of it: which checks are made must not depend on how cheap those are
 * that come after.
 *
 * @throws {OverBudget}
 */
export function spendWork(units: number): void {
  if (current === undefined) return;
  if (units > current.left) {
    current.left = 0;
    current.refused = true;
    throw OVER;
  }
  current.left -= units;
}

/**
 * Ends a check that costs more than there ever is; what is left stays for others.
 *
 * @throws {OverBudget} within a budget; outside of one the check does not hold
 */
export function refuseWork(): false {
  if (current === undefined) return false;
  current.refused = true;
  throw OVER;
}

/** The outcome of a check, or something else where the budget does not suffice for it. */
export function affordable<T>(check: () => T, otherwise: T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof OverBudget) return otherwise;
    throw error;
  }
}
