import type { Finding } from '../errors.js';
import { join } from '../pointer.js';
import type { Contract, Operation } from '../types.js';
import { at } from './rule.js';

/** An operation with a JSON body can be sent something else, or a body that its schema refuses, and says what it answers then. */
export function bodyFailureMissing(contract: Contract): Finding[] {
  const declared = new Set(contract.failures.map(({ code }) => code));
  const { malformedBody, invalidBody } = contract.refusals;
  const refusals = [
    { code: malformedBody, member: 'malformedBody', when: 'a body that is no JSON' },
    { code: invalidBody, member: 'invalidBody', when: 'a body that its schema refuses' },
  ];
  return contract.operations
    .filter(({ body }) => body?.json !== undefined)
    .flatMap((operation) =>
      refusals
        // A code that no operation declares is a mistake of x-failpath, and told there.
        .filter(({ code }) => code !== undefined && declared.has(code) && !operation.failures.some((failure) => failure.code === code))
        .map(({ code, member, when }) => finding(contract, operation, code ?? '', member, when)),
    );
}

function finding(contract: Contract, operation: Operation, code: string, member: string, when: string): Finding {
  return at(contract, join(operation.pointer, 'responses'), {
    problem: 'body-failure-missing',
    what: `${operation.id} takes a JSON body and does not declare ${code}`,
    why: `Anyone can send ${when}, and x-failpath.refusals.${member} says that ${code} is the answer.`,
    remedy: `Declare ${code} for ${operation.id}.`,
  });
}
