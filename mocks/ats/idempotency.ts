import { canonicalJson } from './canonical.js';
import { sha256 } from './digest.js';
import type { Done, Effect } from './effects/effect.js';
import type { Facts } from './facts.js';
import { rfc3339 } from './time.js';

/**
 * What makes two requests with one Idempotency-Key the same: operation, path and body. Another order of members, or
 * other white space, is no other body.
 */
export function fingerprintOf({ call }: Facts): string {
  return sha256(canonicalJson([call.operation.id, call.params, call.body ?? null]));
}

/**
 * Makes an effect happen once per Idempotency-Key: what it answered is answered again, to the byte, for as long as the
 * contract says. Refusals are not remembered, since an effect only runs after the rules.
 *
 * @example
 * const effect = idempotent(openWork);
 */
export function idempotent(effect: Effect): Effect {
  return (facts) => {
    const { remembered, answerId } = facts;
    if (remembered !== undefined) {
      return { body: remembered.body, why: `the answer of ${rfc3339(remembered.answered_at)} once more (Idempotency-Key)` };
    }
    const done = effect(facts);
    if (done !== undefined && answerId !== undefined) remember(facts, answerId, done);
    return done;
  };
}

function remember(facts: Facts, answerId: string, { body }: Done): void {
  const { now, service } = facts;
  const { answers } = service.state;
  // A new place at the end: records leave in the order in which they expire.
  answers.delete(answerId);
  answers.put(answerId, {
    fingerprint: fingerprintOf(facts),
    body: JSON.stringify(body),
    answered_at: now,
    expires_at: now + service.limits.idempotencyTtl,
  });
}
