import type { FailurePath } from '../path.js';
import type { Grounds, IdentityCheck } from '../probes/types.js';
import type { Steps } from '../steps.js';
import type { Capability, Token } from '../types.js';
import { unknownToken } from './credentials.js';
import { openSession } from './partner-requests.js';

type When = NonNullable<FailurePath['when']>;

/** The request by somebody else. */
const by =
  (who: (steps: Steps) => Token | Promise<Token>): When =>
  async (request, steps) => ({ ...request, as: await who(steps) });

const named = (identity: string): { readonly needs: readonly Capability[]; readonly when: When } => ({
  needs: [`identity:${identity}`],
  when: by((steps) => steps.identity(identity)),
});

const PAGE: Grounds = { basis: 'documented', source: "the vendor's page on error codes" };
const SESSION_ONLY: Grounds = {
  basis: 'reading',
  source: 'the page says that an API key is refused where a partner session is due; we read that as 401 common.unauthorized',
};
const ADMINISTRATOR_ONLY: Grounds = {
  basis: 'reading',
  source: "an API key where an administrator's session is due, or no valid session, is 401 common.unauthorized",
};
const WRONG_PREFIX: Grounds = {
  basis: 'reading',
  source: "an administrator's session where an API key is due does not start with the prefix, which is 401 api_key.invalid_format",
};

/** Keys that are none of the ordinary ones, by the names that the matrix has for them. */
const KEYS = {
  revoked: named('revoked'),
  'wrong scope': named('readOnly'),
  'other organization': { needs: ['org.second'], when: by((steps) => steps.identity('otherOrg')) },
  'inactive organization': named('inactiveOrg'),
  'deleted organization': named('deletedOrg'),
} satisfies Readonly<Record<string, Pick<IdentityCheck, 'needs' | 'when'>>>;

/** Where another credential than a key is due, no key opens, of whatever kind. */
const keysRefused = (grounds: Grounds): IdentityCheck[] =>
  Object.entries(KEYS).map(([identity, how]) => ({ identity, code: 'common.unauthorized', ...grounds, ...how }));

const PARTNER_SESSION = {
  identity: 'partner session',
  needs: ['identity:active'],
  when: by((steps) => openSession(steps, steps.unique('user'))),
} satisfies Partial<IdentityCheck>;

const apiKey: readonly IdentityCheck[] = [
  { identity: 'none', code: 'common.unauthorized', line: 'none', ...PAGE },
  { identity: 'malformed', code: 'api_key.invalid_format', line: 'wrong prefix', ...PAGE },
  { identity: 'unknown', code: 'api_key.not_found', line: 'unknown token', ...PAGE },
  { identity: 'active', code: null, ...PAGE },
  { identity: 'revoked', code: 'api_key.revoked', line: 'revoked', ...PAGE },
  { identity: 'wrong scope', code: 'api_key.scope_denied', line: 'missing scope', ...PAGE },
  { identity: 'other organization', code: 'api_key.org_mismatch', line: 'another organization', ...PAGE },
  { identity: 'inactive organization', code: 'api_key.org_inactive', line: 'inactive', ...PAGE },
  { identity: 'deleted organization', code: 'api_key.org_inactive', line: 'soft-deleted', ...PAGE },
  {
    identity: 'administrator',
    code: 'api_key.invalid_format',
    ...WRONG_PREFIX,
    needs: ['admin.session'],
    when: by((steps) => steps.identity('admin')),
  },
  { ...PARTNER_SESSION, code: 'api_key.invalid_format', ...PAGE },
];

const administrator: readonly IdentityCheck[] = [
  { identity: 'none', code: 'common.unauthorized', line: 'none', ...PAGE },
  {
    identity: 'malformed',
    code: 'common.unauthorized',
    ...ADMINISTRATOR_ONLY,
    when: by(() => ({ name: 'malformed', value: 'no-administrators-session' })),
  },
  { identity: 'unknown', code: 'common.unauthorized', ...ADMINISTRATOR_ONLY, when: by(unknownToken) },
  { identity: 'active', code: 'common.unauthorized', line: 'an API key', ...ADMINISTRATOR_ONLY },
  ...keysRefused(ADMINISTRATOR_ONLY),
  { identity: 'administrator', code: null, ...PAGE },
  { ...PARTNER_SESSION, code: 'common.unauthorized', ...ADMINISTRATOR_ONLY },
];

const partnerSession: readonly IdentityCheck[] = [
  { identity: 'none', code: 'common.unauthorized', line: 'none', ...PAGE },
  { identity: 'malformed', code: 'common.unauthorized', line: 'malformed', ...SESSION_ONLY },
  { identity: 'unknown', code: 'common.unauthorized', line: 'bad signature', ...SESSION_ONLY },
  { identity: 'active', code: 'common.unauthorized', line: 'an API key', ...SESSION_ONLY },
  ...keysRefused(SESSION_ONLY),
  { identity: 'administrator', code: 'common.unauthorized', line: "an administrator's session", ...SESSION_ONLY },
  { identity: 'partner session', code: null, ...PAGE },
  {
    identity: "other organization's session",
    code: 'common.forbidden',
    line: 'another organization',
    basis: 'reading',
    source: "a valid session for another organization than the path's is 403 common.forbidden",
  },
];

/** Who may and who may not, by the security scheme of an operation. */
export const identities: Readonly<Record<string, readonly IdentityCheck[]>> = { apiKey, administrator, partnerSession };
