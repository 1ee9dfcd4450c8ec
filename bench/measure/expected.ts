import type { LoadReport } from '../load-types.js';

/** Of all answers: a machine that does something else as well may keep any server from answering for a moment. */
const MOST_SHED = 0.02;

/**
 * Refuses a report of answers that are not what was meant to be measured: a server that fails fast would look good. A few declared 503s, by
 * which a server sheds load, are let pass.
 *
 * @throws Error with the first of the answers
 */
export function mustBeExpected(name: string, { requests, unexpected, shed, example, broken }: LoadReport): void {
  if (requests === 0) throw new Error(`${name}: nothing was answered`);
  if (unexpected > shed) throw new Error(`${name}: ${unexpected - shed} unexpected answers of ${requests}, such as: ${example}`);
  if (shed > MOST_SHED * requests)
    throw new Error(`${name}: ${shed} of ${requests} requests were shed: the machine is too busy to measure on`);
  if (broken > 0) throw new Error(`${name}: ${broken} connections broke`);
}
