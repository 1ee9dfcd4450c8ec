import { groupBy } from '../group.js';
import type { Finding } from '../errors.js';
import { join } from '../pointer.js';
import type { Contract } from '../types.js';
import { at, names } from './rule.js';

/** The security schemes that operations ask for are declared. */
export function schemeUndefined(contract: Contract): Finding[] {
  const schemes = contract.document.components?.securitySchemes ?? {};
  const used = contract.operations.flatMap((operation) => operation.credentials.map(({ scheme }) => ({ operation, scheme })));
  return [...groupBy(used, ({ scheme }) => scheme).values()]
    .filter(([{ scheme }]) => !Object.hasOwn(schemes, scheme))
    .map((group) => {
      const [{ operation, scheme }] = group;
      return at(contract, join(operation.pointer, 'security'), {
        problem: 'contract-structure',
        what: `the scheme ${scheme}, which secures ${names(group.map((use) => use.operation))}, is not declared`,
        why: 'Nobody could tell what credential to send.',
        remedy: `Declare ${scheme} under components.securitySchemes, or correct the name.`,
      });
    });
}
