import type { DeploymentFile } from './deployment-file.js';

/** A place in a deployment file, and what is wrong there. */
export interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

type Given = DeploymentFile['identities'][string];

/** Identities that stand for another organization than the one under test. */
const OTHERS = ['otherOrg', 'inactiveOrg', 'deletedOrg'] as const;

export const tokenOf = (identity: Given): string => (typeof identity === 'string' ? identity : identity.token);

/**
 * Identities that a file says differ although they are the same: every failure that one of them stands for would be judged by what
 * the other may do. Asked once variables are filled in; no message holds a secret.
 *
 * @example
 * sameIdentities(file); // [{ path: ['identities', 'revoked'], message: 'it has the secret of identities.active; ...' }]
 */
export function sameIdentities(file: Pick<DeploymentFile, 'organization' | 'identities'>): Issue[] {
  return [...sameSecrets(file), ...sameOrganizations(file)];
}

function sameSecrets({ identities }: Pick<DeploymentFile, 'identities'>): Issue[] {
  const owners = new Map<string, string>();
  return Object.entries(identities).flatMap(([name, identity]) => {
    const token = tokenOf(identity);
    const owner = owners.get(token);
    if (owner === undefined) {
      owners.set(token, name);
      return [];
    }
    const path = ['identities', name, ...(typeof identity === 'string' ? [] : ['token'])];
    return [{ path, message: `it has the secret of identities.${owner}; the two differ, so give each its own` }];
  });
}

function sameOrganizations({ identities, organization }: Pick<DeploymentFile, 'organization' | 'identities'>): Issue[] {
  const own = (identity: Given | undefined): string | undefined => (typeof identity === 'object' ? identity.organization : undefined);
  const active = own(identities['active']) ?? organization;
  if (active === undefined) return [];
  return OTHERS.flatMap((name) => {
    const identity = identities[name];
    const said = own(identity);
    // Ids are UUIDs, whose case means nothing.
    if (identity === undefined || (said ?? organization ?? '').toLowerCase() !== active.toLowerCase()) return [];
    const path = ['identities', name, ...(said === undefined ? [] : ['organization'])];
    return [{ path, message: `it has the organization of identities.active, ${active}; ${name} is of another one, so say which` }];
  });
}
