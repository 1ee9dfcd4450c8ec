import type { Discrepancy } from '../types.js';
import { code } from './code.js';
import { contentType } from './content-type.js';
import { declared } from './declared.js';
import { headers } from './headers.js';
import { leak } from './leak.js';
import { message } from './message.js';
import { requestId } from './request-id.js';
import { schema } from './schema.js';
import { status } from './status.js';
import type { Answered, Check } from './types.js';

/** The built-in checks, in the order in which a report shows what they find. */
const CHECKS: readonly Check[] = [status, code, declared, contentType, schema, message, headers, requestId, leak];

/** Everything that is wrong with an answer. */
export function runChecks(answered: Answered): Discrepancy[] {
  return CHECKS.flatMap((check) => check(answered));
}

export { traceCheck } from './leak.js';
export type { Answered } from './types.js';
