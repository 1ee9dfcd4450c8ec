import type { Clock } from '../types.js';
import type { MagicText } from './magic.js';
import type { Bounds, Table, Tables, WatchedTable } from '../state/index.js';
import type { Delivery, DeliverySettings } from './webhooks/delivery.js';

/** The records of the sandbox: plain JSON of a bounded size, times in milliseconds since 1970 UTC. */

export type Network = 'testnet' | 'mainnet';
export type Kind = 'register' | 'add_version';

export interface Organization {
  readonly id: string;
  readonly active: boolean;
  readonly deleted: boolean;
  readonly credits: Readonly<Record<Network, number>>;
  /** Free confirmations on testnet per month; `null` for as many as one likes. */
  readonly quota: number | null;
  /** Confirmations on testnet in the last month that had any, such as `2026-03`. */
  readonly usage: { readonly month: string; readonly count: number };
  /** `null` for the platform's own limit. */
  readonly max_keys: number | null;
}

/** Found by the SHA-256 of its token; the token itself is not kept. */
export interface Key {
  readonly id: string;
  /** Hex; the name of the record as well. */
  readonly token_sha256: string;
  readonly organization_id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly webhook_url: string | null;
  /** Must be known to sign webhooks with it, hence no hash. */
  readonly webhook_secret_base64: string;
  readonly max_file_size_bytes: number | null;
  readonly created_at: number;
  readonly last_used_at: number | null;
  readonly revoked_at: number | null;
  /** One of the well-known world, which never makes room for others. */
  readonly well_known: boolean;
}

export interface Administrator {
  readonly name: string;
}

