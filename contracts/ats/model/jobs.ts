import type { Arguments, Command, Dice, Foreseen, Hand } from '../../fuzz/sequences/index.js';
import type { PathRequest } from '../../types.js';
import { AUDIO_BYTES, initRequest, secondOrganization, VERSION, VERSION_UPLOAD, WORK, type JobKind, type Members } from '../work.js';
import { give, isAlive, lifeOf, named, newName, now, type Alive, type AtsState, type Job, type Network } from './state.js';

const KINDS: Readonly<Record<string, JobKind>> = { work: WORK, version: VERSION, versionUpload: VERSION_UPLOAD };
/** Of a deployment's own work, among those that a sequence has registered. */
const OWN = 'own';
export const USERS = ['user-a', 'user-b'] as const;

/** The number of a work that versions can be made of; `undefined` where there is none (any more). */
function workNumber(state: AtsState, hand: Hand, work: unknown): string | undefined {
  return work === OWN ? hand.steps.deployment.works.own : state.jobs.get(String(work))?.registeredAs;
}

export const pickJob = (state: AtsState, dice: Dice, fits: (job: Job) => boolean): string | undefined =>
  dice.any([...state.jobs].filter(([, job]) => fits(job)).map(([name]) => name));

export function drawJob(fits: (job: Job) => boolean): Command<AtsState>['draw'] {
  return (state, dice) => {
    // What comes next for a job most of the time; and now and then what does not.
    const job = pickJob(state, dice, dice.once(4) ? () => true : fits);
    return job === undefined ? undefined : { job };
  };
}

const init: Command<AtsState> = {
  weight: 6,
  draw: (state, dice) => {
    const works = [...state.jobs].filter(([, { registeredAs }]) => registeredAs !== undefined).map(([name]) => name);
    const kind = dice.pick(['work', 'work', 'work', 'version', 'versionUpload']);
    return {
      makes: newName(state, 'job'),
      kind,
      network: dice.pick(state.networks),
      user: kind === 'work' ? dice.pick([null, ...USERS]) : null,
      work: kind === 'work' ? null : dice.pick([OWN, ...works]),
      once: dice.once(2),
    };
  },
  run: async (state, args, hand) => {
    const { kind: name, work, user, once } = args;
    const kind = KINDS[String(name)] ?? WORK;
    const atsId = kind === WORK ? undefined : (workNumber(state, hand, work) ?? hand.missing());
    const members: Members = {
      network: args['network'],
      ...(user === null || user === undefined ? {} : { external_user_ref: `${state.mark}-${String(user)}` }),
    };
    const actor = atsId === undefined ? {} : { params: { ats_id: atsId } };
    const plain = await initRequest(hand.steps, kind, actor, members);
    const request = once === true ? { ...plain, headers: { 'idempotency-key': hand.steps.unique('once') } } : plain;
    const { body, answer } = await hand.send(request, 'succeeds');
    open(state, hand, args, { kind, atsId, opened: request, answer: JSON.stringify(answer.json), body });
  },
};

/** All the way to a quote at once: most of what can go wrong comes after it. */
const quote: Command<AtsState> = {
  weight: 5,
  needs: [`upload:${AUDIO_BYTES}`],
  draw: (state, dice) => ({ makes: newName(state, 'job'), network: dice.pick(state.networks), user: dice.pick([null, ...USERS]) }),
  run: async (state, args, hand) => {
    await quoteJob(state, args, hand);
  },
};

/** Opens a job for a new work, uploads its audio and prepares it. */
export async function quoteJob(state: AtsState, args: Arguments, hand: Hand): Promise<Job> {
  await init.run(state, { ...args, kind: 'work', work: null, once: false }, hand);
  const name = { job: args['makes'] ?? null };
  await upload.run(state, { ...name, bytes: AUDIO_BYTES }, hand);
  await prepare.run(state, name, hand);
  return named(state.jobs, args['makes'], hand);
}

function open(
  state: AtsState,
  hand: Hand,
  { makes, network, user }: Arguments,
  { body, ...made }: Pick<Job, 'kind' | 'atsId' | 'opened' | 'answer'> & { readonly body: Readonly<Record<string, unknown>> },
): void {
  const id = give(state, hand, 'job id', body['job_id']);
  const uploadUrl = made.kind === VERSION ? undefined : give(state, hand, 'upload URL', body['upload_url']);
  state.jobs.set(String(makes), {
    ...made,
    id,
    uploadUrl,
    network: network as Network,
    user: user === null || user === undefined ? undefined : `${state.mark}-${String(user)}`,
    openedAt: now(state),
    phase: 'open',
    bytes: undefined,
    preparedAt: 0,
    price: 0,
    transaction: undefined,
    progress: 0,
    registeredAs: undefined,
    complete: false,
  });
}

const hasKey = ({ opened }: Job): boolean => opened.headers !== undefined;

/** The same Idempotency-Key and body again is the same answer again, as long as it is remembered. */
const initAgain: Command<AtsState> = {
  weight: 2,
  draw: (state, dice) => named1(pickJob(state, dice, hasKey)),
  run: async (state, { job: name }, hand) => {
    const { opened, openedAt, answer: first } = keyed(state, name, hand);
    if (isAlive(state, openedAt, lifeOf(hand, 'idempotency')) !== 'yes') hand.missing();
    const { answer } = await hand.send(opened, 'succeeds');
    const same = JSON.stringify(answer.json) === first;
    hand.holds(
      'the same Idempotency-Key has the same answer',
      same,
      () => 'the same request with the same Idempotency-Key was answered otherwise',
    );
  },
};

