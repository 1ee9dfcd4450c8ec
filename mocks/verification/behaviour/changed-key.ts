import type { RecordedExchange } from '../types.js';
import { sameCall, waited, type Attempt, type Group, type SameWorker } from './attempts.js';
import type { LinkOptions } from './links.js';
import { separately, times } from './words.js';
import type { Verdict } from './types.js';

interface Change {
  readonly failed: Attempt & { readonly failure: NonNullable<Attempt['failure']> };
  readonly next: RecordedExchange;
  readonly certain: boolean;
}

/**
 * A failure that may be retried, and the same request with another Idempotency-Key, or with none. A client that keeps a key
 * anywhere in the group knows what it is for, so the others are separate calls; a trace that both have in common says
 * otherwise. After a failure that must not be retried, a new key is what a corrected request needs.
 */
export function changedKey(
  { attempts }: Group,
  { calls, windowMs, sameWorker }: Pick<LinkOptions, 'calls' | 'windowMs' | 'sameWorker'>,
): Verdict | undefined {
  const uses = new Map<string, number>();
  for (const { exchange } of attempts) {
    if (exchange.idempotencyKey !== undefined) uses.set(exchange.idempotencyKey, (uses.get(exchange.idempotencyKey) ?? 0) + 1);
  }
  if (uses.size === 0) return undefined;
  const keeps = [...uses.values()].some((count) => count > 1) || attempts.length <= calls;
  const changes = changesIn(attempts, windowMs, sameWorker).filter(({ certain }) => certain || !keeps);
  const [first] = changes;
  if (first === undefined) return undefined;
  const { failure } = first.failed;
  const certain = changes.some((change) => change.certain);
  const how = first.next.idempotencyKey === undefined ? 'without its Idempotency-Key' : 'with another Idempotency-Key';
  const evidence = [...new Set(changes.flatMap(({ failed, next }) => [failed.exchange, next]))];
  return {
    misbehaviour: 'changed-key',
    certain,
    operation: failure.operation.id,
    status: failure.status,
    code: failure.code,
    says: `${failure.operation.id} answered ${failure.status} ${failure.code}, and the same request came again ${how}, ${times(changes.length)} in all.`,
    remedy: `Make the key once per call and send it with every attempt: with a new one, the call may be carried out twice.${certain ? '' : separately}`,
    evidence,
  };
}

/** Each request follows one failure at most: the nearest before it. */
function changesIn(attempts: readonly Attempt[], windowMs: number, sameWorker: SameWorker): readonly Change[] {
  return attempts.flatMap(({ exchange: next }, index): Change[] => {
    const failed = attempts.findLast(({ exchange }, before) => before < index && exchange.real.answered <= next.real.arrived);
    if (failed?.failure === undefined || failed.failure.retry === 'never') return [];
    const { exchange, failure } = failed;
    const key = exchange.idempotencyKey;
    if (key === undefined || key === next.idempotencyKey) return [];
    const call = sameCall(exchange, next);
    if (call === 'none' || waited(exchange, next) > windowMs + (exchange.retryAfterMs ?? 0)) return [];
    if (call === 'likely' && !sameWorker(exchange, next)) return [];
    return [{ failed: { exchange, failure }, next, certain: call === 'certain' }];
  });
}
