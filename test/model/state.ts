import type { Network, SetFaults } from './actions.js';
import type { KnownWorld } from './world.js';

/**
 * The model: what a world ought to remember, as little of it as its answers depend on. It is written from the API's description and
 * shares no code with the mock. Times are in milliseconds since 1970 UTC.
 */
export interface State {
  readonly now: number;
  /** Counts what was done at once: of two things that came up in the same round, nobody knows which is the older. */
  readonly round: number;
  readonly administrator: string;
  readonly faults: SetFaults['faults'];
  readonly organizations: Readonly<Record<string, Organization>>;
  /** Oldest first. */
  readonly keys: readonly Key[];
  readonly jobs: Readonly<Record<string, Job>>;
  readonly uploads: readonly Upload[];
  readonly transactions: readonly Transaction[];
  /** Oldest first. */
  readonly works: readonly Work[];
  readonly sessions: readonly Session[];
  readonly files: readonly File[];
  /** By key and Idempotency-Key. */
  readonly answers: Readonly<Record<string, Remembered>>;
}

export interface Organization {
  readonly credits: Readonly<Record<Network, number>>;
  readonly limit: number | null;
  /** Confirmations on testnet, in the last month that had any. */
  readonly usage: { readonly month: string; readonly count: number };
  readonly active: boolean;
  readonly maxKeys: number | null;
}

export interface Key {
  readonly id: string;
  /** `undefined` where only the id is known. */
  readonly token: string | undefined;
  readonly organization: string;
  readonly scopes: readonly string[];
  readonly maxFileSize: number | null;
  readonly revoked: boolean;
  /** When it was last let in. */
  readonly usedAt: number | null;
  /** In which it was created. */
  readonly round: number;
}

export interface Job {
  readonly id: string;
  readonly organization: string;
  readonly atsId: number | null;
  readonly network: Network;
  readonly ref: string | null;
  /** Whether audio has to be uploaded. */
  readonly upload: boolean;
  readonly bytes: number | null;
  readonly phase: 'open' | 'prepared' | 'confirmed';
  /** Of the phase. */
  readonly expires: number;
}

export interface Upload {
  readonly url: string;
  readonly job: string;
  readonly expires: number;
  readonly used: boolean;
}

export interface Transaction {
  readonly id: string;
  readonly type: 'register' | 'add_version';
  /** Of the work that it is about. */
  readonly work: string;
  readonly network: Network;
  readonly fails: boolean;
  readonly created: number;
}

export interface Work {
  readonly id: string;
  /** `undefined` until an answer has told it. */
  readonly atsId: number | undefined;
  readonly organization: string;
  readonly ref: string | null;
  readonly network: Network;
  readonly onChain: number;
  /** In which it was confirmed. */
  readonly round: number;
  /** The first is version 1. */
  readonly versions: readonly { readonly onChain: number }[];
}

export interface Session {
  readonly token: string;
  readonly organization: string;
  readonly ref: string;
  readonly expires: number;
}

export interface File {
  readonly url: string;
  readonly expires: number;
}

export interface Remembered {
  readonly fingerprint: string;
  readonly text: string;
  readonly expires: number;
}

const SECOND = 1_000;
export const LIFE: Readonly<Record<'upload' | 'quote' | 'idempotency' | 'session' | 'file', number>> = {
  upload: 600 * SECOND,
  quote: 300 * SECOND,
  idempotency: 24 * 3_600 * SECOND,
  session: 3_600 * SECOND,
  file: 300 * SECOND,
};
export const BLOCK: Readonly<Record<Network, number>> = { testnet: 12 * SECOND, mainnet: 6 * SECOND };
/** Of a file of at most 10 MB, which is stored for nothing. */
export const PRICE: Readonly<Record<Transaction['type'], Readonly<Record<Network, number>>>> = {
  register: { testnet: 0, mainnet: 67 },
  add_version: { testnet: 0, mainnet: 37 },
};
export const KEYS_PER_ORGANIZATION = 10;
export const NO_FAULTS: SetFaults['faults'] = { upstream: false, shed: false, dryRun: false, commitment: false, submission: false };
const ALL_SCOPES = ['works:register', 'works:update', 'works:read'];

/** What is special about keys of the well-known world. */
const SPECIAL: Readonly<Record<string, Partial<Key>>> = {
  registerOnly: { scopes: ['works:register'] },
  updateOnly: { scopes: ['works:update'] },
  readOnly: { scopes: ['works:read'] },
  revoked: { revoked: true },
  smallFiles: { maxFileSize: 65_536 },
};

/**
 * The well-known world.
 *
 * @param listed The keys of each organization, as lists show them: their ids are new in every world.
 */
export function beginningOf(
  { organizations, tokens, admin, works, workIds, externalUser }: KnownWorld,
  listed: readonly { readonly organization: string; readonly id: string; readonly name: string }[],
  now: number,
): State {
  const { active, other } = organizations;
  const plain: Organization = {
    credits: { testnet: 1_000_000, mainnet: 1_000_000 },
    limit: null,
    usage: { month: '', count: 0 },
    active: true,
    maxKeys: null,
  };
  const known = { network: 'testnet', onChain: 0, round: 0 } as const;
  const { ref, work, atsId } = externalUser;
  return {
    now,
    round: 1,
    administrator: admin,
    faults: NO_FAULTS,
    organizations: { [active]: plain, [other]: plain },
    keys: listed.map(({ organization, id, name }, index) => ({
      id,
      token: tokens[name],
      organization,
      scopes: ALL_SCOPES,
      maxFileSize: null,
      revoked: false,
      usedAt: null,
      // One after the other, and all before anything is done.
      round: index - listed.length,
      ...SPECIAL[name],
    })),
    jobs: {},
    uploads: [],
    transactions: [],
    works: [
      { ...known, id: workIds.active, atsId: works.active, organization: active, ref: null, versions: [seeded] },
      { ...known, id: workIds.other, atsId: works.other, organization: other, ref: null, versions: [seeded] },
      { ...known, id: work, atsId, organization: active, ref, versions: [seeded, seeded] },
    ],
    sessions: [],
    files: [],
    answers: {},
  };
}

const seeded = { onChain: 0 };

/** The key of a token. */
export function keyOf({ keys }: State, token: string | undefined): Key | undefined {
  return token === undefined ? undefined : keys.find((key) => key.token === token);
}

export function monthOf(now: number): string {
  return new Date(now).toISOString().slice(0, 7);
}

/** Confirmations on testnet this month. */
export function usedOf({ usage }: Organization, now: number): number {
  return usage.month === monthOf(now) ? usage.count : 0;
}
