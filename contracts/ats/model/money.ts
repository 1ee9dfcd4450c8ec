import type { Command, Foreseen, Hand, Invariant, Told } from '../../fuzz/sequences/index.js';
import { drawJob, once, quoteJob, stepRequest } from './jobs.js';
import { give, isAlive, lifeOf, named, newName, type AtsState, type Job } from './state.js';

/** Confirming, and what it is paid with. */

const isQuoted = ({ phase }: Job): boolean => phase === 'prepared';
/** What a confirm is refused with for the want of credits, and of quota. */
const POOR = 'common.forbidden';
const USED_UP = 'common.quota_exceeded';

/** What must become of a confirm, and why it may be refused although it is in time. */
function confirms(state: AtsState, job: Job, hand: Hand): { readonly foreseen: Foreseen; readonly lacking: readonly string[] } {
  if (job.phase !== 'prepared') return { foreseen: 'refused', lacking: [] };
  const alive = isAlive(state, job.preparedAt, lifeOf(hand, 'quote'));
  if (alive !== 'yes') return { foreseen: alive === 'no' ? 'refused' : 'either', lacking: [] };
  const { quota, credits } = state;
  if (job.network === 'testnet' && quota !== undefined && quota.left <= 0)
    return { foreseen: quota.certain ? 'refused' : 'either', lacking: [USED_UP] };
  if (credits !== undefined && credits.network === job.network && credits.left < job.price) return { foreseen: 'refused', lacking: [POOR] };
  return { foreseen: 'succeeds', lacking: [] };
}

/** Whether a refusal is for the want of something of which nobody here knows how much there is. */
function isWanting(state: AtsState, job: Job, { code }: Told): boolean {
  if (code === USED_UP) return job.network === 'testnet' && state.quota?.certain !== true;
  return code === POOR && state.credits?.network !== job.network;
}

function confirmed(state: AtsState, job: Job, { body }: Told, hand: Hand): void {
  job.transaction = give(state, hand, 'transaction id', body['transaction_id']);
  job.phase = 'confirmed';
  if (state.credits?.network === job.network) state.credits.left -= job.price;
  if (state.quota !== undefined && job.network === 'testnet') state.quota.left -= 1;
}

function mustHold(state: AtsState, job: Job, told: Told, foreseen: Foreseen, hand: Hand): void {
  const operation = job.kind.confirm;
  hand.holds('what cannot be paid, has expired or was confirmed is not confirmed', !told.succeeded || foreseen !== 'refused', () =>
    job.phase === 'prepared'
      ? `${operation} succeeded although credits, quota or time were used up`
      : `${operation} succeeded on a job without a quote`,
  );
  if (told.succeeded || foreseen !== 'succeeds') return;
  const isWanted = isWanting(state, job, told);
  // A call that sets the credits of one network may have set those of the other as well.
  if (isWanted && (told.code === USED_UP ? state.quota : state.credits) !== undefined) return;
  if (isWanted) hand.stuck(`${operation} was answered ${told.code}`, 'Give the organization under test credits and quota.');
  hand.holds(
    'a quote that nobody has used can be confirmed',
    false,
    () => `${operation} was refused with ${told.code}, although it was quoted and paid for`,
  );
}

const confirm: Command<AtsState> = {
  weight: 6,
  draw: drawJob(isQuoted),
  run: async (state, { job: name }, hand) => {
    await confirmJob(state, named(state.jobs, name, hand), hand);
  },
};

async function confirmJob(state: AtsState, job: Job, hand: Hand): Promise<boolean> {
  const { foreseen } = confirms(state, job, hand);
  const told = await hand.send(await stepRequest(job, 'confirm', hand, false));
  mustHold(state, job, told, foreseen, hand);
  if (told.succeeded) confirmed(state, job, told, hand);
  return told.succeeded;
}

/** So many confirmations at the end of a sequence find out what is left. */
const LAST = 4;

/**
 * What is left of credits and quota is what nobody has spent: it is spent to the end. Nothing is looked at before the end, since this
 * look changes what it looks at.
 */
