import { TOKEN_PREFIX } from '../keys.js';
import { rule, type Rule } from './rule.js';

/** What can be wrong with a partner session, and with what it asks for. */

export const notPartnerSession: Rule = rule('common.unauthorized', ({ readSession, credential, administrator }) => {
  if ('session' in readSession) return undefined;
  if (credential.token?.startsWith(TOKEN_PREFIX) === true) return 'an API key';
  return administrator === undefined ? readSession.refused : "an administrator's session";
});

export const sessionOrganization: Rule = rule('common.forbidden', ({ partnerSession, organizationId }) =>
  partnerSession === undefined || partnerSession.organization_id === organizationId
    ? undefined
    : { cause: 'another organization', message: 'This partner session is for another organization.' },
);

export const sessionUser: Rule = rule('common.forbidden', ({ partnerSession, externalUserRef }) =>
  partnerSession === undefined || partnerSession.external_user_ref === externalUserRef
    ? undefined
    : { cause: 'another external user', message: 'This partner session is for another user.' },
);

export const cursorKnown: Rule = rule('common.validation_failed', ({ cursor }) =>
  cursor === undefined || 'place' in cursor ? undefined : { cause: cursor.refused, message: 'The query is not valid.' },
);

export const userWorkExists: Rule = rule('work.not_found', ({ workOfUser }) => (workOfUser === undefined ? 'unknown' : undefined));

export const userWorkOwned: Rule = rule('work.access_forbidden', ({ workOfUser: work, organizationId, externalUserRef }) => {
  if (work === undefined) return undefined;
  if (work.organization_id !== organizationId) return 'another organization';
  if (work.external_user_ref === null) return 'no external user';
  return work.external_user_ref === externalUserRef ? undefined : 'another external user';
});

export const versionExists: Rule = rule('common.not_found', ({ version }) =>
  version === undefined ? { cause: 'unknown version', message: 'There is no such version of this work.' } : undefined,
);

export const fileExists: Rule = rule('common.not_found', ({ file }) =>
  file === undefined ? { cause: 'unknown file', message: 'There is no such file: it is audio or certificate.' } : undefined,
);
