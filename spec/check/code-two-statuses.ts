import { groupBy } from '../group.js';
import type { Finding } from '../errors.js';
import type { Contract, Failure } from '../types.js';
import { at, names } from './rule.js';

/** A code means one thing, so it has one status; the status that fewer failures use is taken for the mistake. */
export function codeTwoStatuses(contract: Contract): Finding[] {
  return [...groupBy(contract.failures, ({ code }) => code)].flatMap(([code, failures]) => {
    const byStatus = [...groupBy(failures, ({ status }) => String(status)).values()].sort((a, b) => b.length - a.length);
    const [usual, ...others] = byStatus;
    if (usual === undefined) return [];
    return [...groupBy(others.flat(), ({ pointer, status }) => `${pointer} ${status}`).values()].map((here) =>
      at(contract, here[0].pointer, {
        problem: 'code-two-statuses',
        what: `${code} is declared under ${here[0].status} (${names(operations(here))}) and under ${usual[0].status} (${names(operations(usual))})`,
        why: 'Clients switch on the code, so it must mean one thing wherever it is answered.',
        remedy: `Declare it under ${usual[0].status}, or give this failure a code of its own.`,
      }),
    );
  });
}

function operations(failures: readonly Failure[]): Failure['operation'][] {
  return failures.map(({ operation }) => operation);
}
