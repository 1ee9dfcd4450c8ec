import fc from 'fast-check';
import type { Action, Caller, Settings } from './actions.js';
import { NO_FAULTS, type Job, type Key, type State } from './state.js';

/**
 * What is to be done, before it is known which jobs and keys there will be: a kind, and rolls of dice that choose among what there is
 * then. A roll of 0 takes the plainest choice, so that what fails shrinks to something plain.
 */
export interface Intent {
  readonly does: keyof typeof RESOLVE;
  readonly rolls: readonly number[];
}

/** Done at once; the next begin when all are answered. */
export type Batch = readonly Intent[];

type Roll = <T>(choices: readonly [T, ...T[]]) => T;
type Resolve = (state: State, roll: Roll) => Action;

const REFS = ['user-1', 'user-2', 'artist-2207'] as const;
const UNKNOWN_KEY = `afo_sk_live_${'0'.repeat(48)}`;
const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

const RESOLVE = {
  /** The next step of a job, whatever that is: most of what happens is this. */
  proceed: (state: State, roll: Roll): Action => {
    const jobs = Object.values(state.jobs).toReversed();
    const underWay = jobs.filter(({ phase, expires, bytes }) => phase !== 'confirmed' && state.now < expires && bytes !== 0);
    const job = roll<Job | undefined>([...orElse(underWay, undefined), ...underWay, ...underWay, jobs[0], undefined]);
    if (job === undefined) return openJob(state, roll);
    if (isBroken(state) && roll([true, true, false])) return { kind: 'faults', faults: NO_FAULTS };
    const isInactive = state.organizations[job.organization]?.active === false;
    if (isInactive && roll([true, true, false])) return { kind: 'organization', id: job.organization, settings: { active: true } };
    const upload = state.uploads.find((one) => one.job === job.id && !one.used);
    if (job.phase === 'open' && upload !== undefined) return { kind: 'upload', url: upload.url, bytes: roll(often(5, 8, 0, 70_000)) };
    const { organization, atsId, id } = job;
    const good = goodKey(state, organization);
    const keys = state.keys.filter((key) => key.organization === organization && key.token !== undefined);
    const token = roll(often<Key | undefined>(20, good, ...keys))?.token;
    return { kind: job.phase === 'open' ? 'prepare' : 'confirm', token, organization, atsId, job: id };
  },
  init: openJob,
  initVersion: (state: State, roll: Roll): Action => ({
    kind: 'init',
    ...caller(state, roll),
    atsId: atsIdOf(state, roll),
    upload: roll([false, true]),
    network: roll(['testnet', 'mainnet']),
    ref: null,
    idempotencyKey: roll([null, null, 'order-1', 'order-2']),
    flawed: false,
  }),
  /** A step that need not be the next one, of whoever. */
  stray: (state: State, roll: Roll): Action => {
    const job = roll(orElse<Job | undefined>(Object.values(state.jobs), undefined));
    const atsId = roll([job?.atsId ?? null, null, 1001, 1002, 999_999_999]);
    return { kind: roll(['confirm', 'prepare']), ...caller(state, roll), atsId, job: roll([job?.id ?? UNKNOWN_ID, UNKNOWN_ID]) };
  },
  upload: (state: State, roll: Roll): Action => {
    const url = roll(orElse(state.uploads, undefined))?.url ?? `http://127.0.0.1/__storage/${'0'.repeat(64)}`;
    return { kind: 'upload', url, bytes: roll([8, 0, 70_000]) };
  },
  createKey: (state: State, roll: Roll): Action => ({
    kind: 'createKey',
    ...administrator(state, roll),
    scopes: roll([['works:register'], ['works:register', 'works:update', 'works:read'], ['works:read']]),
    maxFileSize: roll([null, 100]),
  }),
  listKeys: (state: State, roll: Roll): Action => ({ kind: 'listKeys', ...administrator(state, roll) }),
  revokeKey: (state: State, roll: Roll): Action => {
    const { organization, ...admin } = administrator(state, roll);
    const keys = state.keys.filter((key) => key.organization === organization).toReversed();
    const id = roll([roll(orElse(keys, undefined))?.id ?? UNKNOWN_ID, roll(orElse(state.keys, undefined))?.id ?? UNKNOWN_ID, UNKNOWN_ID]);
    return { kind: 'revokeKey', ...admin, organization, id };
  },
  openSession,
  listWorks: (state: State, roll: Roll): Action => {
    if (state.sessions.length === 0 && roll([true, true, false])) return openSession(state, roll);
    return { kind: 'listWorks', ...partner(state, roll), network: roll(['testnet', 'mainnet']) };
  },
  download: (state: State, roll: Roll): Action => {
    if (state.sessions.length === 0 && roll([true, true, false])) return openSession(state, roll);
    const session = partner(state, roll);
    const works = state.works.filter(({ organization, ref }) => organization === session.organization && ref === session.ref);
    const own = roll(orElse(works.toReversed(), undefined));
    const work = roll(often(3, own, roll(orElse(state.works, undefined))));
    const file = roll<'audio' | 'certificate'>(['audio', 'certificate']);
    return { kind: 'download', ...session, work: work?.id ?? UNKNOWN_ID, version: roll([1, 2, 3]), file };
  },
  fetch: (state: State, roll: Roll): Action => {
    const url = roll(orElse(state.files.toReversed(), undefined))?.url;
    return { kind: 'fetch', url: url ?? `http://127.0.0.1/__storage/files/${'0'.repeat(43)}` };
  },
  transaction: (state: State, roll: Roll): Action => {
    const transaction = roll(orElse(lately(state).toReversed(), undefined));
    return { kind: 'transaction', id: transaction?.id ?? UNKNOWN_ID };
  },
  /** What is broken is mended by the next. */
  faults: (state: State, roll: Roll): Action => {
    const broken = roll(['submission', 'dryRun', 'commitment', 'shed', 'upstream']);
    return { kind: 'faults', faults: isBroken(state) ? NO_FAULTS : { ...NO_FAULTS, [broken]: true } };
  },
  organization: (state: State, roll: Roll): Action => {
    const id = roll(organizationsOf(state));
    const settings = roll<Settings>([
      { credits: { testnet: 0, mainnet: roll([67, 0, 100, 200]) } },
      { quota: { limit: roll([1, 0, 3]), used: 0 } },
      { maxKeys: roll([7, 6, 8]) },
      { active: false },
      { quota: null, maxKeys: null },
    ]);
    return { kind: 'organization', id, settings: state.organizations[id]?.active === false ? { active: true } : settings };
  },
  advance: (_: State, roll: Roll): Action => ({
    kind: 'advance',
    seconds: roll([12, 1, 2, 6, 100, 299, 300, 599, 600, 3_600, 86_400, 40 * 86_400]),
  }),
  reset: (): Action => ({ kind: 'reset' }),
} as const satisfies Readonly<Record<string, Resolve>>;

