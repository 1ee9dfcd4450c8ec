import { groupBy } from '../group.js';
import type { Finding } from '../errors.js';
import type { Contract } from '../types.js';
import { at, names } from './rule.js';

/** One operation, status and code is one failure, so an answer lists each of its codes once. */
export function codeRepeated(contract: Contract): Finding[] {
  const repeated = contract.operations.flatMap(({ failures }) => {
    const seen = new Set<string>();
    return failures.filter(({ key }) => seen.size === seen.add(key).size);
  });
  return [...groupBy(repeated, ({ pointer, code }) => `${pointer} ${code}`).values()].map((failures) => {
    const [{ code, status, pointer }] = failures;
    return at(contract, pointer, {
      problem: 'code-repeated',
      what: `${status} of ${names(failures.map(({ operation }) => operation))} lists ${code} a second time`,
      why: 'A failure is one operation, status and code: two entries cannot be told apart.',
      remedy: 'Merge the two entries, or correct the code of one.',
    });
  });
}
