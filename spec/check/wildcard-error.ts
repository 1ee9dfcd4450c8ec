import { groupBy } from '../group.js';
import type { Finding } from '../errors.js';
import { get, join } from '../pointer.js';
import type { Contract } from '../types.js';
import { at, names, objectOf } from './rule.js';

/** Answers are declared status by status: `default`, `4XX` and the like name no failure that could be proven. */
export function wildcardError(contract: Contract): Finding[] {
  const wild = contract.operations.flatMap((operation) => {
    const pointer = join(operation.pointer, 'responses');
    return Object.keys(objectOf(get(contract.document, pointer)))
      .filter((status) => /^(default|[1-5]xx)$/i.test(status))
      .map((status) => ({ operation, status, pointer: join(pointer, status) }));
  });
  return [...groupBy(wild, ({ pointer }) => pointer).values()].map((group) => {
    const [{ status, pointer }] = group;
    return at(contract, pointer, {
      problem: 'wildcard-error',
      what: `an answer for ${status} is declared by ${names(group.map(({ operation }) => operation))}`,
      why: 'A failure is one operation, status and code, so a range of statuses declares none; failpath does not read this row.',
      remedy: `Write one row for each status that the operation can answer, and remove ${status}.`,
    });
  });
}
