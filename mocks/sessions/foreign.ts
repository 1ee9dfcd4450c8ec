import type { Asked } from '../asked.js';
import { lately } from '../once.js';
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
  const { path, query, headers, repeated } = request;
  if (headers['authorization'] !== undefined && !knows(headers)) return true;
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || OWN.has(name)) continue;
    if (typeof value === 'string' ? isHidden(name, value) : value.some((one) => isHidden(name, one))) return true;
  }
  // Of these, `headers` may have the first line only, and the world knows no other.
  if (repeated !== undefined && Object.entries(repeated).some(([name, lines]) => lines.some((line) => isHidden(name, line)))) return true;
  if (query.size > 0) for (const [name, value] of query) if (isCredentialParameter(name) || hides(value)) return true;
  return isTelling(path) || (body.kind !== 'absent' && body.text !== undefined && isTelling(body.text));
}

/** Whoever asks again sends the same headers, to the same few paths, and often the same bodies. */
const LONGEST = 300;
const knownHeaders = lately((name: string) => lately((value: string) => hidesHeader(name, value), 50), 50);
const knownTexts = lately(hides, 1_000);

function isHidden(name: string, value: string): boolean {
  return name.length + value.length > LONGEST ? hidesHeader(name, value) : knownHeaders(name)(value);
}

function isTelling(text: string): boolean {
  return text.length > LONGEST ? hides(text) : knownTexts(text);
}

function hidesHeader(name: string, value: string): boolean {
  return redactHeader(name, value) !== value;
}

function hides(text: string): boolean {
  return redactText(text) !== text;
}
