import type { Precedence } from '../probes/types.js';
import type { Suite } from '../suite.js';
import type { PathRequest, Token } from '../types.js';
import { withBody } from './bodies.js';
import { ADMIN_OPERATIONS, KEY_OPERATIONS, WITHOUT, wrongPrefix } from './credentials.js';
import {
  AFTER_CREDENTIALS,
  BODY,
  fault,
  NOT_DECLARED_JSON,
  NOT_JSON,
  pairs,
  reading,
  UPSTREAM_DOWN,
  WRONG_TYPE,
  type Pair,
} from './order.js';
import { PARTNER_OPERATIONS } from './partners.js';
import { jobPairs } from './precedence-jobs.js';
import { mintToken } from './scenarios.js';

/**
 * Which of two faults is refused. Each list is the order of refusal, from its beginning to its end, as pairs of neighbours; what
 * bridges more than one step is there because its neighbours cannot meet, or because a dependency that is down is more than many a
 * deployment has to offer. Two faults with one and the same code show no order, and are left out.
 */

const HANDLER = {
  basis: 'documented',
  source: 'a mismatch with {organization_id} in the path is refused before any handler runs',
} as const;
const KEY_ORDER = reading(
  'no credential, bad prefix, unknown token, revoked, organization mismatch, organization inactive, scope, then the body',
);

/** The credential of a scheme that is not Bearer: its token is not looked at. */
const basic = ({ value }: Token) => {
  return ({ as: _, ...request }: PathRequest): PathRequest => ({
    ...request,
    as: null,
    headers: { ...request.headers, authorization: `Basic ${value}` },
  });
};

const NOT_BEARER = fault('common.unauthorized', 'not Bearer');
const WRONG_PREFIX = fault('api_key.invalid_format', 'wrong prefix');
const UNKNOWN_TOKEN = fault('api_key.not_found', 'unknown token');
const REVOKED = fault('api_key.revoked', 'revoked');
const MISMATCH = fault('api_key.org_mismatch', 'another organization');
const INACTIVE = fault('api_key.org_inactive', 'inactive');
const NO_SCOPE = fault('api_key.scope_denied', 'missing scope');

/** A key in the inactive organization that lacks a scope. */
const lacking = (scope: keyof typeof WITHOUT): 'inactiveReadOnly' | 'inactiveRegisterOnly' =>
  WITHOUT[scope] === 'readOnly' ? 'inactiveReadOnly' : 'inactiveRegisterOnly';

const credentialPairs = (scope: keyof typeof WITHOUT): Pair[] => [
  [NOT_BEARER, WRONG_PREFIX, { when: basic(wrongPrefix) }],
  // A token that does not look like a key is none that anybody knows.
  [WRONG_PREFIX, UNKNOWN_TOKEN, { implied: true }],
  // A token that nobody knows was never revoked, and belongs to no organization; but the path may name one that is inactive.
  [UNKNOWN_TOKEN, INACTIVE],
  [
    REVOKED,
    MISMATCH,
    {
      when: async (request, steps) => {
        const { organization = '' } = await steps.identity('otherOrg');
        return { ...request, as: await steps.identity('revoked'), params: { ...request.params, organization_id: organization } };
      },
    },
  ],
  [
    MISMATCH,
    INACTIVE,
    {
      // Between two that are inactive it does not matter whether the key's or the path's is looked at.
      when: async (request, steps) => {
        const as = await steps.identity('inactiveOrg');
        if (!steps.can('identity:deletedOrg')) return { ...request, as };
        const { organization = '' } = await steps.identity('deletedOrg');
        return { ...request, as, params: { ...request.params, organization_id: organization } };
      },
    },
  ],
  [MISMATCH, NOT_JSON, HANDLER],
  [
    INACTIVE,
    NO_SCOPE,
    {
      needs: [`identity:${lacking(scope)}`],
      when: async (request, steps) => {
        const as = await steps.identity(lacking(scope));
        return { ...request, as, params: { ...request.params, organization_id: as.organization ?? '' } };
      },
    },
  ],
  [NO_SCOPE, UPSTREAM_DOWN, AFTER_CREDENTIALS],
  [NO_SCOPE, NOT_JSON],
  [UPSTREAM_DOWN, NOT_JSON, AFTER_CREDENTIALS],
];

