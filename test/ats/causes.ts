import { CREATOR, NEW_VERSION, NEW_WORK, ok, type Ats, type Seen } from './harness.js';
import { PARTNER_CAUSES, sessionCause } from './partner-causes.js';
import { keyIn, send, type Request } from './requests.js';

/** How each cause of each code is brought about, from a request that would succeed. */
export type Reach = (ats: Ats, request: Request) => Promise<Seen>;

const UNKNOWN = '00000000-0000-4000-8000-00000000dead';

const withToken =
  (token: (ats: Ats) => string): Reach =>
  (ats, request) =>
    send(ats, { ...request, token: token(ats) });
const withBody =
  (change: object): Reach =>
  (ats, request) =>
    send(ats, { ...request, body: { ...(request.body as object), ...change } });
const withFaults =
  (faults: object): Reach =>
  async (ats, request) => {
    await ats.admin('PUT', '/__admin/faults', faults);
    return send(ats, request);
  };
const withOrganization =
  (change: object): Reach =>
  async (ats, request) => {
    await ats.admin('PUT', `/__admin/organizations/${ats.world.organizations.active}`, change);
    return send(ats, request);
  };
const after =
  (seconds: number): Reach =>
  async (ats, request) => {
    await ats.clock.advance(seconds * 1000);
    return send(ats, request);
  };
const twice: Reach = async (ats, request) => {
  ok(await send(ats, request));
  return send(ats, request);
};
const withoutMember: Reach = (ats, request) => {
  const [, ...rest] = Object.entries(request.body as object);
  return send(ats, { ...request, body: Object.fromEntries(rest) });
};

/** The same job under another path of the same organization. */
const underAnotherPath: Reach = (ats, request) => {
  const step = request.path.split('/').at(-1) ?? '';
  return send(ats, { ...request, path: request.path.startsWith('works/1') ? `works/${step}` : ats.versions(step) });
};

/** The other organization uses this one's job, under a work of its own where there is one in the path. */
const byAnotherOrganization: Reach = (ats, request) => {
  const { organizations, tokens, works } = ats.world;
  const path = request.path.replace(`works/${works.active}/`, `works/${works.other}/`);
  return send(ats, { ...request, path, organization: organizations.other, token: tokens.otherOrg });
};

const withUpload =
  (bytes: number | undefined, token?: (ats: Ats) => string): Reach =>
  async (ats, request) => {
    const init = request.path.replace(/prepare$/, request.path.includes('versions') ? 'init-upload' : 'init');
    const { body } = ok(await ats.post(init, NEW_WORK));
    if (bytes !== undefined) await ats.put(body['upload_url'], new Uint8Array(bytes));
    return send(ats, { ...request, body: { job_id: body['job_id'] }, token: token?.(ats) ?? request.token });
  };

const reuseIdempotencyKey: Reach = async (ats, request) => {
  const headers = { 'idempotency-key': 'order-1' };
  ok(await send(ats, { ...request, headers }));
  return send(ats, { ...request, headers, body: { ...(request.body as object), network: 'mainnet' } });
};

const JOB_NOT_FOUND: Readonly<Record<string, Reach>> = {
  'never existed': withBody({ job_id: UNKNOWN }),
  'of another path': underAnotherPath,
};

