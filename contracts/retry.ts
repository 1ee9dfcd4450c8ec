import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from './exchange.js';
import { TransportError, type WireAnswer, type WireRequest } from './types.js';

/** How long is waited before the second attempt, and before the third, in milliseconds. */
const PAUSES_MS: readonly number[] = [100, 400];

/** Sending these twice has the effect of sending them once (RFC 9110, section 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']);

/** What a connection fails with: anything else, such as an unknown name or a wrong certificate, would fail again. */
const CONNECTION: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_SOCKET',
]);

/**
 * Whether a request whose connection failed may be sent again. Never once an answer has begun: that one is the deployment's, however
 * it ends. A POST only if nothing of it was written: whatever was written may have been carried out, its answer lost, and a second
 * one would be carried out as well. Time that is up is not asked for again.
 *
 * @example
 * isRepeatable({ method: 'POST' }, refused, { written: false, answered: false }); // true
 */
export function isRepeatable({ method }: Pick<WireRequest, 'method'>, error: unknown, { written, answered }: Progress): boolean {
  if (answered || !CONNECTION.has(codeOf(error))) return false;
  return !written || IDEMPOTENT.has(method);
}

/** Node tries every address of a name, and wraps the failures. */
function codeOf(error: unknown): string {
  const { code, errors } = error as NodeJS.ErrnoException & { readonly errors?: readonly unknown[] };
  return code ?? (errors?.[0] === undefined ? '' : codeOf(errors[0]));
}

/**
 * Sends a request until it is answered, at most three times; the answer says what became of the attempts before it.
 *
 * @example
 * const answer = await sendAgain((attempt) => once(request, attempt));
 *
 * @throws {TransportError} of the last attempt
 */
export async function sendAgain(
  send: (attempt: number) => Promise<WireAnswer>,
  pass: (milliseconds: number) => Promise<unknown> = sleep,
): Promise<WireAnswer> {
  const unanswered: string[] = [];
  for (;;) {
    try {
      const answer = await send(unanswered.length + 1);
      return unanswered.length === 0 ? answer : { ...answer, unanswered };
    } catch (error) {
      const pause = PAUSES_MS[unanswered.length];
      if (!(error instanceof TransportError) || !error.repeatable || pause === undefined) throw error;
      unanswered.push(error.message);
      await pass(pause);
    }
  }
}
