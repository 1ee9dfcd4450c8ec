/** What is done to a world, named in full: each is one request. */

export type Network = 'testnet' | 'mainnet';

/** With whose credential, below which organization's path. */
export interface Caller {
  /** `undefined` for no credential at all. */
  readonly token: string | undefined;
  readonly organization: string;
}

/** Opens a job, for a new work or for a version of one. */
export interface Init extends Caller {
  readonly kind: 'init';
  /** The work that gets a version; `null` for a new work. */
  readonly atsId: number | null;
  /** Whether audio is to be uploaded; a new work always has some. */
  readonly upload: boolean;
  readonly network: Network;
  /** Of a new work. */
  readonly ref: string | null;
  readonly idempotencyKey: string | null;
  /** Whether the list of creators is empty, which is refused. */
  readonly flawed: boolean;
}

export interface Step extends Caller {
  readonly kind: 'prepare' | 'confirm';
  readonly atsId: number | null;
  readonly job: string;
}

export interface Upload {
  readonly kind: 'upload';
  readonly url: string;
  readonly bytes: number;
}

export interface CreateKey extends Caller {
  readonly kind: 'createKey';
  readonly scopes: readonly string[];
  /** Bytes. */
  readonly maxFileSize: number | null;
}

export interface RevokeKey extends Caller {
  readonly kind: 'revokeKey';
  readonly id: string;
}

export interface ListKeys extends Caller {
  readonly kind: 'listKeys';
}

export interface OpenSession extends Caller {
  readonly kind: 'openSession';
  readonly ref: string;
}

export interface ListWorks extends Caller {
  readonly kind: 'listWorks';
  readonly ref: string;
  readonly network: Network;
}

export interface Download extends Caller {
  readonly kind: 'download';
  readonly ref: string;
  readonly work: string;
  readonly version: number;
  readonly file: 'audio' | 'certificate';
}

export interface Fetch {
  readonly kind: 'fetch';
  readonly url: string;
}

export interface GetTransaction {
  readonly kind: 'transaction';
  readonly id: string;
}

export interface SetFaults {
  readonly kind: 'faults';
  readonly faults: Readonly<Record<'upstream' | 'shed' | 'dryRun' | 'commitment' | 'submission', boolean>>;
}

export interface Settings {
  readonly credits?: Readonly<Record<Network, number>>;
  readonly quota?: { readonly limit: number; readonly used: number } | null;
  readonly active?: boolean;
  readonly maxKeys?: number | null;
}

export interface SetOrganization {
  readonly kind: 'organization';
  readonly id: string;
  /** Nothing is changed without it. */
  readonly settings: Settings | null;
}

export interface Advance {
  readonly kind: 'advance';
  readonly seconds: number;
}

export interface Reset {
  readonly kind: 'reset';
}

export type Action =
  | Init
  | Step
  | Upload
  | CreateKey
  | RevokeKey
  | ListKeys
  | OpenSession
  | ListWorks
  | Download
  | Fetch
  | GetTransaction
  | SetFaults
  | SetOrganization
  | Advance
  | Reset;

/** The same as a request. */
export interface Sent {
  /** A path of the API, one of the control API, or a URL of the storage. */
  readonly to: 'api' | 'admin' | 'storage';
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const CREATORS = [
  { full_name: 'Ada Brandt', email: 'ada@example.org', roles: { author: true, composer: false, arranger: false, adapter: false } },
];

export function requestOf(action: Action): Sent {
  switch (action.kind) {
    case 'init':
      return init(action);
    case 'prepare':
    case 'confirm':
      return api('POST', action, `${placeOf(action.atsId)}/${action.kind}`, { job_id: action.job });
    case 'upload':
      return { to: 'storage', method: 'PUT', path: action.url, headers: {}, body: new Uint8Array(action.bytes) };
    case 'createKey': {
      const max = action.maxFileSize === null ? {} : { max_file_size_bytes: action.maxFileSize };
      return api('POST', action, 'api-keys', { name: 'Trial', scopes: action.scopes, ...max });
    }
    case 'listKeys':
      return api('GET', action, 'api-keys');
    case 'revokeKey':
      return api('DELETE', action, `api-keys/${action.id}`);
    case 'openSession':
      return api('POST', action, 'partner-sessions', { external_user_ref: action.ref });
    case 'listWorks':
      return api('GET', action, `external-users/${action.ref}/works?network=${action.network}&first=100`);
    case 'download':
      return api('GET', action, `external-users/${action.ref}/works/${action.work}/versions/${action.version}/download/${action.file}`);
    case 'fetch':
      return { to: 'storage', method: 'GET', path: action.url, headers: {} };
    case 'transaction':
      return { to: 'api', method: 'GET', path: `/v1/transactions/${action.id}`, headers: {} };
    case 'faults':
      return admin('PUT', '/faults', action.faults);
    case 'organization':
      return admin(action.settings === null ? 'GET' : 'PUT', `/organizations/${action.id}`, action.settings ?? undefined);
    case 'advance':
      return admin('POST', '/clock/advance', { seconds: action.seconds });
  }
  // What is left is a reset.
  return admin('POST', '/reset');
}

/** Where the jobs of a work are, below the organization. */
export function placeOf(atsId: number | null): string {
  return atsId === null ? 'works' : `works/${atsId}/versions`;
}

function init(action: Init): Sent {
  const { atsId, upload, network, ref, flawed, idempotencyKey } = action;
  const body = {
    network,
    creators: flawed ? [] : CREATORS,
    ...(upload ? { filename: 'harbour.wav' } : {}),
    ...(atsId === null ? { title: 'Harbour Lights' } : {}),
    ...(atsId === null && ref !== null ? { external_user_ref: ref } : {}),
  };
  const sent = api('POST', action, `${placeOf(atsId)}/${atsId !== null && upload ? 'init-upload' : 'init'}`, body);
  return idempotencyKey === null ? sent : { ...sent, headers: { ...sent.headers, 'idempotency-key': idempotencyKey } };
}

function api(method: string, { token, organization }: Caller, path: string, body?: unknown): Sent {
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  return { to: 'api', method, path: `/v1/organizations/${organization}/${path}`, headers, body };
}

function admin(method: string, path: string, body?: unknown): Sent {
  return { to: 'admin', method, path, headers: {}, body };
}
