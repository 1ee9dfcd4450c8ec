import type { Action, CreateKey, Init, ListKeys, ListWorks, OpenSession, SetOrganization, Step, Upload } from './actions.js';
import { answerIdOf, fingerprintOf, priceOf, rememberedFor } from './refusals.js';
import { inRounds, roundsOf, showOrganization, showTransaction } from './show.js';
import { BLOCK, keyOf, LIFE, monthOf, usedOf, type Job, type State, type Transaction } from './state.js';
import type { Answer } from './world.js';

/** What is wrong with an answer, in words. */
export class Wrong extends Error {}

/** What a success says: members are looked at by name, and one that is missing is wrong wherever it is compared or kept. */
interface Body {
  readonly job_id: string;
  readonly upload_url?: string;
  readonly transaction_id: string;
  readonly total_price_credits: number;
  readonly id: string;
  readonly token: string;
  readonly expires_at: number;
  readonly url: string;
  readonly result: { readonly ats_id?: number } | null;
  readonly works: readonly { readonly id: string; readonly external_user_ref: string; readonly versions: readonly unknown[] }[];
  readonly total_count: number;
}

/**
 * The model after a success, which has to say what it should.
 *
 * @throws {Wrong}
 */
export function effectOf(state: State, action: Action, answer: Answer): State {
  const body = answer.body as Body;
  switch (action.kind) {
    case 'init':
      return open(state, action, answer);
    case 'upload':
      return uploaded(state, action);
    case 'prepare':
      return prepared(state, action, body);
    case 'confirm':
      return confirmed(state, action, body);
    case 'createKey':
      return keyCreated(state, action, body);
    case 'listKeys':
      return keysListed(state, action, answer.body as KeyShown[]);
    case 'revokeKey':
      return { ...state, keys: state.keys.map((key) => (key.id === action.id ? { ...key, revoked: true } : key)) };
    case 'openSession':
      return sessionOpened(state, action, body);
    case 'listWorks':
      return works(state, action, body);
    case 'download':
      return { ...state, files: [...state.files, { url: body.url, expires: state.now + LIFE.file }] };
    case 'fetch':
      return state;
    case 'transaction':
      return transaction(state, action.id, body);
    case 'faults':
      return { ...state, faults: action.faults };
    case 'organization':
      return organizationSet(state, action, answer.body);
    case 'advance':
      return { ...state, now: state.now + action.seconds * 1_000 };
  }
  throw new Wrong('whoever resets a world begins a new model');
}

function same<T>(state: T, what: string, expected: unknown, actual: unknown): T {
  const [wanted, got] = [JSON.stringify(expected), JSON.stringify(actual)];
  if (wanted !== got) throw new Wrong(`${what}: ${got}, and should be ${wanted}`);
  return state;
}

function open(state: State, action: Init, answer: Answer): State {
  const remembered = rememberedFor(state, action);
  if (remembered !== undefined) return same(state, 'the answer to the same Idempotency-Key', remembered.text, answer.text);
  const { job_id: id, upload_url: url } = answer.body as Body;
  const work = state.works.find(({ atsId }) => atsId === action.atsId);
  const job: Job = {
    id,
    organization: action.organization,
    atsId: action.atsId,
    network: action.network,
    ref: action.atsId === null ? action.ref : (work?.ref ?? null),
    upload: action.upload,
    bytes: null,
    phase: 'open',
    expires: state.now + LIFE.upload,
  };
  same(state, 'an upload URL', action.upload, url !== undefined);
  const answerId = answerIdOf(state, action);
  const answers =
    answerId === undefined
      ? state.answers
      : { ...state.answers, [answerId]: { fingerprint: fingerprintOf(action), text: answer.text, expires: state.now + LIFE.idempotency } };
  const uploads = url === undefined ? state.uploads : [...state.uploads, { url, job: id, expires: job.expires, used: false }];
  return { ...state, jobs: { ...state.jobs, [id]: job }, uploads, answers };
}

function uploaded(state: State, { url, bytes }: Upload): State {
  const id = state.uploads.find((one) => one.url === url)?.job ?? '';
  const job = state.jobs[id];
  return {
    ...state,
    uploads: state.uploads.map((one) => (one.url === url ? { ...one, used: true } : one)),
    jobs: job === undefined ? state.jobs : { ...state.jobs, [id]: { ...job, bytes } },
  };
}

function prepared(state: State, { job: id }: Step, body: Body): State {
  const job = state.jobs[id] as Job;
  same(state, 'the price', priceOf(job), body.total_price_credits);
  return { ...state, jobs: { ...state.jobs, [id]: { ...job, phase: 'prepared', expires: state.now + LIFE.quote } } };
}

