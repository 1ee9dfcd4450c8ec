import type { Tables } from '../state/index.js';
import { sha256 } from './digest.js';
import { lastAtsId, setLastAtsId } from './effects/confirm.js';
import { newWebhookSecret, putKey, TOKEN_PREFIX } from './keys.js';
import { mintSecrets, SECRETS } from './secrets.js';
import { seedVersions, seedWork } from './seed-works.js';
import type { Service } from './service.js';
import type { Key, Organization, State } from './state.js';

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

/** The numbers of the organizations; without a tag the first digits say which it is. */
const ORGANIZATIONS = { active: 'ac71fe00', other: '07e40000', inactive: '19ac71fe', deleted: 'de1e7ed0' } as const;

const TOKENS = {
  active: '01',
  registerOnly: '02',
  updateOnly: '03',
  readOnly: '04',
  revoked: '05',
  otherOrg: '06',
  inactiveOrg: '07',
  deletedOrg: '08',
  smallFiles: '09',
  otherKeySameOrg: '10',
} as const;

const ADMINISTRATOR = 'administrator-session-of-';

/** What follows the tag in a well-known token. */
function tokenEnd(number: string, tag: string): string {
  return `5afe${number}`.padEnd(48 - tag.length, '0');
}

const namesByEnd = (tag: string): ReadonlyMap<string, string> =>
  new Map(Object.entries(TOKENS).map(([name, number]) => [tokenEnd(number, tag), name]));
/** Of the mock's own world, and of those with a tag. */
const UNTAGGED = namesByEnd('');
const TAGGED = namesByEnd('x'.repeat(12));

/**
 * Whose well-known token it is in a world: the name of a key, or `admin`.
 *
 * @example
 * holderOf(worldOf().tokens.revoked); // 'revoked'
 */
export function holderOf(token: string, tag: string = ''): string | undefined {
  const start = `${TOKEN_PREFIX}${tag}`;
  if (token.startsWith(start)) return (tag === '' ? UNTAGGED : TAGGED).get(token.slice(start.length));
  return token.startsWith(ADMINISTRATOR) && token === worldOf(tag).admin ? 'admin' : undefined;
}

/**
 * The well-known world of a sandbox. Without a tag its ids and tokens are public fixtures, the same at every start; with one they lead
 * back to the world that they belong to.
 *
 * @example
 * worldOf().tokens.active; // 'afo_sk_live_5afe010000…'
 * worldOf('5e550000002a').tokens.active; // 'afo_sk_live_5e550000002a5afe010000…'
 *
 * @param tag 12 hexadecimal digits.
 */
export function worldOf(tag: string = ''): AtsWorld {
  const uuid = (start: string, number: number): string => {
    const [first, second] = tag === '' ? [start, '0000'] : [tag.slice(0, 8), tag.slice(8)];
    return `${first}-${second}-4000-8000-${String(number).padStart(12, '0')}`;
  };
  const workId = (atsId: number): string => uuid('f11e0000', atsId);
  // The hex digits go on with `5afe` and the number: safe to publish, and told apart by their prefix.
  const token = (number: string): string => `${TOKEN_PREFIX}${tag}${tokenEnd(number, tag)}`;
  const mapped = <Key extends string>(of: Readonly<Record<Key, string>>, make: (value: string, index: number) => string) =>
    Object.fromEntries(Object.entries<string>(of).map(([key, value], index) => [key, make(value, index)])) as Record<Key, string>;
  return {
    organizations: mapped(ORGANIZATIONS, (start, index) => uuid(start, index + 1)),
    tokens: mapped(TOKENS, token),
    admin: `${ADMINISTRATOR}${tag === '' ? 'the-well-known-world' : tag}`,
    works: { active: 1001, other: 1002 },
    workIds: { active: workId(1001), other: workId(1002) },
    externalUser: { ref: 'artist-2207', work: workId(1000), atsId: 1000 },
    limits: { smallFiles: 64 * 1024 },
  };
}

/** That of a mock's own world. */
export const WORLD: AtsWorld = worldOf();

const ALL_SCOPES = ['works:register', 'works:update', 'works:read'];
const EACH_SCOPE = ALL_SCOPES.map((scope) => [scope]);
/** Records are never changed, so that all worlds may share these. */
const AMPLE = { testnet: 1_000_000, mainnet: 1_000_000 } as const;
const NO_USAGE = { month: '', count: 0 } as const;

