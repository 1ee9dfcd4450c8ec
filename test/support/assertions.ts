import { Assertion, AssertionError } from 'chai';

/** More objects than this in what was compared, and a diff of it would be no help to anybody. */
const MOST_OBJECTS = 2_000;

/**
 * A failing assertion keeps what it compared for mocha's diff; where that is a contract or a server, whose members lead to all the
 * others, writing it down ends with no memory left, and nobody learns which test has failed. Such a failure keeps its message only.
 */
const assert = Assertion.prototype.assert as (this: unknown, ...given: unknown[]) => void;
Assertion.prototype.assert = function assertWithoutGiants(...given: unknown[]): void {
  try {
    assert.apply(this, given);
  } catch (error) {
    if (error instanceof AssertionError) withoutGiants(error as unknown as Compared);
    throw error;
  }
};

interface Compared {
  actual?: unknown;
  expected?: unknown;
  showDiff?: boolean;
}

function withoutGiants(error: Compared): void {
  if (!isGiant(error.actual) && !isGiant(error.expected)) return;
  delete error.actual;
  delete error.expected;
  error.showDiff = false;
}

function isGiant(value: unknown): boolean {
  const seen = new Set<unknown>();
  const waiting = [value];
  while (waiting.length > 0) {
    const one = waiting.pop();
    if (typeof one !== 'object' || one === null || seen.has(one)) continue;
    if (seen.add(one).size > MOST_OBJECTS) return true;
    waiting.push(...Object.values(one));
  }
  return false;
}
