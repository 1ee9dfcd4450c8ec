import type { Asked } from '../asked.js';
import { isCredentialParameter, redactHeader, redactText } from '../redact.js';

/** Headers whose value is a credential or looks like one, and is none of anybody else. */
const OWN: ReadonlySet<string> = new Set(['authorization', 'idempotency-key']);

/**
 * Whether a request carries a credential of elsewhere, going by everything that the journal would not show. Such a request is not
 * remembered: what goes on to another server must not hold what others have to keep secret.
 *
 * @example
 * hasForeignCredential(asked, (headers) => sandbox.knows(headers)); // true for one with a cookie
 *
 * @param knows Whether the `Authorization` of a request is the world's own.
 */
export function hasForeignCredential({ request, body }: Asked, knows: (headers: Asked['request']['headers']) => boolean): boolean {
  const { path, query, headers } = request;
  if (headers['authorization'] !== undefined && !knows(headers)) return true;
  for (const [name, value] of Object.entries(headers)) {
    if (!OWN.has(name) && [value ?? ''].flat().some((one) => redactHeader(name, one) !== one)) return true;
  }
  for (const [name, value] of query) if (isCredentialParameter(name) || hides(value)) return true;
  return hides(path) || (body.kind !== 'absent' && body.text !== undefined && hides(body.text));
}

function hides(text: string): boolean {
  return redactText(text) !== text;
}
