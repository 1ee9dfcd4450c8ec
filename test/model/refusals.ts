import { requestOf, type Action, type Caller, type CreateKey, type Download, type Init, type RevokeKey, type Step } from './actions.js';
import { KEYS_PER_ORGANIZATION, keyOf, PRICE, usedOf, type Job, type Remembered, type State } from './state.js';

/** How an answer begins: a status, and the code of an error in the API's format. */
export interface Expected {
  readonly status: number;
  readonly code: string | undefined;
}

type Refusal = Expected | undefined;

/** How the model would refuse an action, in the order in which the API refuses; `undefined` for what succeeds. */
export function refusalOf(state: State, action: Action): Refusal {
  switch (action.kind) {
    case 'init':
      return init(state, action);
    case 'prepare':
      return prepare(state, action);
    case 'confirm':
      return confirm(state, action);
    case 'upload':
      return state.uploads.some(({ url, used, expires }) => url === action.url && !used && state.now < expires) ? undefined : STORAGE;
    case 'fetch':
      return state.files.some(({ url, expires }) => url === action.url && state.now < expires) ? undefined : STORAGE;
    case 'createKey':
      return createKey(state, action);
    case 'listKeys':
      return administrator(state, action);
    case 'revokeKey':
      return revokeKey(state, action);
    case 'openSession':
      return apiKey(state, action, 'works:read');
    case 'listWorks':
      return partner(state, action);
    case 'download':
      return download(state, action);
    case 'transaction':
      return upstream(state) ?? (state.transactions.some(({ id }) => id === action.id) ? undefined : no(404, 'transaction.not_found'));
  }
  // What is left belongs to the control API.
  return undefined;
}

/** Object stores have a format of their own. */
const STORAGE: Expected = { status: 403, code: undefined };
const PREFIX = 'afo_sk_live_';

function no(status: number, code: string): Expected {
  return { status, code };
}

function upstream({ faults }: State): Refusal {
  return faults.upstream ? no(503, 'common.service_unavailable') : undefined;
}

function apiKey(state: State, { token, organization }: Caller, scope: string): Refusal {
  if (token === undefined) return no(401, 'common.unauthorized');
  if (!token.startsWith(PREFIX)) return no(401, 'api_key.invalid_format');
  const key = keyOf(state, token);
  if (key === undefined) return no(401, 'api_key.not_found');
  if (key.revoked) return no(401, 'api_key.revoked');
  if (key.organization !== organization) return no(403, 'api_key.org_mismatch');
  if (state.organizations[organization]?.active !== true) return no(403, 'api_key.org_inactive');
  if (!key.scopes.includes(scope)) return no(403, 'api_key.scope_denied');
  return upstream(state);
}

function administrator(state: State, { token }: Caller): Refusal {
  return token === state.administrator ? upstream(state) : no(401, 'common.unauthorized');
}

function partner(state: State, { token, organization, ref }: Caller & { readonly ref: string }): Refusal {
  const session = state.sessions.find((one) => one.token === token && state.now < one.expires);
  if (session === undefined) return no(401, 'common.unauthorized');
  if (session.organization !== organization || session.ref !== ref) return no(403, 'common.forbidden');
  return upstream(state);
}

function init(state: State, action: Init): Refusal {
  const refused = apiKey(state, action, action.atsId === null ? 'works:register' : 'works:update');
  if (refused !== undefined) return refused;
  if (action.flawed) return no(422, 'registration.creators_required');
  const remembered = rememberedFor(state, action);
  if (remembered !== undefined && remembered.fingerprint !== fingerprintOf(action)) return no(400, 'common.bad_request');
  return ownWork(state, action);
}

/** The name of the answer that an Idempotency-Key stands for. */
export function answerIdOf(state: State, { token, idempotencyKey }: Init): string | undefined {
  return idempotencyKey === null ? undefined : `${keyOf(state, token)?.id} ${idempotencyKey}`;
}

