import type { Finding } from '../errors.js';
import { get, join } from '../pointer.js';
import type { Contract } from '../types.js';
import { at, objectOf } from './rule.js';

/** Three characters that are neither a status that HTTP has (RFC 9110, section 15) nor a range of them are a slip of the finger, and its failures would be lost. */
export function unknownStatus(contract: Contract): Finding[] {
  return contract.operations.flatMap((operation) => {
    const pointer = join(operation.pointer, 'responses');
    return Object.keys(objectOf(get(contract.document, pointer)))
      .filter((status) => /^[\dx]{3}$/i.test(status) && !/^[1-5](\d\d|xx)$/i.test(status))
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
