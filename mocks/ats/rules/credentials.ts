import { TOKEN_PREFIX } from '../keys.js';
import { rule, type Rule } from './rule.js';

/** Who calls, and whether they may: these rules come before everything else, in this order. */

export const noCredential: Rule = rule('common.unauthorized', ({ credential }) => {
  if (credential.scheme === 'Bearer') return undefined;
  return credential.scheme === 'none' ? 'none' : 'not Bearer';
});

/** For operations of administrators: whatever is not a session of one, is none of its business. */
export const notAdministrator: Rule = rule('common.unauthorized', ({ administrator, credential }) => {
  if (administrator !== undefined) return undefined;
  return credential.token?.startsWith(TOKEN_PREFIX) === true ? 'an API key' : 'no valid session';
});

export const wrongPrefix: Rule = rule('api_key.invalid_format', ({ credential: { token } }) =>
  token === undefined || token.startsWith(TOKEN_PREFIX) ? undefined : 'wrong prefix',
);

export const unknownToken: Rule = rule('api_key.not_found', ({ key }) => (key === undefined ? 'unknown token' : undefined));

export const revokedKey: Rule = rule('api_key.revoked', ({ key }) =>
  key === undefined || key.revoked_at === null ? undefined : 'revoked',
);

export const otherOrganization: Rule = rule('api_key.org_mismatch', ({ key, organizationId }) =>
  key === undefined || key.organization_id === organizationId ? undefined : 'another organization',
);

export const inactiveOrganization: Rule = rule('api_key.org_inactive', ({ organization }) => {
  if (organization?.deleted === true) return 'soft-deleted';
  return organization?.active === false ? 'inactive' : undefined;
});

export const missingScope: Rule = rule('api_key.scope_denied', ({ missingScope: scope }) =>
  scope === undefined ? undefined : { cause: 'missing scope', message: `This API key lacks the scope ${scope}.` },
);
