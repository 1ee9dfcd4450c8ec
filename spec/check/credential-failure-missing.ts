import type { Finding } from '../errors.js';
import { get, join } from '../pointer.js';
import type { Contract, Credential, Operation } from '../types.js';
import { at } from './rule.js';

/** A secured operation declares every failure of the credential that it asks for. */
export function credentialFailureMissing(contract: Contract): Finding[] {
  const declared = new Set(contract.failures.map(({ code }) => code));
  return contract.operations.flatMap((operation) =>
    operation.credentials.flatMap((credential) => missing(contract, operation, credential, declared)),
  );
}

function missing(contract: Contract, operation: Operation, { scheme, failures }: Credential, declared: ReadonlySet<string>): Finding[] {
  const own = new Set(operation.failures.map(({ code }) => code));
  // A code that no operation declares is a mistake of the scheme, and told there.
  const lacking = failures.filter((code) => declared.has(code) && !own.has(code));
  const pointer = join(operation.pointer, 'responses');
  if (lacking.length > 0) {
    return [
      at(contract, pointer, {
        problem: 'credential-failure-missing',
        what: `${operation.id} is secured by ${scheme} and does not declare ${lacking.join(', ')}`,
        why: `Whatever asks for ${scheme} can refuse it so (x-failures of the scheme), and a failure that is not declared is never proven.`,
        remedy: 'Declare what is missing, or correct x-failures or the security of the operation.',
      }),
    ];
  }
  if (failures.length > 0 || isOptional(contract, operation) || operation.answers.some(({ status }) => status === 401)) return [];
  return [
    at(contract, pointer, {
      problem: 'credential-failure-missing',
      what: `${operation.id} is secured by ${scheme} and has no 401`,
      why: 'An operation that asks for a credential refuses a request without one.',
      remedy: `Declare the 401, and list the codes that ${scheme} brings along as its x-failures.`,
    }),
  ];
}

/** `{}` among the requirements lets a request without credential in. */
function isOptional(contract: Contract, operation: Operation): boolean {
  const security = get(contract.document, join(operation.pointer, 'security')) ?? contract.document.security;
  return Array.isArray(security) && security.some((requirement) => Object.keys(Object(requirement) as object).length === 0);
}
