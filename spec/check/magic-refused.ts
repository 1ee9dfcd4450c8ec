import type { Finding } from '../errors.js';
import { bodyMember, magicPlace } from '../magic.js';
import { set } from '../pointer.js';
import type { Contract, Operation, Violation } from '../types.js';
import { at, quote } from './rule.js';

/** Every magic value may be sent in every member that is looked at, the name of an operation behind it included. */
export function magicRefused(contract: Contract): Finding[] {
  const { magic } = contract;
  if (magic === undefined) return [];
  const found = new Map<string, Finding>();
  for (const member of magic.members) {
    for (const operation of contract.operations.filter((one) => bodyMember(contract.document, one, member).length > 0)) {
      for (const text of magic.texts) {
        const violation = refused(operation, member, text);
        const [failure] = magic.triggers(text)?.values() ?? [];
        if (violation === undefined || failure === undefined) continue;
        const place = magicPlace(contract.document, failure);
        if (found.has(place)) continue;
        found.set(
          place,
          at(contract, place, {
            problem: 'magic-refused',
            what: `${quote(text)} cannot be sent to ${operation.id} at ${member}: it ${violation.message}`,
            why: 'The mock would take it, and a client that checks what it sends never sends it.',
            remedy: `Write a value that ${member} may have, or take ${member} out of x-failpath.magic.`,
          }),
        );
      }
    }
  }
  return [...found.values()];
}

/** What the schema holds against the member alone; the rest of the body is not there. */
function refused({ body }: Operation, member: string, text: string): Violation | undefined {
  try {
    return body?.json?.validate(set({}, member, text)).find(({ pointer }) => pointer === member);
  } catch {
    // A schema that cannot be compiled is told by its own rule.
    return undefined;
  }
}
