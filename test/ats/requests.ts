import { NEW_UPLOAD, NEW_VERSION, NEW_WORK, ok, type Ask, type Ats, type Seen } from './harness.js';

/** A request that would succeed if it were sent as it is: what every failure starts from. */
export interface Request extends Ask {
  readonly method: string;
  /** Below the organization, unless it begins with a slash. */
  readonly path: string;
  readonly organization?: string;
}

type Provide = (ats: Ats) => Promise<Request>;

const key = (ats: Ats): Pick<Request, 'method' | 'token'> => ({ method: 'POST', token: ats.world.tokens.active });
const administrator = (ats: Ats, method: string): Pick<Request, 'method' | 'token'> => ({ method, token: ats.world.admin });

export const VALID: Readonly<Record<string, Provide>> = {
  initWork: async (ats) => ({ ...key(ats), path: 'works/init', body: NEW_WORK }),
  prepareWork: async (ats) => ({ ...key(ats), path: 'works/prepare', body: { job_id: await ats.uploaded() } }),
  confirmWork: async (ats) => ({ ...key(ats), path: 'works/confirm', body: { job_id: await ats.prepared() } }),
  initVersion: async (ats) => ({ ...key(ats), path: ats.versions('init'), body: NEW_VERSION }),
  initVersionUpload: async (ats) => ({ ...key(ats), path: ats.versions('init-upload'), body: NEW_UPLOAD }),
  prepareVersion: async (ats) => ({ ...key(ats), path: ats.versions('prepare'), body: { job_id: await version(ats) } }),
  confirmVersion: async (ats) => {
    const body = { job_id: await version(ats) };
    ok(await ats.post(ats.versions('prepare'), body));
    return { ...key(ats), path: ats.versions('confirm'), body };
  },
  createApiKey: async (ats) => ({ ...administrator(ats, 'POST'), path: 'api-keys', body: { name: 'Trial', scopes: ['works:read'] } }),
  listApiKeys: async (ats) => ({ ...administrator(ats, 'GET'), path: 'api-keys' }),
  revokeApiKey: async (ats) => ({ ...administrator(ats, 'DELETE'), path: `api-keys/${await keyIn(ats, ats.world.organizations.active)}` }),
  createPartnerSession: async (ats) => ({ ...key(ats), path: 'partner-sessions', body: { external_user_ref: ats.world.externalUser.ref } }),
  listExternalUserWorks: async (ats) => ({ method: 'GET', token: await ats.session(), path: listPath(ats) }),
  downloadVersionFile: async (ats) => ({ method: 'GET', token: await ats.session(), path: downloadPath(ats) }),
  getTransaction: async (ats) => ({ method: 'GET', path: `/v1/transactions/${await transaction(ats)}` }),
  trackTransaction: async (ats) => ({ method: 'GET', path: `/v1/ws/transactions/${await transaction(ats)}` }),
};

/** The list of an external user's works, by default of the well-known one. */
export function listPath(ats: Ats, query = 'network=testnet', user: string = ats.world.externalUser.ref): string {
  return `external-users/${encodeURIComponent(user)}/works?${query}`;
}

/** A file of a work of the well-known external user. */
export function downloadPath(ats: Ats, work: string = ats.world.externalUser.work, file = '2/download/audio'): string {
  return `external-users/${ats.world.externalUser.ref}/works/${work}/versions/${file}`;
}

export async function valid(ats: Ats, operation: string): Promise<Request> {
  const provide = VALID[operation];
  if (provide === undefined) throw new Error(`No valid request for ${operation}.`);
  return provide(ats);
}

export async function send(ats: Ats, { method, path, organization, ...ask }: Request): Promise<Seen> {
  return ats.ask(method, path.startsWith('/') ? path : ats.organization(path, organization), ask);
}

/** The id of a fresh key. */
export async function keyIn(ats: Ats, organization: string): Promise<string> {
  const body = { name: 'Trial', scopes: ['works:read'] };
  return String(ok(await ats.ask('POST', ats.organization('api-keys', organization), { token: ats.world.admin, body })).body['id']);
}

async function transaction(ats: Ats): Promise<string> {
  const { body } = ok(await ats.post('works/confirm', { job_id: await ats.prepared() }));
  return String(body['transaction_id']);
}

async function version(ats: Ats): Promise<string> {
  return ats.uploaded(1000, NEW_UPLOAD, ats.versions('init-upload'));
}
