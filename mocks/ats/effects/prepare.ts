import { commitmentOf } from '../commitment.js';
import { sha256 } from '../digest.js';
import type { Facts } from '../facts.js';
import { feesFor } from '../fees.js';
import type { Audio, Quote } from '../state.js';
import { rfc3339 } from '../time.js';
import type { Done } from './effect.js';

const NO_AUDIO: Audio = Object.freeze({ size_bytes: 0, sha256: sha256('') });

/** POST .../prepare: turns the upload session into a quote under the same id. */
export function prepare(facts: Facts): Done | undefined {
  const { jobId, now, kind } = facts;
  const { state, limits, policies } = facts.service;
  const session = policies.takeSession(state.uploadSessions, jobId);
  if (session === undefined) return undefined;
  const { id, organization_id, place, network, ats_id, metadata_sha256, external_user_ref, title, creators, magic } = session;
  const { needs_upload, audio } = session;
  const quote: Quote = {
    id,
    organization_id,
    place,
    kind,
    network,
    ats_id,
    metadata_sha256,
    external_user_ref,
    title,
    creators,
    magic,
    audio: audio ?? NO_AUDIO,
    commitment: commitmentOf((audio ?? NO_AUDIO).sha256, metadata_sha256),
    fees: feesFor(network, kind, needs_upload ? (audio?.size_bytes ?? 0) : 0, limits.audioFreeBytes),
    expires_at: now + limits.quoteTtl,
  };
  state.quotes.put(jobId, quote);
  state.spent.put(jobId, { prepared_at: now, confirmed_at: null });
  return { body: show(quote), why: `quote of ${quote.fees.total} credits on ${quote.network}` };
}

function show({ id, kind, commitment, fees, expires_at }: Quote): Record<string, unknown> {
  return {
    job_id: id,
    work_id: id,
    commitment,
    network_fee_credits: fees.network,
    [kind === 'register' ? 'total_deposit_credits' : 'version_deposit_credits']: fees.deposit,
    service_fee_credits: fees.service,
    storage_fee_credits: fees.storage,
    total_price_credits: fees.total,
    is_valid: true,
    expires_at: rfc3339(expires_at),
  };
}
