import type { Refusal } from '../types.js';
import type { Facts } from './facts.js';
import { rfc3339 } from './time.js';

type Details = Readonly<Record<string, unknown>>;

/** Most refusals say nothing beyond it. */
const NOTHING: Truth = Object.freeze({ details: undefined, headers: undefined });

/** What a refusal says beyond its code. */
export type Truth = Pick<Refusal, 'details' | 'headers'>;

/**
 * What a failure truly says for a call. The rules' refusals and the failures that a caller forces
 * both get them here. Where a forced failure would contradict the facts (audio that is small enough, say), the details
 * are the nearest ones that fit the failure.
 *
 * @example
 * truth('api_key.scope_denied', facts); // { details: { required: 'works:register' } }
 */
export function truth(code: string, facts: Facts): Truth {
  const details = DETAILS.get(code)?.(facts);
  const headers = code === 'common.quota_exceeded' ? { 'retry-after': secondsUntil(facts.quota.resetsAt, facts.now) } : undefined;
  return details === undefined && headers === undefined ? NOTHING : { details, headers };
}

function secondsUntil(then: number, now: number): string {
  return String(Math.ceil((then - now) / 1000));
}

/** Only codes whose details the state decides: what the body decides is the engine's, and else the contract's example stands. */
const DETAILS: ReadonlyMap<string, (facts: Facts) => Details | undefined> = new Map(
  Object.entries({
    'api_key.scope_denied': scopeDenied,
    'api_key.limit_reached': ({ maxKeys }: Facts) => ({ max: maxKeys }),
    'registration.audio_too_large': audioTooLarge,
    'registration.dry_run_failed': ({ faults }: Facts) => (typeof faults.dryRun === 'string' ? { reason: faults.dryRun } : undefined),
    'common.forbidden': forbidden,
    'common.not_found': missingResource,
    'common.quota_exceeded': quotaExceeded,
    'common.validation_failed': unknownCursor,
  }),
);

function scopeDenied({ missingScope, requiredScopes }: Facts): Details | undefined {
  const required = missingScope ?? requiredScopes[0];
  return required === undefined ? undefined : { required };
}

function audioTooLarge({ session, maxAudioBytes, service }: Facts): Details {
  const size = session?.audio?.size_bytes ?? 0;
  return { size_bytes: service.policies.sizeAllowed(size, maxAudioBytes) ? maxAudioBytes + 1 : size, max_bytes: maxAudioBytes };
}

function forbidden(facts: Facts): Details | undefined {
  const { call, partnerSession, organizationId } = facts;
  if (call.params['external_user_ref'] === undefined) return tooFewCredits(facts);
  const isOfOther = partnerSession !== undefined && partnerSession.organization_id !== organizationId;
  return { parameter: isOfOther ? 'organization_id' : 'external_user_ref' };
}

function unknownCursor({ call, cursor }: Facts): Details | undefined {
  if (call.params['external_user_ref'] === undefined || cursor === undefined || 'place' in cursor) return undefined;
  return { fields: [{ pointer: '/after', message: 'is not a cursor of this list' }] };
}

function tooFewCredits({ quote, organization }: Facts): Details | undefined {
  if (quote === undefined || organization === undefined || quote.fees.total === 0) return undefined;
  const available = Math.min(organization.credits[quote.network], quote.fees.total - 1);
  return { network: quote.network, required_credits: quote.fees.total, available_credits: Math.max(0, available) };
}

function missingResource({ organization, call, version }: Facts): Details | undefined {
  if (call.params['version'] !== undefined) return { resource: version === undefined ? 'version' : 'file' };
  if (call.params['organization_id'] === undefined) return undefined;
  return { resource: organization !== undefined && call.params['api_key_id'] !== undefined ? 'api_key' : 'organization' };
}

function quotaExceeded({ quota: { limit, used, resetsAt } }: Facts): Details {
  const counts = limit === null ? {} : { limit, used: Math.max(limit, used) };
  return { ...counts, resets_at: rfc3339(resetsAt) };
}
