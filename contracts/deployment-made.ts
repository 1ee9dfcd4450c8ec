import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { InputError } from '../spec/index.js';
import type { Aged, Allowed, Deployment, Identity, WebhookAddress } from './deployment.js';
import type { DeploymentFile, HttpWay, MagicWay } from './deployment-file.js';
import type { SharedState } from './types.js';

/**
 * A deployment from a file that has been checked, its variables filled in.
 *
 * @example
 * toDeployment(filled, dirname(source.path), secrets);
 *
 * @throws {InputError} `deployment-invalid` when the file of certificate authorities cannot be read
 */
export function toDeployment(file: DeploymentFile, folder: string, secrets: ReadonlyMap<string, string>): Deployment {
  const identities = Object.entries(file.identities).map(([name, value]): [string, Identity] => {
    const { token, organization, maxFileSizeBytes, ...rest } = typeof value === 'string' ? { token: value, public: false } : value;
    const owner = organization ?? file.organization;
    return [
      name,
      {
        name,
        value: token,
        public: rest.public,
        ...(owner === undefined ? {} : { organization: owner }),
        ...(maxFileSizeBytes === undefined ? {} : { maxFileSizeBytes }),
      },
    ];
  });
  const ways = Object.entries(file.capabilities).filter(([, way]) => typeof way === 'object') as [SharedState, HttpWay | MagicWay][];
  const { timeoutSeconds, rate, headers, ca, proxy } = file.http;
  const allow = file.production || file.allow !== undefined ? toAllowed(file.allow) : undefined;
  return Object.freeze({
    url: file.url.replace(/\/+$/, ''),
    organization: file.organization,
    network: file.network,
    allow,
    identities: new Map(identities),
    secrets,
    works: {
      own: file.works.own?.toString(),
      other: file.works.other?.toString(),
      external: file.works.external,
      direct: file.works.direct,
    },
    keysPerOrganization: file.limits.keysPerOrganization,
    ttls: {
      uploadTtlSeconds: file.limits.uploadTtlSeconds,
      quoteTtlSeconds: file.limits.quoteTtlSeconds,
      partnerSessionTtlSeconds: file.limits.partnerSessionTtlSeconds,
    },
    aged: toAged(file.aged),
    patienceSeconds: file.patienceSeconds,
    revokedWithinSeconds: file.revocation.withinSeconds,
    largestUploadBytes: file.uploads.maxBytes,
    forbidden: new Set(Object.entries(file.capabilities).flatMap(([name, way]) => (way === false ? [name] : []))),
    ways: new Map(ways),
    // Without its permit there is only the one world.
    sessions: allow?.writes.has('sessions') === false ? undefined : file.sessions,
    simulate: file.simulate,
    webhooks: file.webhooks === undefined ? undefined : toAddress(file.webhooks),
    http: {
      timeoutMs: timeoutSeconds * 1000,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
      ...(rate === undefined ? {} : { rate }),
      ...(ca === undefined ? {} : { ca: readCa(resolve(folder, ca)) }),
      ...(proxy === undefined ? {} : { proxy }),
    },
  });
}

function toAllowed({ hosts, writes, revocations }: NonNullable<DeploymentFile['allow']> = NOTHING): Allowed {
  return Object.freeze({ hosts: new Set(hosts.map((host) => host.toLowerCase())), writes: new Set(writes), revocations });
}

const NOTHING = { hosts: [], writes: [], revocations: false };

function toAged({ uploadSession, versionUploadSession, quote, versionQuote, partnerSession }: DeploymentFile['aged']): Aged {
  const { token = '', public: isPublic = false, externalUserRef = '' } = partnerSession ?? {};
  return Object.freeze({
    uploadSession,
    versionUploadSession,
    quote,
    versionQuote,
    partnerSession: partnerSession && { token: { name: 'agedSession', value: token, public: isPublic }, externalUserRef },
  });
}

function toAddress({ listen, url, timeoutSeconds }: NonNullable<DeploymentFile['webhooks']>): WebhookAddress {
  const at = listen.lastIndexOf(':');
  const host = listen.slice(0, at).replace(/^\[|\]$/g, '');
  return Object.freeze({ listen: { host, port: Number(listen.slice(at + 1)) }, url, timeoutMs: timeoutSeconds * 1000 });
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError([
      {
        problem: 'deployment-invalid',
        what: `the certificate file ${file} cannot be read: ${(error as Error).message}`,
        why: 'Without it the deployment would not be trusted.',
        remedy: 'Correct http.ca, or the --ca option.',
      },
    ]);
  }
}