export interface Audio {
  readonly size_bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/** One person who made a work, as lists show it. */
export interface Creator {
  readonly full_name: string;
  readonly roles: readonly string[];
}

/** What a job is about, from its init until its confirm. */
export interface Job {
  readonly id: string;
  readonly organization_id: string;
  /** The path below the organization that the job was opened under: it must go on there. */
  readonly place: string;
  readonly kind: Kind;
  readonly network: Network;
  /** The work that gets a version; `null` for a new work. */
  readonly ats_id: number | null;
  /** Over the canonical JSON of what was submitted, hex: a record stays small, however many creators there are. */
  readonly metadata_sha256: string;
  readonly external_user_ref: string | null;
  /** Of a new work; at most as long as lists show it. */
  readonly title: string;
  readonly creators: readonly Creator[];
  readonly magic: readonly MagicText[];
}

/** A job between init and prepare. */
export interface UploadSession extends Job {
  /** Whether audio has to arrive: a version may keep the file that is on chain. */
  readonly needs_upload: boolean;
  /** `null` until the upload is complete. */
  readonly audio: Audio | null;
  readonly expires_at: number;
}

/** One upload URL, found by the SHA-256 of its opaque token. */
export interface UploadUrl {
  readonly job_id: string;
  readonly expires_at: number;
  readonly used_at: number | null;
}

export interface Fees {
  readonly network: number;
  readonly deposit: number;
  readonly service: number;
  readonly storage: number;
  readonly total: number;
}

/** A job between prepare and confirm. */
export interface Quote extends Job {
  readonly audio: Audio;
  readonly commitment: string;
  readonly fees: Fees;
  readonly expires_at: number;
}

/** What has become of a job whose upload session or quote is gone. */
export interface Spent {
  readonly prepared_at: number;
  readonly confirmed_at: number | null;
}

export interface Work {
  /** The id of the job that registered it, a UUID. */
  readonly id: string;
  readonly ats_id: number;
  readonly organization_id: string;
  readonly external_user_ref: string | null;
  readonly network: Network;
  readonly title: string;
  /** How many versions were confirmed, the registration included. */
  readonly versions: number;
  readonly audio: Audio;
  /** Of the job that registered it. */
  readonly magic: readonly MagicText[];
  readonly created_at: number;
  /** From when on the chain has it. */
  readonly on_chain_at: number;
  /** One of the well-known world, which never makes room for others. */
  readonly well_known: boolean;
}

/** What one confirmed submission has made of a work; found by `versionId`. */
export interface Version {
  /** The registration is 1. */
  readonly number: number;
  readonly network: Network;
  readonly transaction_id: string;
  readonly audio: Audio;
  readonly commitment: string;
  readonly creators: readonly Creator[];
  readonly created_at: number;
  /** From when on the chain has it. */
  readonly on_chain_at: number;
  /** One of the well-known world, which never makes room for others. */
  readonly well_known: boolean;
}

/** Leads to a work from another of its names. */
export interface WorkLink {
  readonly ats_id: number;
  readonly well_known: boolean;
}

/** An external user of an organization who has works; found by `userId`. */
export interface ExternalUser {
  /** How many works were confirmed for the user, on all networks. */
  readonly works: number;
  readonly well_known: boolean;
}

/** One download URL, found by the SHA-256 of its opaque token. */
export interface DownloadUrl {
  readonly ats_id: number;
  readonly version: number;
  readonly file: 'audio' | 'certificate';
  readonly expires_at: number;
}

/** Its steps are not kept: they follow from `created_at` and the clock. */
export interface Transaction {
  readonly id: string;
  readonly kind: Kind;
  readonly network: Network;
  readonly organization_id: string;
  readonly api_key_id: string | null;
  readonly external_user_ref: string | null;
  readonly ats_id: number;
  readonly magic: readonly MagicText[];
  /** Why it will end as failed, decided when it was confirmed; `null` for one that will complete. */
  readonly fails: string | null;
  readonly created_at: number;
}

/** An answer that an Idempotency-Key brings back. */
export interface RememberedAnswer {
  /** Of operation, path and body, hex. */
  readonly fingerprint: string;
  /** The very text that was answered. */
  readonly body: string;
  readonly answered_at: number;
  readonly expires_at: number;
}

/** What makes the dependencies below the API fail. */
export interface Faults {
  /** The chain refuses every rehearsal; a text is its reason. */
  readonly dryRun: boolean | string;
  /** The service's own commitment fails its check. */
  readonly commitment: boolean;
  /** An upstream is down. */
  readonly upstream: boolean;
  /** Confirmations are shed under load. */
  readonly shed: boolean;
  /** What is confirmed is refused by the chain later on; a text is its reason. */
  readonly submission: boolean | string;
}

export interface State {
  readonly organizations: Table<Organization>;
  readonly keys: Table<Key>;
  readonly administrators: Table<Administrator>;
  readonly uploadSessions: Table<UploadSession>;
  readonly uploadUrls: Table<UploadUrl>;
  readonly quotes: Table<Quote>;
  readonly spent: Table<Spent>;
  readonly works: Table<Work>;
  readonly versions: Table<Version>;
  /** By the id of the work. */
  readonly workLinks: Table<WorkLink>;
  readonly externalUsers: Table<ExternalUser>;
  /** By external user and number, 1 for the user's first work. */
  readonly externalWorks: Table<WorkLink>;
  readonly downloadUrls: Table<DownloadUrl>;
  /** What this world signs with, in base64. */
  readonly secrets: Table<string>;
  readonly transactions: Table<Transaction>;
  readonly deliveries: WatchedTable<Delivery>;
  readonly deliverySettings: WatchedTable<DeliverySettings>;
  readonly answers: Table<RememberedAnswer>;
  readonly counters: Table<number>;
  readonly faults: Table<Faults>;
}

export const NO_FAULTS: Faults = Object.freeze({ dryRun: false, commitment: false, upstream: false, shed: false, submission: false });

/** How long something that has ended is kept, so that the mock can say what became of it. */
const GRACE = 24 * 60 * 60 * 1000;

/** Of what each job leaves behind: enough for any test under load, and some ten MB per table. */
const MANY = 20_000;

const ended = ({ expires_at }: { readonly expires_at: number }, now: number): boolean => now > expires_at + GRACE;
const expendable = ({ well_known }: { readonly well_known: boolean }): boolean => !well_known;

type RecordOf<Of> = Of extends Table<infer Record> ? Record : never;

/** Of all worlds, which are many. */
const BOUNDS: { readonly [Name in keyof State]: Bounds<RecordOf<State[Name]>> } = {
  organizations: { capacity: 1_000 },
  keys: { capacity: 10_000, expendable: ({ revoked_at, well_known }) => revoked_at !== null && !well_known },
  administrators: { capacity: 100 },
  uploadSessions: { capacity: MANY, over: ended },
  uploadUrls: { capacity: MANY, over: ended },
  quotes: { capacity: MANY, over: ended },
  spent: { capacity: MANY, over: ({ prepared_at }, now) => now > prepared_at + GRACE },
  works: { capacity: MANY, expendable },
  versions: { capacity: MANY, expendable },
  workLinks: { capacity: MANY, expendable },
  externalUsers: { capacity: MANY, expendable },
  externalWorks: { capacity: MANY, expendable },
  downloadUrls: { capacity: MANY, over: ended },
  secrets: { capacity: 10 },
  transactions: { capacity: MANY, over: ({ created_at }, now) => now > created_at + 7 * GRACE },
  deliveries: { capacity: MANY, over: ({ occurs_at }, now) => now > occurs_at + 7 * GRACE },
  deliverySettings: { capacity: 1 },
  answers: { capacity: MANY, over: ended },
  counters: { capacity: 100 },
  faults: { capacity: 1 },
};

/**
 * The tables of the sandbox. What has expired is swept as new records come; whatever a client does, a table stays within
 * its capacity.
 *
 * @example
 * const state = createState(clock, new Records());
 * state.organizations.put(organization.id, organization);
 */
export function createState(clock: Pick<Clock, 'now'>, tables: Tables): State {
  return {
    organizations: tables.table('organizations', BOUNDS.organizations, clock),
    keys: tables.table('keys', BOUNDS.keys, clock),
    administrators: tables.table('administrators', BOUNDS.administrators, clock),
    uploadSessions: tables.table('uploadSessions', BOUNDS.uploadSessions, clock),
    uploadUrls: tables.table('uploadUrls', BOUNDS.uploadUrls, clock),
    quotes: tables.table('quotes', BOUNDS.quotes, clock),
    spent: tables.table('spent', BOUNDS.spent, clock),
    works: tables.table('works', BOUNDS.works, clock),
    versions: tables.table('versions', BOUNDS.versions, clock),
    workLinks: tables.table('workLinks', BOUNDS.workLinks, clock),
    externalUsers: tables.table('externalUsers', BOUNDS.externalUsers, clock),
    externalWorks: tables.table('externalWorks', BOUNDS.externalWorks, clock),
    downloadUrls: tables.table('downloadUrls', BOUNDS.downloadUrls, clock),
    secrets: tables.table('secrets', BOUNDS.secrets, clock),
    transactions: tables.table('transactions', BOUNDS.transactions, clock),
    deliveries: tables.table('deliveries', BOUNDS.deliveries, clock),
    deliverySettings: tables.table('deliverySettings', BOUNDS.deliverySettings, clock),
    answers: tables.table('answers', BOUNDS.answers, clock),
    counters: tables.table('counters', BOUNDS.counters, clock),
    faults: tables.table('faults', BOUNDS.faults, clock),
  };
}
