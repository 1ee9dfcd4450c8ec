import { sha256 } from './digest.js';
import { lastAtsId, setLastAtsId } from './effects/confirm.js';
import { newWebhookSecret, putKey, TOKEN_PREFIX } from './keys.js';
import { mintSecrets } from './secrets.js';
import { seedVersions, seedWork } from './seed-works.js';
import type { Service } from './service.js';
import type { Key, Organization } from './state.js';

/** What every start of the sandbox has: a client can reach most failures with nothing but one of these tokens. */
export interface AtsWorld {
  /** UUIDs. */
  readonly organizations: {
    readonly active: string;
    readonly other: string;
    readonly inactive: string;
    readonly deleted: string;
  };
  /** API keys; public fixtures, the same at every start. Those without a name of an organization belong to `active`. */
  readonly tokens: {
    /** Every scope. */
    readonly active: string;
    readonly registerOnly: string;
    readonly updateOnly: string;
    readonly readOnly: string;
    readonly revoked: string;
    /** Every scope, in the organization `other`. */
    readonly otherOrg: string;
    readonly inactiveOrg: string;
    readonly deletedOrg: string;
    /** Every scope, audio up to `limits.smallFiles` only. */
    readonly smallFiles: string;
    /** Every scope. */
    readonly otherKeySameOrg: string;
  };
  /** The administrator's session token. */
  readonly admin: string;
  /** One registered work's `ats_id` in each organization. */
  readonly works: { readonly active: number; readonly other: number };
  /** The ids of these works, UUIDs. */
  readonly workIds: { readonly active: string; readonly other: string };
  /** A user of the organization `active` who has one work, with two versions, on testnet; `work` is its id, a UUID. */
  readonly externalUser: { readonly ref: string; readonly work: string; readonly atsId: number };
  /** Bytes. */
  readonly limits: { readonly smallFiles: number };
}

/** The 48 hex digits begin with `5afe` and the number: safe to publish, and told apart by their prefix. */
const token = (number: string): string => `${TOKEN_PREFIX}5afe${number.padEnd(44, '0')}`;

export const WORLD: AtsWorld = {
  organizations: {
    active: 'ac71fe00-0000-4000-8000-000000000001',
    other: '07e40000-0000-4000-8000-000000000002',
    inactive: '19ac71fe-0000-4000-8000-000000000003',
    deleted: 'de1e7ed0-0000-4000-8000-000000000004',
  },
  tokens: {
    active: token('01'),
    registerOnly: token('02'),
    updateOnly: token('03'),
    readOnly: token('04'),
    revoked: token('05'),
    otherOrg: token('06'),
    inactiveOrg: token('07'),
    deletedOrg: token('08'),
    smallFiles: token('09'),
    otherKeySameOrg: token('10'),
  },
  admin: 'administrator-session-of-the-well-known-world',
  works: { active: 1001, other: 1002 },
  workIds: { active: 'f11e0000-0000-4000-8000-000000001001', other: 'f11e0000-0000-4000-8000-000000001002' },
  externalUser: { ref: 'artist-2207', work: 'f11e0000-0000-4000-8000-000000001000', atsId: 1000 },
  limits: { smallFiles: 64 * 1024 },
};

const ALL_SCOPES = ['works:register', 'works:update', 'works:read'];
const AMPLE_CREDITS = 1_000_000;

/**
 * Puts the well-known world into empty tables.
 *
 * @example
 * seedWorld({ state: createState(clock), mint }, clock.now());
 */
export function seedWorld({ state, mint }: Pick<Service, 'state' | 'mint'>, now: number): void {
  const { organizations, tokens, works } = WORLD;
  for (const [name, id] of Object.entries(organizations)) state.organizations.put(id, organizationNamed(name, id));
  state.administrators.put(sha256(WORLD.admin), { name: 'administrator' });

  const add = (name: keyof typeof tokens, organization_id: string, scopes: readonly string[], more: Partial<Key> = {}): void => {
    const secret = { webhook_url: null, webhook_secret_base64: newWebhookSecret(mint) };
    putKey(
      { state, mint },
      tokens[name],
      { organization_id, name, scopes, ...secret, max_file_size_bytes: null, well_known: true, ...more },
      now,
    );
  };
  add('active', organizations.active, ALL_SCOPES);
  add('registerOnly', organizations.active, ['works:register']);
  add('updateOnly', organizations.active, ['works:update']);
  add('readOnly', organizations.active, ['works:read']);
  add('revoked', organizations.active, ALL_SCOPES, { revoked_at: now });
  add('otherOrg', organizations.other, ALL_SCOPES);
  add('inactiveOrg', organizations.inactive, ALL_SCOPES);
  add('deletedOrg', organizations.deleted, ALL_SCOPES);
  add('smallFiles', organizations.active, ALL_SCOPES, { max_file_size_bytes: WORLD.limits.smallFiles });
  add('otherKeySameOrg', organizations.active, ALL_SCOPES);

  for (const name of ['active', 'other'] as const) {
    const work = { id: WORLD.workIds[name], ats_id: works[name], organization_id: organizations[name] };
    seedWork(state, { ...work, title: `The work of ${name}`, external_user_ref: null, audio: { size_bytes: 44, sha256: sha256(name) } });
  }
  const { ref, work, atsId } = WORLD.externalUser;
  seedVersions(state, { id: work, ats_id: atsId, organization_id: organizations.active, external_user_ref: ref });
  setLastAtsId(state, Math.max(lastAtsId(state), ...Object.values(works)));
  mintSecrets({ state, mint });
}

function organizationNamed(name: string, id: string): Organization {
  return {
    id,
    active: name !== 'inactive',
    deleted: name === 'deleted',
    credits: { testnet: AMPLE_CREDITS, mainnet: AMPLE_CREDITS },
    quota: null,
    usage: { month: '', count: 0 },
    max_keys: null,
  };
}