export const CAUSES: Readonly<Record<string, Readonly<Record<string, Reach>>>> = {
  'common.unauthorized': {
    none: (ats, request) => send(ats, { ...request, token: undefined }),
    'not Bearer': (ats, request) => send(ats, { ...request, authorization: 'Basic YTpi' }),
    'an API key': withToken(({ world }) => world.tokens.active),
    ...PARTNER_CAUSES['common.unauthorized'],
  },
  'api_key.invalid_format': { 'wrong prefix': withToken(({ world }) => world.admin) },
  'api_key.not_found': { 'unknown token': withToken(() => `afo_sk_live_${'0'.repeat(48)}`) },
  'api_key.revoked': { revoked: withToken(({ world }) => world.tokens.revoked) },
  'api_key.org_mismatch': { 'another organization': withToken(({ world }) => world.tokens.otherOrg) },
  'api_key.org_inactive': {
    inactive: (ats, request) => asOrganization(ats, request, 'inactive'),
    'soft-deleted': (ats, request) => asOrganization(ats, request, 'deleted'),
  },
  'api_key.scope_denied': {
    'missing scope': (ats, request) => {
      const { readOnly, registerOnly } = ats.world.tokens;
      return send(ats, { ...request, token: request.path === 'partner-sessions' ? registerOnly : readOnly });
    },
  },
  'common.bad_request': {
    'not JSON': (ats, request) => send(ats, { ...request, body: undefined }),
    'malformed Idempotency-Key': (ats, request) => send(ats, { ...request, headers: { 'idempotency-key': 'x'.repeat(256) } }),
    'Idempotency-Key reused': reuseIdempotencyKey,
  },
  'common.validation_failed': {
    'member absent': withoutMember,
    'wrong type': (ats, request) => send(ats, { ...request, body: [] }),
    ...PARTNER_CAUSES['common.validation_failed'],
  },
  'common.service_unavailable': { 'upstream down': withFaults({ upstream: true }) },
  'common.forbidden': {
    'too few credits': async (ats, request) => {
      ok(await ats.post('works/init', NEW_WORK));
      const body = await mainnetQuote(ats, request);
      return withOrganization({ credits: { mainnet: 1 } })(ats, { ...request, body });
    },
    ...PARTNER_CAUSES['common.forbidden'],
  },
  'common.quota_exceeded': { 'quota reached': withOrganization({ quota: { limit: 3, used: 3 } }) },
  'common.not_found': {
    'unknown organization': (ats, request) => send(ats, { ...request, organization: UNKNOWN }),
    'unknown key': (ats, request) => send(ats, { ...request, path: `api-keys/${UNKNOWN}` }),
    'key of another organization': async (ats, request) =>
      send(ats, { ...request, path: `api-keys/${await keyIn(ats, ats.world.organizations.other)}` }),
    ...PARTNER_CAUSES['common.not_found'],
  },
  'session.invalid_external_user_ref': {
    empty: withBody({ external_user_ref: '' }),
    'too long': withBody({ external_user_ref: 'é'.repeat(128) }),
  },
  'registration.title_required': { blank: withBody({ title: ' \t' }) },
  'registration.filename_required': { empty: withBody({ filename: '' }) },
  'registration.creators_required': { empty: withBody({ creators: [] }) },
  'registration.upload_session_not_found': { ...JOB_NOT_FOUND, expired: after(600), consumed: twice },
  'registration.upload_session_forbidden': { 'another organization': byAnotherOrganization },
  'registration.audio_empty': { 'zero bytes': withUpload(0), 'nothing uploaded': withUpload(undefined) },
  'registration.audio_too_large': { 'over the maximum': withUpload(65_537, ({ world }) => world.tokens.smallFiles) },
  'registration.commitment_invalid': { 'own commitment refused': withFaults({ commitment: true }) },
  'registration.dry_run_failed': { 'refused by the chain': withFaults({ dryRun: 'insufficient balance' }) },
  'registration.prepared_not_found': { ...JOB_NOT_FOUND, expired: after(300), 'confirmed already': twice },
  'registration.prepared_forbidden': { 'another organization': byAnotherOrganization },
  'work.not_found': {
    unknown: (ats, request) => send(ats, { ...request, path: request.path.replace(/works\/(?:1001|f11e[^/]+)/, 'works/999999') }),
  },
  'work.access_forbidden': {
    'another organization': (ats, request) =>
      request.path.startsWith('external-users/')
        ? sessionCause(ats, request, ats.world.workIds.other)
        : send(ats, { ...request, path: request.path.replace(`works/${ats.world.works.active}`, `works/${ats.world.works.other}`) }),
    ...PARTNER_CAUSES['work.access_forbidden'],
  },
  'transaction.not_found': { unknown: (ats, request) => send(ats, { ...request, path: request.path.replace(/[^/]+$/, UNKNOWN) }) },
  'api_key.invalid_name': { empty: withBody({ name: '' }), 'too long': withBody({ name: 'x'.repeat(101) }) },
  'api_key.scopes_required': { empty: withBody({ scopes: [] }) },
  'api_key.unknown_scope': { 'not recognised': withBody({ scopes: ['works:read', 'works:delete'] }) },
  'api_key.webhook_url_invalid': {
    'no URL': withBody({ webhook_url: 'nowhere' }),
    'not http(s)': withBody({ webhook_url: 'ftp://example.org/' }),
  },
  'api_key.limit_reached': {
    'limit reached': async (ats, request) => {
      for (let keys = 6; keys < 10; keys++) ok(await send(ats, request));
      return send(ats, request);
    },
  },
};

/** Causes that lie in the bytes of a request, which the engine judges and this harness does not see. */
export const ENGINE_CAUSES: ReadonlySet<string> = new Set(['not application/json']);

async function asOrganization(ats: Ats, request: Request, name: 'inactive' | 'deleted'): Promise<Seen> {
  const token = name === 'inactive' ? ats.world.tokens.inactiveOrg : ats.world.tokens.deletedOrg;
  return send(ats, { ...request, token, organization: ats.world.organizations[name] });
}

/** Testnet charges nothing for small files, so too few credits need mainnet. */
async function mainnetQuote(ats: Ats, request: Request): Promise<{ job_id: unknown }> {
  const path = (step: string): string => request.path.replace(/confirm$/, step);
  const init = request.path.includes('versions')
    ? { ...NEW_VERSION, network: 'mainnet' }
    : { ...NEW_WORK, network: 'mainnet', creators: [CREATOR] };
  const opened = ok(await ats.post(path('init'), init));
  if (opened.body['upload_url'] !== undefined) await ats.put(opened.body['upload_url'], new Uint8Array(10));
  ok(await ats.post(path('prepare'), { job_id: opened.body['job_id'] }));
  return { job_id: opened.body['job_id'] };
}
