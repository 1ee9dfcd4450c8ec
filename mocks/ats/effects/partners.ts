import { cursorAt } from '../cursors.js';
import { openDownloadUrl } from '../downloads.js';
import type { Facts } from '../facts.js';
import { openPartnerSession } from '../partner-sessions.js';
import { showWork } from '../show-work.js';
import type { Work } from '../state.js';
import { rfc3339 } from '../time.js';
import { userId, versionOf, versionsOf, worksOf } from '../works.js';
import type { Done } from './effect.js';

/** As the contract has it for those who do not say. */
const PAGE = 20;

/** POST .../partner-sessions: nothing is kept, the token says all. */
export function createPartnerSession(facts: Facts): Done | undefined {
  const { organization, now, service } = facts;
  if (organization === undefined) return undefined;
  const { token, expires_at } = openPartnerSession(service, organization.id, facts.text('external_user_ref') ?? '', now);
  return {
    body: { token, expires_at: expires_at / 1000, ttl_seconds: service.limits.partnerSessionTtl / 1000 },
    why: `partner session until ${rfc3339(expires_at)}`,
  };
}

/**
 * GET .../external-users/{external_user_ref}/works, newest first. A cursor is the place of the last work on its page: what comes
 * later has a higher place, so it moves nothing on the pages to come.
 */
export function listWorks(facts: Facts): Done {
  const { organizationId, externalUserRef, cursor, list, call, service } = facts;
  const { state, limits } = service;
  const first = Number(call.query.get('first') ?? PAGE);
  const before = cursor !== undefined && 'place' in cursor ? cursor.place : Infinity;
  const works: Record<string, unknown>[] = [];
  let [total, last, more] = [0, 0, false];
  for (const { place, work } of worksOf(state, userId(organizationId, externalUserRef))) {
    const isSeen = work.network === call.query.get('network') && facts.isOnChain(work) && hasVersion(facts, work);
    if (!isSeen) continue;
    total++;
    if (place >= before) continue;
    more = works.length >= first;
    if (more) continue;
    const versions = versionsOf(state, work).filter((version) => facts.isOnChain(version));
    works.push(showWork(work, versions, limits.block));
    last = place;
  }
  const page_info = { has_next_page: more, end_cursor: works.length === 0 ? null : cursorAt(state, list, last) };
  return { body: { works, page_info, total_count: total }, why: `${works.length} of ${total} works` };
}

/** Whether there is a version to show: where many have come, the oldest have made room. */
function hasVersion(facts: Facts, work: Work): boolean {
  for (let number = work.versions; number > 0; number--) {
    const version = versionOf(facts.service.state, work, number);
    if (version !== undefined && facts.isOnChain(version)) return true;
  }
  return false;
}

/** GET .../download/{file}: the file itself is the storage's. */
export function openDownload({ workOfUser, version, file, now, call, service }: Facts): Done | undefined {
  if (workOfUser === undefined || version === undefined || file === undefined) return undefined;
  const expires_at = now + service.limits.downloadTtl;
  const url = openDownloadUrl(service, { ats_id: workOfUser.ats_id, version: version.number, file, expires_at }, call.baseUrl);
  return { body: { url, expires_at: rfc3339(expires_at) }, why: `download URL of the ${file} of version ${version.number}` };
}
