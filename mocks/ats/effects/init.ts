import { metadataDigest } from '../commitment.js';
import type { Facts } from '../facts.js';
import { magicOf } from '../magic.js';
import type { Audio, UploadSession } from '../state.js';
import { keptCreators, keptTitle } from '../kept.js';
import { openUploadUrl } from '../storage.js';
import { rfc3339 } from '../time.js';
import type { Done } from './effect.js';

/** POST .../works/init and .../versions/init-upload: a job, and a URL to upload to. */
export function openUpload(facts: Facts): Done | undefined {
  const session = openJob(facts, null);
  if (session === undefined) return undefined;
  return {
    body: {
      job_id: session.id,
      upload_url: openUploadUrl(facts.service, session, facts.call.baseUrl),
      upload_expires_at: rfc3339(session.expires_at),
    },
    why: 'upload session opened',
  };
}

/** POST .../versions/init: a job with the audio that is on chain. */
export function openVersion(facts: Facts): Done | undefined {
  const session = facts.work === undefined ? undefined : openJob(facts, facts.work.audio);
  return session === undefined ? undefined : { body: { job_id: session.id }, why: 'job opened, with the audio that is on chain' };
}

function openJob(facts: Facts, audio: Audio | null): UploadSession | undefined {
  const { organization, work, network, now, service } = facts;
  if (organization === undefined) return undefined;
  const session: UploadSession = {
    id: service.mint.uuid(),
    organization_id: organization.id,
    place: facts.place,
    kind: facts.kind,
    network,
    ats_id: work?.ats_id ?? null,
    metadata_sha256: metadataDigest({
      network,
      ats_id: work?.ats_id,
      title: facts.member('title'),
      filename: facts.member('filename'),
      creators: facts.member('creators'),
      external_user_ref: facts.member('external_user_ref'),
    }),
    external_user_ref: facts.text('external_user_ref') ?? work?.external_user_ref ?? null,
    title: keptTitle(facts.text('title')),
    creators: keptCreators(facts.member('creators')),
    magic: magicOf(facts),
    needs_upload: audio === null,
    audio,
    expires_at: now + service.limits.uploadTtl,
  };
  service.state.uploadSessions.put(session.id, session);
  return session;
}