function openJob(state: State, roll: Roll): Action {
  return {
    kind: 'init',
    ...caller(state, roll),
    atsId: null,
    upload: true,
    network: roll(['mainnet', 'testnet']),
    ref: roll([...REFS, null]),
    idempotencyKey: roll([null, null, 'order-1', 'order-2']),
    flawed: roll(often(11, false, true)),
  };
}

function openSession(state: State, roll: Roll): Action {
  return { kind: 'openSession', ...caller(state, roll), ref: roll(REFS) };
}

/** Choices of which one comes up so many times as often as each of the others. */
function often<T>(times: number, choice: T, ...others: readonly T[]): readonly [T, ...T[]] {
  return [choice, ...Array<T>(times - 1).fill(choice), ...others];
}

function orElse<T>(list: readonly T[], other: T): readonly [T, ...T[]] {
  const [first = other, ...rest] = list;
  return [first, ...rest];
}

function isBroken({ faults }: State): boolean {
  return Object.values(faults).includes(true);
}

function organizationsOf({ organizations }: State): readonly [string, ...string[]] {
  return orElse(Object.keys(organizations), '');
}

/** A key of an organization that may do everything, if there is one left. */
function goodKey({ keys }: State, organization: string): Key | undefined {
  return keys.find((key) => key.organization === organization && !key.revoked && key.token !== undefined && key.scopes.length === 3);
}

