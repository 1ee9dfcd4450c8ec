import type { Facts } from '../facts.js';
import { countConfirmation } from '../quota.js';
import type { Faults, Quote, State, Transaction } from '../state.js';
import { announce } from '../webhooks/event.js';
import { addVersion } from '../works.js';
import type { Done } from './effect.js';

const LAST_ATS_ID = 'last ats_id';

/**
 * POST .../confirm: takes the quote, debits the credits, counts towards the quota and submits. There is no await from
 * the rules to the end of this function, so however many confirmations come at once, each sees what the one before left.
 */
export function confirm(facts: Facts): Done | undefined {
  const { jobId, organization, now, call } = facts;
  const { state, policies } = facts.service;
  const quote = policies.takeQuote(state.quotes, jobId);
  if (quote === undefined || organization === undefined) return undefined;
  state.spent.put(jobId, { prepared_at: facts.spent?.prepared_at ?? now, confirmed_at: now });
  const { network, fees } = quote;
  const { testnet, mainnet } = organization.credits;
  const credits = network === 'testnet' ? { testnet: testnet - fees.total, mainnet } : { testnet, mainnet: mainnet - fees.total };
  state.organizations.put(organization.id, { ...countConfirmation(organization, network, now), credits });
  const transaction = submit(facts, quote);
  const { id } = transaction;
  announce(facts.service, facts.key, transaction);
  return {
    body: {
      transaction_id: id,
      ws_url: `${call.baseUrl.replace(/^http/, 'ws')}/v1/ws/transactions/${id}`,
      status_url: `${call.baseUrl}/v1/transactions/${id}`,
    },
    why: `${fees.total} credits debited on ${network}`,
  };
}

/** The work is there from the block on that its transaction takes; a transaction that fails leaves all works as they were. */
function submit({ service: { state, limits, mint }, key, now, faults }: Facts, quote: Quote): Transaction {
  const transaction: Transaction = {
    id: mint.uuid(),
    kind: quote.kind,
    network: quote.network,
    organization_id: quote.organization_id,
    api_key_id: key?.id ?? null,
    external_user_ref: quote.external_user_ref,
    ats_id: quote.ats_id ?? nextAtsId(state),
    magic: quote.magic,
    fails: reasonToFail(faults),
    created_at: now,
  };
  state.transactions.put(transaction.id, transaction);
  if (transaction.fails === null) addVersion(state, quote, transaction, now + limits.block[quote.network]);
  return transaction;
}

function reasonToFail({ submission }: Faults): string | null {
  if (typeof submission === 'string') return submission;
  return submission ? 'The chain has refused the transaction.' : null;
}

function nextAtsId(state: State): number {
  const next = (state.counters.get(LAST_ATS_ID) ?? 0) + 1;
  setLastAtsId(state, next);
  return next;
}

/** The numbers of new works go on from here. */
export function setLastAtsId(state: State, last: number): void {
  state.counters.put(LAST_ATS_ID, last);
}

/** The highest number that a work has. */
export function lastAtsId(state: State): number {
  return state.counters.get(LAST_ATS_ID) ?? 0;
}
