import type { Scenario } from '../path.js';
import { SetupFailed } from '../setup-failed.js';
import type { Capability, PathRequest, Token } from '../types.js';
import type { Steps } from '../steps.js';
import { activeKeys } from './keys.js';
import { downloadRequest, listRequest, sessionRequest } from './partner-requests.js';
import {
  AUDIO_BYTES,
  confirm,
  confirmRequest,
  initRequest,
  prepare,
  prepareRequest,
  upload,
  VERSION,
  VERSION_UPLOAD,
  WORK,
  type JobKind,
} from './work.js';

const KEY: readonly Capability[] = ['identity:active'];
const AUDIO: readonly Capability[] = [...KEY, `upload:${AUDIO_BYTES}`];
const VERSIONS: readonly Capability[] = [...KEY, 'work.own'];
const ADMIN: readonly Capability[] = ['admin.session'];
const MINT: readonly Capability[] = [...ADMIN, 'key.create'];

/** A key of the run's own, by name recognisable and by cleaning up short-lived. */
export function newKey(steps: Steps, members: Readonly<Record<string, unknown>> = {}): PathRequest {
  return { operation: 'createApiKey', body: { name: steps.unique(), scopes: ['works:read'], ...members } };
}

/** Creates a key and returns what was answered. */
export async function mint(
  steps: Steps,
  members: Readonly<Record<string, unknown>> = {},
  params: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, unknown>>> {
  return steps.call({ ...newKey(steps, members), params });
}

/** Creates a key, by default in the organization under test, and returns it as an identity of this name. */
export async function mintToken(
  steps: Steps,
  name: string,
  members: Readonly<Record<string, unknown>>,
  elsewhere?: string,
): Promise<{ readonly id: string; readonly made: Token }> {
  const { id, token } = await mint(steps, members, elsewhere === undefined ? {} : { organization_id: elsewhere });
  if (typeof token !== 'string') throw new SetupFailed('createApiKey answered no token');
  const organization = elsewhere ?? steps.deployment.organization;
  return { id: String(id), made: { name, value: token, ...(organization === undefined ? {} : { organization }) } };
}

/** The first request of a job, with a key under which a refusal must not be remembered: only a success is. */
const retriable =
  (kind: JobKind): Scenario['given'] =>
  async (steps) => ({ ...(await initRequest(steps, kind)), headers: { 'idempotency-key': steps.unique('key') } });

/** The keys that there are by a request's name: a refused request must have made none. */
const keysNamed: Scenario['trace'] = async (steps, ready, faulty) => {
  const names = [ready, faulty].map(({ body }) => (body as { readonly name?: unknown } | undefined)?.name);
  return (await activeKeys(steps)).filter(({ name }) => names.includes(name)).map(({ id }) => id);
};

/** Whether the key that a request names is still good: a refused request must not have revoked it. */
const isActive: Scenario['trace'] = async (steps, { params }) => {
  const keys = await activeKeys(steps, params);
  return keys.some(({ id }) => id === params?.['api_key_id']) ? 'the key is active' : 'the key is revoked';
};

/** How each operation of the ATS succeeds, and what can be seen of it. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  initWork: { needs: KEY, given: retriable(WORK) },
  prepareWork: { needs: AUDIO, given: async (steps) => prepareRequest(steps, await upload(steps, WORK)) },
  confirmWork: { needs: AUDIO, given: async (steps) => confirmRequest(steps, await prepare(steps, WORK)) },
  initVersion: { needs: VERSIONS, given: retriable(VERSION) },
  initVersionUpload: { needs: VERSIONS, given: retriable(VERSION_UPLOAD) },
  prepareVersion: { needs: VERSIONS, given: async (steps) => prepareRequest(steps, await upload(steps, VERSION)) },
  confirmVersion: { needs: VERSIONS, given: async (steps) => confirmRequest(steps, await prepare(steps, VERSION)) },
  createApiKey: { needs: MINT, given: async (steps) => newKey(steps), trace: keysNamed },
  listApiKeys: { needs: ADMIN, given: async () => ({ operation: 'listApiKeys' }) },
  revokeApiKey: {
    needs: [...MINT, 'key.revoke'],
    given: async (steps) => ({ operation: 'revokeApiKey', params: { api_key_id: String((await mint(steps))['id']) } }),
    trace: isActive,
  },
  createPartnerSession: { needs: KEY, given: async (steps) => sessionRequest(steps.unique('user')) },
  listExternalUserWorks: { needs: KEY, given: (steps) => listRequest(steps, steps.unique('user')) },
  downloadVersionFile: { needs: [...KEY, 'work.external'], given: downloadRequest },
  getTransaction: {
    needs: AUDIO,
    given: async (steps) => ({ operation: 'getTransaction', params: { transaction_id: (await confirm(steps, WORK)).transactionId } }),
  },
  trackTransaction: {
    needs: AUDIO,
    given: async (steps) => ({ operation: 'trackTransaction', params: { transaction_id: (await confirm(steps, WORK)).transactionId } }),
  },
};