/** Takes the quote, debits the credits, counts towards the quota; the work is there from its block on, unless the chain refuses. */
function confirmed(state: State, { job: id }: Step, { transaction_id }: Body): State {
  const job = state.jobs[id] as Job;
  const { organization, network, atsId } = job;
  const before = state.organizations[organization];
  if (before === undefined) throw new Wrong(`the organization ${organization} is not known`);
  const credits = { ...before.credits, [network]: before.credits[network] - priceOf(job) };
  const count = usedOf(before, state.now) + 1;
  const usage = network === 'testnet' ? { month: monthOf(state.now), count } : before.usage;
  const work = atsId === null ? id : (state.works.find((one) => one.atsId === atsId)?.id ?? '');
  const type = atsId === null ? 'register' : 'add_version';
  const fails = state.faults.submission;
  const added: Transaction = { id: transaction_id, type, work, network, fails, created: state.now };
  return {
    ...state,
    jobs: { ...state.jobs, [id]: { ...job, phase: 'confirmed' } },
    organizations: { ...state.organizations, [organization]: { ...before, credits, usage } },
    transactions: [...state.transactions, added],
    works: fails ? state.works : worksAfter(state, job, work),
  };
}

function worksAfter({ works, now, round }: State, job: Job, id: string): State['works'] {
  const { network, organization, ref } = job;
  const onChain = now + BLOCK[network];
  if (job.atsId === null) {
    return [...works, { id, atsId: undefined, organization, ref, network, onChain, round, versions: [{ onChain }] }];
  }
  return works.map((work) => (work.id === id ? { ...work, versions: [...work.versions, { onChain }] } : work));
}

interface KeyShown {
  readonly id: string;
  readonly scopes: readonly string[];
  readonly revoked_at: string | null;
}

function keyCreated(state: State, { organization, scopes, maxFileSize }: CreateKey, body: Body): State {
  const { id, token } = body;
  return {
    ...state,
    keys: [...state.keys, { id, token, organization, scopes, maxFileSize, revoked: false, usedAt: null, round: state.round }],
  };
}

/** Oldest first. */
function keysListed(state: State, { organization }: ListKeys, shown: readonly KeyShown[]): State {
  const expected = state.keys.filter((key) => key.organization === organization);
  const roundOf = roundsOf(expected);
  return same(
    state,
    'the keys',
    inRounds(expected, roundOf).map(({ id, scopes, revoked }) => [id, scopes, revoked]),
    inRounds(shown, roundOf).map(({ id, scopes, revoked_at }) => [id, scopes, revoked_at !== null]),
  );
}

function sessionOpened(state: State, { organization, ref }: OpenSession, { token, expires_at }: Body): State {
  const expires = state.now + LIFE.session;
  same(state, 'the end of the partner session', expires / 1_000, expires_at);
  return { ...state, sessions: [...state.sessions, { token, organization, ref, expires }] };
}

/** Newest first, with the versions that are on chain. */
function works(state: State, { organization, ref, network }: ListWorks, body: Body): State {
  const theirs = state.works.filter((work) => work.organization === organization && work.ref === ref && work.network === network);
  const there = theirs.filter(({ onChain }) => state.now >= onChain).toReversed();
  const roundOf = roundsOf(there);
  same(
    state,
    'the works',
    inRounds(there, roundOf).map(({ id, versions }) => [id, ref, versions.filter(({ onChain }) => state.now >= onChain).length]),
    inRounds(body.works, roundOf).map(({ id, external_user_ref, versions }) => [id, external_user_ref, versions.length]),
  );
  return same(state, 'the count of works', there.length, body.total_count);
}

function transaction(state: State, id: string, body: Body): State {
  const known = state.transactions.find((one) => one.id === id);
  if (known === undefined) throw new Wrong(`the transaction ${id} is not known`);
  same(state, `the transaction ${id}`, showTransaction(known, state.now), shownOf(body));
  const ats = body.result?.ats_id;
  if (ats === undefined) return state;
  const works = state.works.map((work) =>
    work.id === known.work ? { ...work, atsId: same(ats, 'ats_id', work.atsId ?? ats, ats) } : work,
  );
  return { ...state, works };
}

function shownOf(body: unknown): unknown {
  const { id, transaction_type, current_step, progress, is_complete, result, steps } = body as Record<string, unknown>;
  return [id, transaction_type, current_step, progress, is_complete, result !== null, steps];
}

function organizationSet(state: State, { id, settings }: SetOrganization, body: unknown): State {
  const before = state.organizations[id];
  if (before === undefined) throw new Wrong(`the organization ${id} is not known`);
  const { credits = before.credits, quota, active = before.active, maxKeys = before.maxKeys } = settings ?? {};
  const limit = quota === undefined ? before.limit : (quota?.limit ?? null);
  const usage = quota === undefined || quota === null ? before.usage : { month: monthOf(state.now), count: quota.used };
  const after = { credits, limit, usage, active, maxKeys };
  same(state, `the organization ${id}`, showOrganization(after, state.now), body);
  return { ...state, organizations: { ...state.organizations, [id]: after } };
}

/** A key that was let in is marked with the time. */
export function markUsed(state: State, token: string | undefined): State {
  const used = keyOf(state, token);
  return used === undefined ? state : { ...state, keys: state.keys.map((key) => (key === used ? { ...key, usedAt: state.now } : key)) };
}