/** Mostly a good key below its own organization's path. */
function caller(state: State, roll: Roll): Caller {
  const [own, other] = organizationsOf(state);
  const keys = state.keys.filter(({ token }) => token !== undefined);
  const [mine, theirs] = [goodKey(state, own), goodKey(state, other ?? own)];
  const key = roll(often<Key | undefined>(12, mine, theirs, theirs, theirs, ...keys));
  const session = state.sessions[0]?.token;
  const token = roll(often(12, key?.token, UNKNOWN_KEY, undefined, session ?? state.administrator));
  const organization = key?.organization ?? own;
  return { token, organization: roll(often(10, organization, ...organizationsOf(state))) };
}

function administrator(state: State, roll: Roll): Caller {
  const { administrator } = state;
  const token = roll(often(6, administrator, state.keys[0]?.token, undefined));
  return { token, organization: roll(organizationsOf(state)) };
}

/** Mostly a partner session that asks for what it is for. */
function partner(state: State, roll: Roll): Caller & { readonly ref: string } {
  const [latest] = state.sessions.slice(-1);
  const session = roll(often(3, latest, ...state.sessions));
  const token = roll(often(12, session?.token, state.keys[0]?.token, state.administrator, undefined));
  const [own, other] = organizationsOf(state);
  const organization = session?.organization ?? own;
  const ref = session?.ref ?? REFS[0];
  return {
    token,
    organization: roll(often(6, organization, other ?? own)),
    ref: roll(often(6, ref, ...REFS)),
  };
}

function atsIdOf({ works }: State, roll: Roll): number {
  const known = works.flatMap(({ atsId }) => atsId ?? []).toReversed();
  return roll([...orElse(known, 0), 999_999_999]);
}

/** A week later a mock may have made room. */
function lately({ transactions, now }: State): State['transactions'] {
  return transactions.filter(({ created }) => now - created < 7 * 86_400_000);
}

/** What an intent comes to as things stand. */
export function resolve(state: State, { does, rolls }: Intent): Action {
  let next = 0;
  const roll: Roll = (choices) => choices[(rolls[next++] ?? 0) % choices.length] ?? choices[0];
  return RESOLVE[does](state, roll);
}

const OFTEN: Readonly<Record<Intent['does'], number>> = {
  proceed: 48,
  init: 6,
  initVersion: 6,
  stray: 5,
  upload: 2,
  createKey: 4,
  revokeKey: 2,
  listKeys: 1,
  openSession: 4,
  listWorks: 4,
  download: 6,
  fetch: 2,
  transaction: 5,
  faults: 2,
  organization: 5,
  advance: 6,
  reset: 1,
};

/** Time and resets do not happen while something else does: what came before them and what after could not be told. */
const ALONE: ReadonlySet<Intent['does']> = new Set(['advance', 'reset']);

function intents(may: (does: Intent['does']) => boolean): fc.Arbitrary<Intent> {
  const kinds = (Object.keys(RESOLVE) as Intent['does'][]).filter(may);
  const does = fc.oneof(...kinds.map((kind) => ({ weight: OFTEN[kind], arbitrary: fc.constant(kind) })));
  return fc.record({ does, rolls: fc.array(fc.nat(60), { minLength: 12, maxLength: 12 }) });
}

/** One thing, or several at once; often the same several times. */
export const batches: fc.Arbitrary<readonly Batch[]> = (() => {
  const together = intents((does) => !ALONE.has(does));
  const batch = fc.oneof(
    { weight: 12, arbitrary: intents(() => true).map((intent): Batch => [intent]) },
    { weight: 2, arbitrary: fc.array(together, { minLength: 2, maxLength: 4 }) },
    {
      weight: 3,
      arbitrary: fc.tuple(together, fc.integer({ min: 2, max: 4 })).map(([intent, times]): Batch => Array<Intent>(times).fill(intent)),
    },
  );
  return fc.array(batch, { minLength: 10, maxLength: 60, size: 'max' });
})();
