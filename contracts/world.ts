import { z } from 'zod';
import { createDeployment, type Deployment } from './deployment.js';
import type { DeploymentFile } from './deployment-schema.js';
import { TransportError, type Transport } from './types.js';

const text = z.string().min(1);

/** What a failpath mock says of its well-known world. */
const world = z.object({
  organizations: z.record(z.string(), text),
  tokens: z.record(z.string(), text),
  admin: text,
  works: z.record(z.string(), z.union([z.string(), z.number()])),
  /** The ids of these works, by the same names. */
  workIds: z.record(z.string(), text).default({}),
  externalUser: z.object({ ref: text, work: text }).optional(),
  /** File caps of keys that have one, in bytes, by the key's name. */
  limits: z.record(z.string(), z.int().positive()).default({}),
});

/** The organization that each of the world's keys belongs to, where it is not the active one. */
const OWNERS: Readonly<Record<string, string>> = { otherOrg: 'other', inactiveOrg: 'inactive', deletedOrg: 'deleted' };
/** What the world's organizations start with, and get back. */
const AMPLE_CREDITS = 1_000_000;

/**
 * Asks a URL whether it is a failpath mock with a well-known world; if so, that world is the deployment: its public
 * tokens are the identities, its admin endpoints the capabilities. `undefined` for anything else.
 *
 * @example
 * const deployment = await discoverWorld('http://127.0.0.1:4010', transport);
 */
export async function discoverWorld(url: string, transport: Transport): Promise<Deployment | undefined> {
  const base = url.replace(/\/+$/, '');
  try {
    const answer = await transport.send({ method: 'GET', url: `${base}/__admin/world`, headers: {} });
    const parsed = world.safeParse(answer.json);
    return answer.status === 200 && parsed.success ? createDeployment(describe(base, parsed.data)) : undefined;
  } catch (error) {
    if (error instanceof TransportError) return undefined;
    throw error;
  }
}

function describe(
  url: string,
  { organizations, tokens, admin, works, workIds, externalUser, limits }: z.infer<typeof world>,
): Partial<DeploymentFile> & { url: string } {
  const identity = (name: string, token: string): DeploymentFile['identities'][string] => ({
    token,
    public: true,
    organization: organizations[OWNERS[name] ?? 'active'],
    maxFileSizeBytes: limits[name],
  });
  const organization = { method: 'PUT', url: '/__admin/organizations/{{organization}}', headers: {} };
  const fault = (name: string): DeploymentFile['capabilities']['chain.fault'] => ({
    set: { method: 'PUT', url: '/__admin/faults', headers: {}, body: { [name]: true } },
    restore: { method: 'PUT', url: '/__admin/faults', headers: {}, body: { [name]: false } },
  });
  return {
    url,
    organization: organizations['active'],
    identities: {
      ...Object.fromEntries(Object.entries(tokens).map(([name, token]) => [name, identity(name, token)])),
      admin: { token: admin, public: true },
    },
    works: {
      own: works['active'],
      other: works['other'],
      external: externalUser && { externalUserRef: externalUser.ref, id: externalUser.work },
      direct: workIds['active'],
    },
    sessions: {
      // A fork: what the world is by now, with the same ids and tokens.
      open: { method: 'POST', url: '/__admin/sessions', headers: {}, body: { from: 'default', ttlSeconds: 600 } },
      close: { method: 'DELETE', url: '/__admin/sessions/{{session}}', headers: {} },
      id: '/id',
      header: 'x-failpath-session',
    },
    capabilities: {
      'clock.advance': {
        set: { method: 'POST', url: '/__admin/clock/advance', headers: {}, body: { seconds: '{{seconds}}' } },
        restore: { method: 'PUT', url: '/__admin/clock', headers: {}, body: { now: null } },
      },
      'quota.set': {
        set: { ...organization, body: { quota: { limit: '{{limit}}', used: '{{used}}' } } },
        restore: { ...organization, body: { quota: null } },
      },
      'credits.set': {
        set: { ...organization, body: { credits: '{{credits}}' } },
        restore: { ...organization, body: { credits: AMPLE_CREDITS } },
      },
      'chain.fault': fault('dryRun'),
      'commitment.fault': fault('commitment'),
      'upstream.fault': fault('upstream'),
      'submission.fault': fault('submission'),
    },
  };
}
