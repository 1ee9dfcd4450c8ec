import type { SessionWay } from './sessions.js';
import type { SharedState } from './types.js';

/** Identities that paths ask for; a suite of one's own may know others. */
export const IDENTITIES = [
  'active',
  'readOnly',
  'registerOnly',
  'revoked',
  'otherOrg',
  'inactiveOrg',
  'deletedOrg',
  'smallFiles',
  'otherKeySameOrg',
  'admin',
] as const;

/** A request to an admin or test endpoint, with `{{parameters}}`. */
export interface CallTemplate {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** State that an HTTP call brings about, and another one puts back. */
export interface HttpWay {
  readonly set: CallTemplate;
  readonly restore?: CallTemplate | undefined;
}

/** A value in a request that makes the deployment pretend. */
export interface MagicWay {
  readonly magic: {
    readonly operation?: string | undefined;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Readonly<Record<string, unknown>>;
  };
}

export interface DeploymentFile {
  url: string;
  organization?: string | undefined;
  network: 'testnet' | 'mainnet';
  allowMainnet: boolean;
  production: boolean;
  allow?: { hosts: string[]; writes: string[]; revocations: boolean } | undefined;
  identities: Record<
    string,
    string | { token: string; public: boolean; organization?: string | undefined; maxFileSizeBytes?: number | undefined }
  >;
  works: {
    own?: string | number | undefined;
    other?: string | number | undefined;
    external?: { externalUserRef: string; id: string } | undefined;
    direct?: string | undefined;
  };
  limits: {
    keysPerOrganization?: number | undefined;
    uploadTtlSeconds?: number | undefined;
    quoteTtlSeconds?: number | undefined;
    partnerSessionTtlSeconds?: number | undefined;
  };
  aged: {
    uploadSession?: string | undefined;
    versionUploadSession?: string | undefined;
    quote?: string | undefined;
    versionQuote?: string | undefined;
    partnerSession?: { token: string; public: boolean; externalUserRef: string } | undefined;
  };
  patienceSeconds: number;
  revocation: { withinSeconds: number };
  uploads: { maxBytes: number };
  capabilities: Partial<Record<SharedState, false | HttpWay | MagicWay | undefined>> & {
    'key.create'?: false | undefined;
    'key.revoke'?: false | undefined;
  };
  sessions?: SessionWay | undefined;
  simulate?: { headers: Record<string, string>; query: Record<string, string> } | undefined;
  webhooks?: { listen: string; url?: string | undefined; timeoutSeconds: number } | undefined;
  http: {
    timeoutSeconds: number;
    rate?: number | undefined;
    headers: Record<string, string>;
    ca?: string | undefined;
    proxy?: string | undefined;
  };
}

/**
 * What is wrong with a base URL; `undefined` when nothing is.
 *
 * @example
 * baseUrlProblem('https://api.example.com/?v=1'); // 'it ends in a query or a fragment, ...'
 */
export function baseUrlProblem(url: string): string | undefined {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
    return `${JSON.stringify(url.replace(/\/\/.*@/, '//...@'))} is no URL of http or https`;
  const { username, password, search, hash } = new URL(url);
  if (username !== '' || password !== '') return 'it holds a credential, which would show in reports: give it in http.headers';
  if (search !== '' || hash !== '') return 'it ends in a query or a fragment, but paths are appended to it';
  return undefined;
}
