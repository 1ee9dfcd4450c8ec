import type { Facts } from '../facts.js';
import { showTransaction } from '../transactions.js';
import type { Done } from './effect.js';

/** GET /v1/transactions/{transaction_id}. */
export function getTransaction({ transaction, now, service }: Facts): Done | undefined {
  if (transaction === undefined) return undefined;
  const body = showTransaction(transaction, now, service.limits.block[transaction.network]);
  return { body, why: `the transaction is at ${String(body['current_step'])}` };
}
