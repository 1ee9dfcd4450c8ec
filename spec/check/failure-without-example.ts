import { groupBy } from '../group.js';
import type { Finding } from '../errors.js';
import type { Contract } from '../types.js';
import { at, names } from './rule.js';

/** Each failure has an example: it is what the mock answers. */
export function failureWithoutExample(contract: Contract): Finding[] {
  const bare = contract.failures.filter(({ examples }) => examples.length === 0);
  return [...groupBy(bare, ({ pointer, code }) => `${pointer} ${code}`).values()].map((failures) => {
    const [{ code, status, pointer }] = failures;
    return at(contract, pointer, {
      problem: 'failure-without-example',
      what: `${code} has no example under ${status} of ${names(failures.map(({ operation }) => operation))}`,
      why: 'The mock answers a failure with its example, and readers learn its details from it.',
      remedy: `Add one under examples, with the key ${code}.`,
    });
  });
}
