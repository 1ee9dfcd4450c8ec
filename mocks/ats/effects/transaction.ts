import type { Facts } from '../facts.js';
import { track } from '../tracking.js';
import { showTransaction } from '../transactions.js';
import type { Done } from './effect.js';

/** GET /v1/transactions/{transaction_id}. */
export function getTransaction({ transaction, now, service }: Facts): Done | undefined {
  if (transaction === undefined) return undefined;
  const body = showTransaction(transaction, now, service.limits.block[transaction.network]);
  return { body, why: `the transaction is at ${String(body['current_step'])}` };
}

/** GET /v1/ws/transactions/{transaction_id}: the frames are the sandbox's, the connection is somebody else's. */
export function trackTransaction({ transaction, service, call }: Facts): Done | undefined {
  if (transaction === undefined) return undefined;
  return { frames: track(service, transaction.id, call.operation), why: 'the transaction is tracked' };
}