const keyPairs = Object.entries(KEY_OPERATIONS).flatMap(([operation, scope]) => pairs(operation, KEY_ORDER, credentialPairs(scope)));

/** Keys that fail for two reasons at once, made by the administrator, who acts in inactive organizations as well. */
export const precedenceSequences: Suite['sequences'] = {
  'identity:inactiveReadOnly': inInactive('inactiveReadOnly', ['works:read']),
  'identity:inactiveRegisterOnly': inInactive('inactiveRegisterOnly', ['works:register']),
};

function inInactive(name: string, scopes: readonly string[]): NonNullable<Suite['sequences']['identity:active']> {
  return {
    needs: ['key.create', 'identity:inactiveOrg'],
    run: async (steps) => {
      const { organization = '' } = await steps.identity('inactiveOrg');
      return (await mintToken(steps, name, { scopes }, organization)).made;
    },
  };
}

const BAD_KEY = fault('common.bad_request', 'malformed Idempotency-Key');
const KEY_REUSED = fault('common.bad_request', 'Idempotency-Key reused');
const NO_TITLE = fault('registration.title_required', 'blank');
const NO_FILENAME = fault('registration.filename_required', 'empty');
const NO_CREATORS = fault('registration.creators_required', 'empty');
const NO_WORK = fault('work.not_found', 'unknown');
/** It is written nowhere in so many words. */
const REUSE = reading(
  'a key that was used stands for its request, so it is compared once the body is known to be sound, before any business rule',
);
const BODY_FIRST = reading('the body comes before the work: an empty list of creators for an unknown work is 422');

/** The bodies that open a job: what is in them, then what their Idempotency-Key stands for, then the work. */
const initPairs = [
  ...['initWork', 'initVersion', 'initVersionUpload'].flatMap((operation) =>
    pairs(operation, BODY, [
      [NOT_DECLARED_JSON, WRONG_TYPE],
      [BAD_KEY, WRONG_TYPE],
    ]),
  ),
  ...pairs('initWork', BODY, [
    [WRONG_TYPE, NO_TITLE],
    [NO_TITLE, NO_FILENAME],
    [NO_FILENAME, NO_CREATORS],
    [NO_CREATORS, KEY_REUSED, REUSE],
  ]),
  ...pairs('initVersion', BODY, [
    [WRONG_TYPE, NO_CREATORS],
    [NO_CREATORS, KEY_REUSED, REUSE],
    [KEY_REUSED, NO_WORK, REUSE],
    [NO_CREATORS, NO_WORK, BODY_FIRST],
  ]),
  ...pairs('initVersionUpload', BODY, [
    [WRONG_TYPE, NO_FILENAME],
    [NO_FILENAME, NO_CREATORS],
    [NO_CREATORS, KEY_REUSED, REUSE],
    [KEY_REUSED, NO_WORK, REUSE],
    [NO_CREATORS, NO_WORK, BODY_FIRST],
  ]),
];

const API_KEY = fault('common.unauthorized', 'an API key');
const NO_ORGANIZATION = fault('common.not_found', 'unknown organization');
const NO_NAME = fault('api_key.invalid_name', 'empty');
const NO_SCOPES = fault('api_key.scopes_required', 'empty');
const UNKNOWN_SCOPE = fault('api_key.unknown_scope', 'not recognised');
const NO_WEBHOOK_URL = fault('api_key.webhook_url_invalid', 'no URL');
const NO_PLACE = fault('api_key.limit_reached', 'limit reached');
const ADMINISTRATOR_ORDER = reading('the session, then the upstream, then the organization, the body, and the limit of keys last');

