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
const CHECKS: Readonly<Record<string, Check>> = {
  status,
  code,
  declared,
  'content-type': contentType,
  schema,
  message,
  headers,
  'request-id': requestId,
  leak,
};

/** By name, and after them what is asked of what comes after an answer. */
export const CHECK_NAMES: readonly string[] = [...Object.keys(CHECKS), 'repeatable', 'no-side-effect', 'recovery', 'boundary'];

/** Everything that is wrong with an answer. */
export function runChecks(answered: Answered): Discrepancy[] {
  return Object.values(CHECKS).flatMap((check) => check(answered));
}

export { traceCheck } from './leak.js';
export type { Answered } from './types.js';