const initOtherwise: Command<AtsState> = {
  weight: 2,
  draw: (state, dice) => named1(pickJob(state, dice, hasKey)),
  run: async (state, { job: name }, hand) => {
    const { opened, openedAt } = keyed(state, name, hand);
    if (isAlive(state, openedAt, lifeOf(hand, 'idempotency')) !== 'yes') hand.missing();
    const body = opened.body as { readonly creators: readonly object[] };
    const creators = body.creators.map((creator) => ({ ...creator, full_name: 'Somebody Else' }));
    await hand.send({ ...opened, body: { ...body, creators } }, 'refused');
  },
};

const named1 = (job: string | undefined): Arguments | undefined => (job === undefined ? undefined : { job });

function keyed(state: AtsState, name: unknown, hand: Hand): Job {
  const job = named(state.jobs, name, hand);
  return hasKey(job) ? job : hand.missing();
}

const upload: Command<AtsState> = {
  weight: 6,
  needs: [`upload:${AUDIO_BYTES}`],
  draw: (state, dice) => {
    const job = pickJob(state, dice, dice.once(4) ? ({ uploadUrl }) => uploadUrl !== undefined : wantsAudio);
    return job === undefined ? undefined : { job, bytes: dice.once(8) ? 0 : AUDIO_BYTES };
  },
  run: async (state, { job: name, bytes }, hand) => {
    const job = named(state.jobs, name, hand);
    const url = job.uploadUrl ?? hand.missing();
    const alive = job.phase === 'open' ? isAlive(state, job.openedAt, lifeOf(hand, 'upload')) : 'no';
    const isTaken = await hand.upload(url, { bytes: Number(bytes) });
    const should: Alive = job.bytes === undefined ? alive : 'no';
    hand.holds(
      'an upload URL takes one upload, in time',
      !isTaken || should !== 'no',
      () => `an upload URL has taken an upload ${why(job)}`,
    );
    hand.holds(
      'an upload URL takes an upload',
      isTaken || should !== 'yes',
      () => 'an upload URL that was not used yet has refused an upload',
    );
    if (isTaken) job.bytes = Number(bytes);
  },
};

const wantsAudio = ({ uploadUrl, bytes }: Job): boolean => uploadUrl !== undefined && bytes === undefined;
const why = ({ bytes }: Job): string => (bytes === undefined ? 'after its time' : 'for the second time');

/** Somebody of another organization, or the one who has opened the job. */
async function stepRequest(job: Job, step: 'prepare' | 'confirm', hand: Hand, isStranger: boolean): Promise<PathRequest> {
  const own = job.atsId === undefined ? {} : { ats_id: job.atsId };
  const request = { operation: job.kind[step], body: { job_id: job.id } };
  if (!isStranger) return { ...request, params: own };
  const { as, params } = await secondOrganization(hand.steps);
  return { ...request, as, params: { ...own, ...params } };
}

/** What must become of the owner's prepare. */
function prepares(state: AtsState, job: Job, hand: Hand): Foreseen {
  if (job.phase !== 'open' || (job.kind !== VERSION && (job.bytes ?? 0) === 0)) return 'refused';
  return ({ yes: 'succeeds', no: 'refused', maybe: 'either' } as const)[isAlive(state, job.openedAt, lifeOf(hand, 'upload'))];
}

const isReady = ({ phase, kind, bytes }: Job): boolean => phase === 'open' && (kind === VERSION || (bytes ?? 0) > 0);

const prepare: Command<AtsState> = {
  weight: 6,
  draw: drawJob(isReady),
  run: async (state, { job: name }, hand) => {
    const job = named(state.jobs, name, hand);
    const { succeeded, body } = await hand.send(await stepRequest(job, 'prepare', hand, false), prepares(state, job, hand));
    if (succeeded) prepared(state, job, body, hand);
  },
};

function prepared(state: AtsState, job: Job, body: Readonly<Record<string, unknown>>, hand: Hand): void {
  hand.holds('a quote is for the job that was asked about', body['job_id'] === job.id, () => 'the quote is for another job');
  job.phase = 'prepared';
  job.preparedAt = now(state);
  job.price = Number(body['total_price_credits']);
}

const prepareTwiceAtOnce: Command<AtsState> = {
  weight: 1,
  draw: drawJob(isReady),
  run: async (state, { job: name }, hand) => {
    const job = named(state.jobs, name, hand);
    const foreseen = prepares(state, job, hand);
    const request = await stepRequest(job, 'prepare', hand, false);
    const quotes = (await hand.together([request, request])).filter(({ succeeded }) => succeeded);
    once('a job is prepared once', quotes.length, foreseen, hand);
    const [quote] = quotes;
    if (quote !== undefined) prepared(state, job, quote.body, hand);
  },
};

/** Of two at once, one succeeds, if one should. */
export function once(rule: string, successes: number, foreseen: Foreseen, hand: Hand): void {
  const isSo = foreseen === 'succeeds' ? successes === 1 : successes <= (foreseen === 'refused' ? 0 : 1);
  hand.holds(rule, isSo, () => `of two requests at once, ${successes} succeeded`);
}

/** A job of one organization is none of another's business. */
const stepByStranger: Command<AtsState> = {
  weight: 2,
  needs: ['org.second'],
  draw: (state, dice) => {
    const job = pickJob(state, dice, ({ phase }) => phase !== 'confirmed');
    if (job === undefined) return undefined;
    return { job, step: state.jobs.get(job)?.phase === 'open' ? 'prepare' : 'confirm' };
  },
  run: async (state, { job: name, step }, hand) => {
    const job = named(state.jobs, name, hand);
    await hand.send(await stepRequest(job, step === 'confirm' ? 'confirm' : 'prepare', hand, true), 'refused');
  },
};

export { stepRequest };
export const jobCommands = { init, quote, initAgain, initOtherwise, upload, prepare, prepareTwiceAtOnce, stepByStranger } as const;
