import { randomBytes, randomUUID } from 'node:crypto';
import type { FailurePath } from '../path.js';
import type { Token } from '../types.js';
import { mint } from './scenarios.js';
import { secondOrganization } from './work.js';

export const KEY_OPERATIONS = {
  initWork: 'works:register',
  prepareWork: 'works:register',
  confirmWork: 'works:register',
  initVersion: 'works:update',
  initVersionUpload: 'works:update',
  prepareVersion: 'works:update',
  confirmVersion: 'works:update',
  createPartnerSession: 'works:read',
} as const;

/** A key that has another scope, and not this one. */
export const WITHOUT = { 'works:register': 'readOnly', 'works:update': 'readOnly', 'works:read': 'registerOnly' } as const;

export const ADMIN_OPERATIONS = ['createApiKey', 'listApiKeys', 'revokeApiKey'] as const;

const BASIC: Readonly<Record<string, string>> = { authorization: `Basic ${Buffer.from('failpath:failpath').toString('base64')}` };

/** A key of the right form that nobody has. */
export const unknownToken = (): Token => ({ name: 'unknown', value: `afo_sk_live_${randomBytes(24).toString('hex')}` });

export const wrongPrefix: Token = { name: 'wrongPrefix', value: `not_afo_${'0'.repeat(48)}` };

export const noCredential = (operation: string): FailurePath[] => [
  { operation, code: 'common.unauthorized', cause: 'none', when: (request) => ({ ...request, as: null }) },
  {
    operation,
    code: 'common.unauthorized',
    cause: 'not Bearer',
    when: (request) => ({ ...request, as: null, headers: { ...request.headers, ...BASIC } }),
  },
];

const keyPaths = Object.entries(KEY_OPERATIONS).flatMap(([operation, scope]): FailurePath[] => [
  ...noCredential(operation),
  { operation, code: 'api_key.invalid_format', cause: 'wrong prefix', when: (request) => ({ ...request, as: wrongPrefix }) },
  { operation, code: 'api_key.not_found', cause: 'unknown token', when: (request) => ({ ...request, as: unknownToken() }) },
  {
    operation,
    code: 'api_key.revoked',
    cause: 'revoked',
    needs: ['identity:revoked'],
    when: async (request, steps) => ({ ...request, as: await steps.identity('revoked') }),
  },
  {
    operation,
    code: 'api_key.org_mismatch',
    cause: 'another organization',
    needs: ['org.second'],
    when: async (request, steps) => ({ ...request, as: await steps.identity('otherOrg') }),
  },
  ...(
    [
      ['inactive', 'inactiveOrg'],
      ['soft-deleted', 'deletedOrg'],
    ] as const
  ).map(([cause, identity]): FailurePath => ({
    operation,
    code: 'api_key.org_inactive',
    cause,
    needs: [`identity:${identity}`],
    when: async (request, steps) => {
      const as = await steps.identity(identity);
      return { ...request, as, params: { ...request.params, organization_id: as.organization ?? '' } };
    },
  })),
  {
    operation,
    code: 'api_key.scope_denied',
    cause: 'missing scope',
    needs: [`identity:${WITHOUT[scope]}`],
    when: async (request, steps) => ({ ...request, as: await steps.identity(WITHOUT[scope]) }),
    thenAlso: ({ details }, expect) => expect(details['required'], 'the scope that the route requires').to.equal(scope),
  },
]);

const adminPaths = ADMIN_OPERATIONS.flatMap((operation): FailurePath[] => [
  ...noCredential(operation),
  {
    operation,
    code: 'common.unauthorized',
    cause: 'an API key',
    needs: ['identity:active'],
    when: async (request, steps) => ({ ...request, as: await steps.identity('active') }),
  },
  {
    operation,
    code: 'common.not_found',
    cause: 'unknown organization',
    when: (request) => ({ ...request, params: { ...request.params, organization_id: randomUUID() } }),
  },
]);

/** Who may not: the order of refusal's first half, for every operation that asks for a credential. */
export const credentialPaths: readonly FailurePath[] = [
  ...keyPaths,
  ...adminPaths,
  {
    operation: 'revokeApiKey',
    code: 'common.not_found',
    cause: 'unknown key',
    when: (request) => ({ ...request, params: { ...request.params, api_key_id: randomUUID() } }),
  },
  {
    operation: 'revokeApiKey',
    code: 'common.not_found',
    cause: 'key of another organization',
    needs: ['org.second'],
    given: async (steps) => {
      const { params } = await secondOrganization(steps);
      return { operation: 'revokeApiKey', params: { ...params, api_key_id: String((await mint(steps, {}, params))['id']) } };
    },
    when: (request, steps) => ({ ...request, params: { ...request.params, organization_id: steps.deployment.organization ?? '' } }),
    control: async (_, request) => request,
  },
];