const administratorPairs = [
  ...ADMIN_OPERATIONS.flatMap((operation) =>
    pairs(operation, ADMINISTRATOR_ORDER, [
      [API_KEY, UPSTREAM_DOWN, AFTER_CREDENTIALS],
      [API_KEY, NO_ORGANIZATION],
      [UPSTREAM_DOWN, NO_ORGANIZATION, AFTER_CREDENTIALS],
    ]),
  ),
  ...pairs('createApiKey', BODY, [
    [NO_ORGANIZATION, NOT_JSON, ADMINISTRATOR_ORDER],
    [NOT_DECLARED_JSON, WRONG_TYPE],
    // The path's own wrong type is that of the name.
    [WRONG_TYPE, NO_NAME, { when: (request) => withBody(request, { name: '', scopes: 'works:read' }) }],
    [NO_NAME, NO_SCOPES],
    [NO_NAME, UNKNOWN_SCOPE],
    // A list without scopes has none that is unknown.
    [NO_SCOPES, NO_WEBHOOK_URL],
    [UNKNOWN_SCOPE, NO_WEBHOOK_URL],
    [NO_WEBHOOK_URL, NO_PLACE, ADMINISTRATOR_ORDER],
  ]),
];

const BAD_SIGNATURE = fault('common.unauthorized', 'bad signature');
const OTHER_SESSION = fault('common.forbidden', 'another organization');
const OTHER_USER = fault('common.forbidden', 'another external user');
const NO_NETWORK = fault('common.validation_failed', 'unknown network');
const NOT_THEIRS = fault('work.access_forbidden', 'another external user');
const NO_VERSION = fault('common.not_found', 'unknown version');
const SESSION_ORDER = reading(
  'no valid session is 401, one for another organization or user is 403; then the upstream, then what is asked for',
);
const DOWNLOAD_ORDER = reading("after the session: the work exists, the work's organization and user, the version, the file");

const partnerPairs = [
  ...PARTNER_OPERATIONS.flatMap((operation) =>
    pairs(operation, SESSION_ORDER, [
      [BAD_SIGNATURE, OTHER_SESSION],
      [BAD_SIGNATURE, OTHER_USER],
      [OTHER_USER, UPSTREAM_DOWN, AFTER_CREDENTIALS],
    ]),
  ),
  ...pairs('createPartnerSession', BODY, [
    [NOT_DECLARED_JSON, WRONG_TYPE],
    // There is one member: where it has the wrong type it is neither empty nor too long.
    [NOT_DECLARED_JSON, fault('session.invalid_external_user_ref', 'empty')],
  ]),
  ...pairs('listExternalUserWorks', SESSION_ORDER, [
    [OTHER_USER, NO_NETWORK],
    [UPSTREAM_DOWN, NO_NETWORK, AFTER_CREDENTIALS],
  ]),
  ...pairs('downloadVersionFile', DOWNLOAD_ORDER, [
    [OTHER_USER, NO_WORK, SESSION_ORDER],
    [UPSTREAM_DOWN, NO_WORK, AFTER_CREDENTIALS],
    // A work that nobody knows is nobody's.
    [NO_WORK, NO_VERSION],
    [NOT_THEIRS, NO_VERSION],
  ]),
];

const transactionPairs = ['getTransaction', 'trackTransaction'].flatMap((operation) =>
  pairs(operation, AFTER_CREDENTIALS, [[UPSTREAM_DOWN, fault('transaction.not_found', 'unknown')]]),
);

/** Every pair of neighbours in the order of refusal that one request can have both of. */
export const precedence: readonly Precedence[] = [
  ...keyPairs,
  ...initPairs,
  ...jobPairs,
  ...administratorPairs,
  ...partnerPairs,
  ...transactionPairs,
];
