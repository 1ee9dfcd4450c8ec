import type { Contract } from '../../../spec/index.js';
import type { RecordedExchange } from '../types.js';
import { inOrder } from './attempts.js';
import { shortly } from './words.js';
import type { Verdict } from './types.js';

/** Where the contract does not say how long keys are remembered. */
const DAY_MS = 86_400_000;

/**
 * An Idempotency-Key that came with two different requests, for as long as the API remembers it. A request that was refused
 * for good left nothing to remember: its correction may come with the same key.
 */
export function reusedKeys(contract: Contract, exchanges: readonly RecordedExchange[]): readonly Verdict[] {
  const ttl = contract.limits['idempotency_ttl_seconds'];
  const rememberedMs = ttl === undefined ? DAY_MS : ttl.value * 1_000;
  const failures = new Map(contract.failures.map((failure) => [failure.key, failure]));
  const refused = ({ operation, status, code, spoiledBy }: RecordedExchange): boolean =>
    status < 500 && spoiledBy === undefined && failures.get(`${operation} ${status} ${code}`)?.retry === 'never';
  const uses = new Map<string, RecordedExchange[]>();
  for (const exchange of inOrder(exchanges)) {
    const { operation, caller, epoch, idempotencyKey } = exchange;
    if (operation === undefined || idempotencyKey === undefined) continue;
    const name = `${caller} ${epoch} ${idempotencyKey}`;
    const before = uses.get(name) ?? [];
    // Keys that are forgotten, and requests that were corrected, are no longer what the key stands for.
    const standing = before.filter(
      (one) => exchange.time.arrived - one.time.arrived < rememberedMs && !(refused(one) && one.operation === operation),
    );
    uses.set(name, [...standing, exchange]);
  }
  return [...uses.values()].flatMap((standing) => {
    const [first] = standing;
    const other = standing.find(({ fingerprint }) => fingerprint !== first?.fingerprint);
    return first === undefined || other === undefined ? [] : [verdict(first, other, standing)];
  });
}

function verdict(first: RecordedExchange, other: RecordedExchange, evidence: readonly RecordedExchange[]): Verdict {
  const what = first.operation === other.operation ? `another ${other.operation}` : (other.operation ?? '');
  const after = shortly(Math.max(other.real.arrived - first.real.arrived, other.time.arrived - first.time.arrived));
  return {
    misbehaviour: 'reused-key',
    certain: true,
    operation: other.operation ?? '',
    status: undefined,
    code: undefined,
    says: `The Idempotency-Key ${JSON.stringify(first.idempotencyKey)} came with ${first.operation}, and ${after} later with ${what}.`,
    remedy: 'Make a key for each call: with a used one, the API refuses the call, or answers it as if it were the former.',
    evidence,
  };
}
