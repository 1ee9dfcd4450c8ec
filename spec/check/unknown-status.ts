import type { Finding } from '../errors.js';
import { get, join } from '../pointer.js';
import type { Contract } from '../types.js';
import { at, objectOf } from './rule.js';

/** A status of three digits that HTTP does not have (RFC 9110, section 15) is a slip of the finger, and its failures would be lost. */
export function unknownStatus(contract: Contract): Finding[] {
  return contract.operations.flatMap((operation) => {
    const pointer = join(operation.pointer, 'responses');
    return Object.keys(objectOf(get(contract.document, pointer)))
      .filter((status) => /^[06-9]\d\d$/.test(status))
      .map((status) =>
        at(contract, join(pointer, status), {
          problem: 'contract-structure',
          what: `${operation.id} declares an answer for ${status}, which is no HTTP status`,
          why: 'Statuses are 100 to 599; failpath would leave this answer and its failures out.',
          remedy: 'Correct the status.',
        }),
      );
  });
}
