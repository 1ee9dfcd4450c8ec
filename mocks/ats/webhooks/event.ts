import { sha256 } from '../digest.js';
import type { Key, Transaction } from '../state.js';
import { rfc3339 } from '../time.js';
import { chainFacts } from '../transactions.js';
import type { Service } from '../service.js';
import { newDelivery } from './delivery.js';

/** The names of the events, by how a transaction ends. */
function eventOf({ kind, fails }: Transaction): string {
  if (fails !== null) return 'work_failed';
  return kind === 'register' ? 'work_registered' : 'work_updated';
}

/** What is reported of a transaction, as the contract's `webhooks` describe it. */
function bodyOf(transaction: Transaction, endsAt: number, block: number): Record<string, unknown> {
  const { id, organization_id, api_key_id, external_user_ref, network, fails } = transaction;
  const about = {
    event: eventOf(transaction),
    transaction_id: id,
    organization_id,
    api_key_id,
    ...(external_user_ref === null ? {} : { external_user_ref }),
  };
  if (fails !== null) return { ...about, reason: fails, failed_at: rfc3339(endsAt) };
  const { tx_hash, block_number, explorer_url } = chainFacts({ transaction_id: id, network }, endsAt, block);
  const block_hash = `0x${sha256(`${network} block ${block_number}`)}`;
  return { ...about, network, ats_id: transaction.ats_id, tx_hash, block_number, block_hash, explorer_url, finalized_at: rfc3339(endsAt) };
}

/**
 * Has the end of a transaction reported to the URL of the key that confirms it, if the key has one; part of a step. How a transaction
 * ends is known from its beginning.
 *
 * @example
 * announce(service, key, transaction);
 */
export function announce({ state, limits, webhooks, policies }: Service, key: Key | undefined, transaction: Transaction): void {
  if (key === undefined || key.webhook_url === null || webhooks?.has(eventOf(transaction)) !== true) return;
  const block = limits.block[transaction.network];
  const occurs_at = transaction.created_at + block;
  const said = policies.report(bodyOf(transaction, occurs_at, block));
  if (said === undefined) return;
  state.deliveries.put(
    transaction.id,
    newDelivery({
      id: transaction.id,
      event: eventOf(transaction),
      url: key.webhook_url,
      key_sha256: key.token_sha256,
      occurs_at,
      body: JSON.stringify(said),
    }),
  );
}
