import { groupBy } from '../group.js';
import type { Finding } from '../errors.js';
import { get, join } from '../pointer.js';
import type { Contract } from '../types.js';
import { at } from './rule.js';

const WHY = 'A failure is known by the operationId, its status and its code.';

/** Each operation has an operationId, and one of its own. */
export function operationName(contract: Contract): Finding[] {
  return [...unnamed(contract), ...sameName(contract)];
}

function unnamed(contract: Contract): Finding[] {
  return contract.operations
    .filter(({ pointer }) => typeof get(contract.document, join(pointer, 'operationId')) !== 'string')
    .map(({ method, path, pointer }) =>
      at(contract, pointer, {
        problem: 'contract-structure',
        what: `${method} ${path} has no operationId`,
        why: WHY,
        remedy: 'Give it one: a name that no other operation has.',
      }),
    );
}

function sameName(contract: Contract): Finding[] {
  return [...groupBy(contract.operations, ({ id }) => id).values()].flatMap(([first, ...others]) =>
    others.map((operation) =>
      at(contract, join(operation.pointer, 'operationId'), {
        problem: 'contract-structure',
        what: `${operation.method} ${operation.path} has the operationId ${operation.id}, and so has ${first.method} ${first.path}`,
        why: WHY,
        remedy: 'Give each operation a name of its own.',
      }),
    ),
  );
}
