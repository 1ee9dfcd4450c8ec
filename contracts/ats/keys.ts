import type { Steps } from '../steps.js';
import type { Leftover } from '../suite.js';
import type { PathRequest } from '../types.js';

/** What the suite needs to know of a key. */
export interface Key {
  readonly id: string;
  readonly name: string;
}

/** Every name that any run gives begins so. */
const NAMES = /^failpath-[0-9a-f]+-/;

/** The keys of the organization that are not revoked; `params` may name another one. */
export async function activeKeys(steps: Steps, params: PathRequest['params'] = {}): Promise<readonly Key[]> {
  const answer: unknown = await steps.call({ operation: 'listApiKeys', params });
  if (!Array.isArray(answer)) return [];
  return (answer as Readonly<Record<string, unknown>>[])
    .filter((key) => key['revoked_at'] === null || key['revoked_at'] === undefined)
    .map((key) => ({ id: String(key['id']), name: String(key['name']) }));
}

/** How many keys the organization may have. */
export function keyLimit(steps: Steps): number {
  return steps.deployment.keysPerOrganization ?? steps.contract.limits['keys_per_organization']?.value ?? Infinity;
}

export function revocation(id: string, params: Readonly<Record<string, string>> = {}): PathRequest {
  return { operation: 'revokeApiKey', params: { ...params, api_key_id: id } };
}

/** Keys that runs before this one made and could not revoke. */
export async function leftoverKeys(steps: Steps): Promise<readonly Leftover[]> {
  return keysNamed(steps, (name) => NAMES.test(name) && !name.startsWith(steps.namesBegin));
}

/** Keys of this run that nobody remembers: their making was never answered. */
export async function lostKeys(steps: Steps): Promise<readonly Leftover[]> {
  return keysNamed(steps, (name) => name.startsWith(steps.namesBegin));
}

async function keysNamed(steps: Steps, isMeant: (name: string) => boolean): Promise<readonly Leftover[]> {
  if (!steps.can('admin.session')) return [];
  return (await activeKeys(steps))
    .filter(({ name }) => isMeant(name))
    .map(({ id, name }) => ({
      what: `API key ${name}`,
      remove: async () => {
        await steps.call(revocation(id));
      },
    }));
}