export const spentAsConfirmed: Invariant<AtsState> = {
  name: 'credits and quota move by what was confirmed',
  after: [],
  look: async (state, hand) => {
    if (!hand.alone) return;
    const quoted = [...state.jobs.values()].filter(isQuoted);
    for (const job of quoted) await confirmJob(state, job, hand);
    for (const network of [state.credits?.network, state.quota?.certain === true ? ('testnet' as const) : undefined]) {
      if (network === undefined) continue;
      let goesOn = true;
      for (let count = 0; goesOn && count < LAST; count++)
        goesOn = await confirmJob(state, await quoteJob(state, { makes: newName(state, 'last'), network, user: null }, hand), hand);
    }
    if (state.credits === undefined) return;
    // Whoever was refused for the want of credits goes on when there are some.
    await hand.change('credits.set', { credits: AMPLE, network: state.credits.network });
    const { network } = state.credits;
    state.credits = { network, left: AMPLE };
    for (const job of state.jobs.values()) if (isQuoted(job) && job.network === network) await confirmJob(state, job, hand);
  },
};

const AMPLE = 1_000_000;

const confirmTwiceAtOnce: Command<AtsState> = {
  weight: 2,
  draw: drawJob(isQuoted),
  run: async (state, { job: name }, hand) => {
    const job = named(state.jobs, name, hand);
    const { foreseen } = confirms(state, job, hand);
    const request = await stepRequest(job, 'confirm', hand, false);
    const answers = await hand.together([request, request]);
    const [first, ...others] = answers.filter(({ succeeded }) => succeeded);
    const wanting = answers.every((told) => isWanting(state, job, told));
    once('a job is confirmed once', others.length + (first === undefined ? 0 : 1), wanting ? 'either' : foreseen, hand);
    if (first !== undefined) confirmed(state, job, first, hand);
  },
};

const setCredits: Command<AtsState> = {
  weight: 1,
  needs: ['credits.set'],
  alone: true,
  draw: (state, dice) => {
    const prices = [...state.jobs.values()].filter(({ price }) => price > 0).map(({ price }) => price);
    return { network: dice.pick(state.networks), credits: (dice.any(prices) ?? 67) * dice.below(3) + dice.below(2) };
  },
  run: async (state, { network, credits }, hand) => {
    await hand.change('credits.set', { credits: Number(credits), network });
    // A call that names no network sets both: of the other one nothing is known any more.
    state.credits = { network: network === 'mainnet' ? 'mainnet' : 'testnet', left: Number(credits) };
  },
};

const setQuota: Command<AtsState> = {
  weight: 1,
  needs: ['quota.set'],
  alone: true,
  draw: (_, dice) => ({ limit: dice.below(4) }),
  run: async (state, { limit }, hand) => {
    await hand.change('quota.set', { limit: Number(limit), used: 0 });
    state.quota = { left: Number(limit), certain: true };
  },
};

/** Seconds around the lives of quotes, upload sessions, partner sessions and remembered answers. */
const WAITS: readonly [number, ...number[]] = [31, 31, 240, 240, 311, 311, 540, 540, 611, 3_611, 86_411];

const wait: Command<AtsState> = {
  weight: 3,
  needs: ['clock.advance'],
  alone: true,
  draw: (_, dice) => ({ seconds: dice.pick(WAITS) }),
  run: async (state, { seconds }, hand) => {
    await hand.change('clock.advance', { seconds: Number(seconds) });
    state.waitedSeconds += Number(seconds);
    // It may be another month by now.
    if (state.quota !== undefined) state.quota.certain = false;
  },
};

/** A transaction goes forward, and a work that is on chain has a number of its own. */
export async function look(state: AtsState, job: Job, hand: Hand): Promise<void> {
  const request = { operation: 'getTransaction', params: { transaction_id: job.transaction ?? hand.missing() } };
  const { body } = await hand.send(request, 'succeeds');
  const progress = Number(body['progress']);
  hand.holds(
    'a transaction goes forward',
    progress >= job.progress,
    () => `the transaction was at ${job.progress} %, and is at ${progress} %`,
  );
  hand.holds(
    'a transaction that has ended stays so',
    !job.complete || body['is_complete'] === true,
    () => 'the transaction has ended before',
  );
  job.progress = progress;
  const number = (body['result'] as { readonly ats_id?: unknown } | null | undefined)?.ats_id;
  const isNew = body['is_complete'] === true && !job.complete;
  job.complete = body['is_complete'] === true;
  if (!isNew || number === undefined || job.atsId !== undefined) return;
  job.registeredAs = give(state, hand, 'number of a work', number);
}

const lookAt: Command<AtsState> = {
  weight: 4,
  draw: drawJob(({ transaction }) => transaction !== undefined),
  run: async (state, { job: name }, hand) => {
    await look(state, named(state.jobs, name, hand), hand);
  },
};

export const moneyCommands = { confirm, confirmTwiceAtOnce, setCredits, setQuota, wait, lookAt } as const;
