import type { Facts } from '../facts.js';
import type { Job } from '../state.js';
import { rule, type Rule } from './rule.js';

/** What can be wrong with the work, the job and its audio, and with paying for it. */

export const workExists: Rule = rule('work.not_found', ({ work, service, now }) => {
  if (work === undefined) return 'unknown';
  return service.policies.workIsOnChain(work.on_chain_at, now) ? undefined : 'unknown, since it is not on chain yet';
});

export const workOwned: Rule = rule('work.access_forbidden', ({ work, organization }) =>
  work === undefined || work.organization_id === organization?.id ? undefined : 'another organization',
);

export const sessionExists: Rule = rule('registration.upload_session_not_found', ({ session, spent, service, now }) => {
  if (session === undefined) return spent === undefined ? 'never existed' : 'consumed';
  return service.policies.uploadLives(session.expires_at, now) ? undefined : 'expired';
});

export const sessionOwned: Rule = rule('registration.upload_session_forbidden', (facts) => ofOther(facts.session, facts));

export const sessionPath: Rule = rule('registration.upload_session_not_found', (facts) => ofOtherPath(facts.session, facts));

export const quoteExists: Rule = rule('registration.prepared_not_found', ({ quote, spent, service, now }) => {
  if (quote === undefined) return typeof spent?.confirmed_at === 'number' ? 'confirmed already' : 'never existed';
  return service.policies.quoteLives(quote.expires_at, now) ? undefined : 'expired';
});

export const quoteOwned: Rule = rule('registration.prepared_forbidden', (facts) => ofOther(facts.quote, facts));

export const quotePath: Rule = rule('registration.prepared_not_found', (facts) => ofOtherPath(facts.quote, facts));

function ofOther(job: Job | undefined, { organization }: Facts): string | undefined {
  return job === undefined || job.organization_id === organization?.id ? undefined : 'another organization';
}

function ofOtherPath(job: Job | undefined, { place }: Facts): string | undefined {
  return job === undefined || job.place === place ? undefined : `of another path: ${job.place}`;
}

export const audioPresent: Rule = rule('registration.audio_empty', ({ session }) => {
  if (session?.needs_upload !== true) return undefined;
  if (session.audio === null) return 'nothing uploaded';
  return session.audio.size_bytes === 0 ? 'zero bytes' : undefined;
});

export const audioFits: Rule = rule('registration.audio_too_large', ({ session, maxAudioBytes, service }) =>
  session?.needs_upload !== true || session.audio === null || service.policies.sizeAllowed(session.audio.size_bytes, maxAudioBytes)
    ? undefined
    : 'over the maximum',
);

export const commitmentValid: Rule = rule('registration.commitment_invalid', ({ faults }) =>
  faults.commitment ? 'own commitment refused' : undefined,
);

export const dryRunPasses: Rule = rule('registration.dry_run_failed', ({ faults }) =>
  faults.dryRun === false ? undefined : 'refused by the chain',
);

/** Testnet only, and ahead of the credits. */
export const quotaLeft: Rule = rule('common.quota_exceeded', ({ quote, quota: { limit, used } }) =>
  quote?.network !== 'testnet' || limit === null || used < limit ? undefined : 'quota reached',
);

export const creditsSuffice: Rule = rule('common.forbidden', ({ quote, organization }) => {
  if (quote === undefined || organization === undefined || organization.credits[quote.network] >= quote.fees.total) return undefined;
  return { cause: 'too few credits', message: `The organization has too few credits on ${quote.network}.` };
});

export const transactionExists: Rule = rule('transaction.not_found', ({ transaction }) =>
  transaction === undefined ? 'unknown' : undefined,
);