export function rememberedFor(state: State, action: Init): Remembered | undefined {
  const remembered = state.answers[answerIdOf(state, action) ?? ''];
  return remembered !== undefined && state.now < remembered.expires ? remembered : undefined;
}

export function fingerprintOf(action: Init): string {
  const { method, path, body } = requestOf(action);
  return JSON.stringify([method, path, body]);
}

function ownWork(state: State, { atsId, organization }: Pick<Step, 'atsId' | 'organization'>): Refusal {
  if (atsId === null) return undefined;
  const work = state.works.find((one) => one.atsId === atsId);
  if (work === undefined || state.now < work.onChain) return no(404, 'work.not_found');
  return work.organization === organization ? undefined : no(403, 'work.access_forbidden');
}

function admitted(state: State, action: Step): Refusal {
  return apiKey(state, action, action.atsId === null ? 'works:register' : 'works:update') ?? ownWork(state, action);
}

/** The job of a step, if it is there in that phase and belongs where the step is taken; else how the step is refused. */
function jobOf(state: State, action: Step, phase: Job['phase'], name: 'upload_session' | 'prepared'): Job | Expected {
  const job = state.jobs[action.job];
  if (job === undefined || job.phase !== phase || state.now >= job.expires) return no(404, `registration.${name}_not_found`);
  if (job.organization !== action.organization) return no(403, `registration.${name}_forbidden`);
  return job.atsId === action.atsId ? job : no(404, `registration.${name}_not_found`);
}

function prepare(state: State, action: Step): Refusal {
  const refused = admitted(state, action);
  if (refused !== undefined) return refused;
  const job = jobOf(state, action, 'open', 'upload_session');
  if ('status' in job) return job;
  if (job.upload && (job.bytes ?? 0) === 0) return no(422, 'registration.audio_empty');
  const max = keyOf(state, action.token)?.maxFileSize ?? Infinity;
  if (job.upload && (job.bytes ?? 0) > max) return no(413, 'registration.audio_too_large');
  if (state.faults.commitment) return no(422, 'registration.commitment_invalid');
  return state.faults.dryRun ? no(422, 'registration.dry_run_failed') : undefined;
}

function confirm(state: State, action: Step): Refusal {
  if (state.faults.shed) return no(503, 'common.service_unavailable');
  const refused = admitted(state, action);
  if (refused !== undefined) return refused;
  const job = jobOf(state, action, 'prepared', 'prepared');
  if ('status' in job) return job;
  const organization = state.organizations[job.organization];
  if (organization === undefined) return undefined;
  const { limit, credits } = organization;
  if (job.network === 'testnet' && limit !== null && usedOf(organization, state.now) >= limit) return no(429, 'common.quota_exceeded');
  return credits[job.network] < priceOf(job) ? no(403, 'common.forbidden') : undefined;
}

export function priceOf({ atsId, network }: Job): number {
  return PRICE[atsId === null ? 'register' : 'add_version'][network];
}

function createKey(state: State, action: CreateKey): Refusal {
  const max = state.organizations[action.organization]?.maxKeys ?? KEYS_PER_ORGANIZATION;
  const keys = state.keys.filter(({ organization, revoked }) => organization === action.organization && !revoked);
  return administrator(state, action) ?? (keys.length < max ? undefined : no(429, 'api_key.limit_reached'));
}

function revokeKey(state: State, action: RevokeKey): Refusal {
  const isTheirs = state.keys.some(({ id, organization }) => id === action.id && organization === action.organization);
  return administrator(state, action) ?? (isTheirs ? undefined : no(404, 'common.not_found'));
}

function download(state: State, action: Download): Refusal {
  const refused = partner(state, action);
  if (refused !== undefined) return refused;
  const work = state.works.find(({ id }) => id === action.work);
  if (work === undefined || state.now < work.onChain) return no(404, 'work.not_found');
  if (work.organization !== action.organization || work.ref !== action.ref) return no(403, 'work.access_forbidden');
  const version = work.versions[action.version - 1];
  return version === undefined || state.now < version.onChain ? no(404, 'common.not_found') : undefined;
}