/** Tables of the well-known world that are filled together. */
interface Part {
  readonly tables: readonly (keyof State)[];
  /** How many values of the mint it takes. */
  readonly draws: number;
  fill(service: Seeded, world: AtsWorld, now: number): void;
}

type Seeded = Pick<Service, 'state' | 'mint'>;

const PARTS: readonly Part[] = [
  { tables: ['organizations'], draws: 0, fill: seedOrganizations },
  { tables: ['administrators'], draws: 0, fill: seedAdministrator },
  { tables: ['keys'], draws: 2 * Object.keys(TOKENS).length, fill: seedKeys },
  { tables: ['works', 'workLinks', 'versions', 'externalUsers', 'externalWorks'], draws: 0, fill: seedWorks },
  { tables: ['counters'], draws: 0, fill: seedCounters },
  { tables: ['secrets'], draws: SECRETS, fill: mintSecrets },
];
const TABLES = PARTS.map(({ tables }) => tables);
const DRAWS = PARTS.reduce((sum, { draws }) => sum + draws, 0);

/**
 * Puts the well-known world into empty tables.
 *
 * @example
 * seedWorld(service, WORLD, clock.now());
 */
export function seedWorld(service: Seeded, world: AtsWorld, now: number): void {
  for (const part of PARTS) part.fill(service, world, now);
}

/**
 * The same for tables that nobody else keeps: each part is made when somebody looks at it, and is what it would have been.
 *
 * @example
 * beginWorld(service, records, '5e550000002a', clock.now());
 */
export function beginWorld({ state, mint }: Seeded, tables: Tables, tag: string | undefined, now: number): void {
  const first = mint.reserve(DRAWS);
  tables.begin(TABLES, (group) => {
    const at = TABLES.indexOf(group);
    const before = PARTS.slice(0, at).reduce((sum, { draws }) => sum + draws, 0);
    PARTS[at]?.fill({ state, mint: mint.from(first + before) }, worldOf(tag), now);
  });
}

function seedOrganizations({ state }: Seeded, { organizations }: AtsWorld): void {
  for (const [name, id] of Object.entries(organizations)) state.organizations.put(id, organizationNamed(name, id));
}

function seedAdministrator({ state }: Seeded, { admin }: AtsWorld): void {
  state.administrators.put(sha256(admin), { name: 'administrator' });
}

function seedKeys({ state, mint }: Seeded, { organizations, tokens, limits }: AtsWorld, now: number): void {
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
  for (const [index, name] of (['registerOnly', 'updateOnly', 'readOnly'] as const).entries())
    add(name, organizations.active, EACH_SCOPE[index] ?? []);
  add('revoked', organizations.active, ALL_SCOPES, { revoked_at: now });
  add('otherOrg', organizations.other, ALL_SCOPES);
  add('inactiveOrg', organizations.inactive, ALL_SCOPES);
  add('deletedOrg', organizations.deleted, ALL_SCOPES);
  add('smallFiles', organizations.active, ALL_SCOPES, { max_file_size_bytes: limits.smallFiles });
  add('otherKeySameOrg', organizations.active, ALL_SCOPES);
}

function seedWorks({ state }: Seeded, { organizations, works, workIds, externalUser }: AtsWorld): void {
  for (const name of ['active', 'other'] as const) {
    const work = { id: workIds[name], ats_id: works[name], organization_id: organizations[name] };
    seedWork(state, { ...work, title: `The work of ${name}`, external_user_ref: null, audio: { size_bytes: 44, sha256: sha256(name) } });
  }
  const { ref, work, atsId } = externalUser;
  seedVersions(state, { id: work, ats_id: atsId, organization_id: organizations.active, external_user_ref: ref });
}

function seedCounters({ state }: Seeded, { works }: AtsWorld): void {
  setLastAtsId(state, Math.max(lastAtsId(state), ...Object.values(works)));
}

function organizationNamed(name: string, id: string): Organization {
  return {
    id,
    active: name !== 'inactive',
    deleted: name === 'deleted',
    credits: AMPLE,
    quota: null,
    usage: NO_USAGE,
    max_keys: null,
  };
}
