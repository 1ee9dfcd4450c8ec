import { stringify } from 'yaml';
import type { Mock } from '../../mocks/index.js';
import { temporaryFile } from './cli.js';

/** A deployment file for a sandbox, and the environment that it is filled in from. */
export interface DeploymentFixture {
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Describes a sandbox as a team would describe its staging: every token is a secret from the environment, shared state
 * is moved by calls that need a token themselves.
 *
 * @param url Where the sandbox is seen from, such as the address of a proxy.
 */
export function describeSandbox({ world, adminToken = '' }: Mock, url: string): DeploymentFixture {
  const env: Record<string, string> = { STAGING_OPERATOR: adminToken };
  const secret = (name: string, value: string): string => {
    const variable = `STAGING_${name.replace(/[A-Z]/g, '_$&').toUpperCase()}`;
    env[variable] = value;
    return `\${${variable}}`;
  };
  const owners: Readonly<Record<string, string>> = {
    otherOrg: world.organizations.other,
    inactiveOrg: world.organizations.inactive,
    deletedOrg: world.organizations.deleted,
  };
  const call = (method: string, path: string, body: unknown): object => ({
    method,
    url: path,
    headers: { authorization: 'Bearer ${STAGING_OPERATOR}' },
    body,
  });
  const fault = (name: string): object => ({
    set: call('PUT', '/__admin/faults', { [name]: true }),
    restore: call('PUT', '/__admin/faults', { [name]: false }),
  });
  const organization = '/__admin/organizations/{{organization}}';
  const identities = Object.entries(world.tokens).map(([name, token]) => [
    name,
    {
      token: secret(name, token),
      ...(owners[name] === undefined ? {} : { organization: owners[name] }),
      ...(name === 'smallFiles' ? { maxFileSizeBytes: world.limits.smallFiles } : {}),
    },
  ]);
  const file = {
    url,
    organization: world.organizations.active,
    identities: { ...Object.fromEntries(identities), admin: secret('admin', world.admin) },
    works: {
      own: world.works.active,
      other: world.works.other,
      external: { externalUserRef: world.externalUser.ref, id: world.externalUser.work },
      direct: world.workIds.active,
    },
    capabilities: {
      'clock.advance': {
        set: call('POST', '/__admin/clock/advance', { seconds: '{{seconds}}' }),
        restore: call('PUT', '/__admin/clock', { now: null }),
      },
      'quota.set': {
        set: call('PUT', organization, { quota: { limit: '{{limit}}', used: '{{used}}' } }),
        restore: call('PUT', organization, { quota: null }),
      },
      'credits.set': {
        set: call('PUT', organization, { credits: '{{credits}}' }),
        restore: call('PUT', organization, { credits: 1_000_000 }),
      },
      'chain.fault': fault('dryRun'),
      'commitment.fault': fault('commitment'),
      'upstream.fault': fault('upstream'),
    },
  };
  return { file: temporaryFile('deployment.yaml', stringify(file)), env };
}
