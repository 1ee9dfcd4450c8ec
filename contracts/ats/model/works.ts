import type { Command, Hand, Invariant } from '../../fuzz/sequences/index.js';
import type { Token } from '../../types.js';
import { openSession, sessionRequest } from '../partner-requests.js';
import { secondOrganization, WORK } from '../work.js';
import { USERS } from './jobs.js';
import { look } from './money.js';
import { isAlive, lifeOf, named, newName, now, type AtsState, type Job, type Network } from './state.js';

/** More pages than a sequence can fill. */
const PAGES = 60;

const open: Command<AtsState> = {
  weight: 2,
  draw: (state, dice) => ({ makes: newName(state, 'session'), user: dice.pick(USERS) }),
  run: async (state, { makes, user }, hand) => {
    const of = `${state.mark}-${String(user)}`;
    const { body } = await hand.send(sessionRequest(of), 'succeeds');
    state.sessions.set(String(makes), { user: of, token: { name: String(makes), value: String(body['token']) }, openedAt: now(state) });
  },
};

const list: Command<AtsState> = {
  weight: 3,
  draw: (state, dice) => {
    const session = dice.any([...state.sessions.keys()]);
    return session === undefined ? undefined : { session, network: dice.pick(state.networks), first: dice.pick([1, 2, 100]) };
  },
  run: async (state, { session: name, network, first }, hand) => {
    const { user, token, openedAt } = named(state.sessions, name, hand);
    const alive = isAlive(state, openedAt, lifeOf(hand, 'partnerSession'));
    const listing = { user, network: network as Network, as: token };
    if (alive === 'yes') return theirs(state, await turnPages({ ...listing, first: Number(first) }, hand), listing, hand);
    await hand.send(pageRequest({ ...listing, first: Number(first) }), alive === 'no' ? 'refused' : 'either');
  },
};

/** A session reads what is of its user, and nobody else. */
const listOthers: Command<AtsState> = {
  weight: 1,
  draw: list.draw,
  run: async (state, { session: name, network }, hand) => {
    const { user, token } = named(state.sessions, name, hand);
    const other = USERS.map((one) => `${state.mark}-${one}`).find((one) => one !== user) ?? user;
    await hand.send(pageRequest({ user: other, network: network as Network, as: token, first: 10 }), 'refused');
  },
};

/** What is of one organization, nobody else sees, not even under the same name. */
const listElsewhere: Command<AtsState> = {
  weight: 1,
  needs: ['org.second'],
  draw: (state, dice) => ({ user: dice.pick(USERS), network: dice.pick(state.networks) }),
  run: async (state, { user, network }, hand) => {
    const { params, as } = await secondOrganization(hand.steps);
    const of = `${state.mark}-${String(user)}`;
    const { body } = await hand.send({ ...sessionRequest(of), params, as }, 'succeeds');
    const token = { name: 'elsewhere', value: String(body['token']) };
    const request = pageRequest({ user: of, network: network as Network, as: token, first: 100 });
    const { body: page } = await hand.send({ ...request, params: { ...params, ...request.params } }, 'succeeds');
    const seen = worksOf(page).length;
    hand.holds('a work of another organization stays invisible', seen === 0, () => `another organization sees ${seen} works of this one`);
    for (const job of state.jobs.values()) {
      if (!job.complete || job.kind !== WORK || job.user !== of) continue;
      const wanted = { external_user_ref: of, work_id: job.id, version: 1, file: 'certificate' };
      await hand.send({ operation: 'downloadVersionFile', as: token, params: { ...wanted, ...params } }, 'refused');
    }
  },
};

export const workCommands = { openSession: open, listWorks: list, listOthers, listElsewhere } as const;

interface Listing {
  readonly user: string;
  readonly network: Network;
  readonly as: Token;
}

interface Work {
  readonly id?: unknown;
}

const worksOf = (page: Readonly<Record<string, unknown>>): readonly Work[] => {
  const { works } = page as { readonly works?: readonly Work[] };
  return works ?? [];
};

function pageRequest({ user, network, as, first, after }: Listing & { readonly first: number; readonly after?: string }) {
  const query = { network, first: String(first), ...(after === undefined ? {} : { after }) };
  return { operation: 'listExternalUserWorks', as, params: { external_user_ref: user }, query };
}

/** Every page of a list, as its cursors lead from one to the next. */
async function turnPages(listing: Listing & { readonly first: number }, hand: Hand): Promise<readonly string[]> {
  const ids: string[] = [];
  let after: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const { body } = await hand.send(pageRequest({ ...listing, ...(after === undefined ? {} : { after }) }), 'succeeds');
    ids.push(...worksOf(body).map(({ id }) => String(id)));
    const { has_next_page: more, end_cursor: cursor } = (body['page_info'] ?? {}) as { has_next_page?: unknown; end_cursor?: unknown };
    if (more !== true || typeof cursor !== 'string') return ids;
    after = cursor;
  }
  hand.holds('a cursor walk comes to its end', false, () => `after ${PAGES} pages there is still another one`);
  return ids;
}

/** A list of works has each that is on chain once, and none that is not of this user. */
function theirs(state: AtsState, ids: readonly string[], { user, network }: Listing, hand: Hand): void {
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  hand.holds('a cursor walk returns each work once', twice.length === 0, () => `${twice.length} works come twice in the pages of one list`);
  const mine = (job: Job): boolean => job.kind === WORK && job.user === user && job.network === network && job.phase === 'confirmed';
  const jobs = [...state.jobs.values()].filter(mine);
  const strange = ids.filter((id) => !jobs.some((job) => job.id === id));
  hand.holds(
    "a list of works has nobody else's",
    strange.length === 0,
    () => `${strange.length} works are listed that were not registered for this user`,
  );
  const missing = jobs.filter(({ id, registeredAs }) => registeredAs !== undefined && !ids.includes(id));
  hand.holds('a work that is on chain is listed', missing.length === 0, () => `${missing.length} works that are on chain are not listed`);
}

/** What was registered is listed once for its user; what was refused is not. */
export const worksListed: Invariant<AtsState> = {
  name: 'works are listed as they are',
  after: ['lookAt'],
  look: async (state, hand) => {
    for (const job of state.jobs.values()) if (job.transaction !== undefined) await look(state, job, hand);
    for (const user of new Set([...state.jobs.values()].map((job) => job.user))) {
      if (user === undefined) continue;
      const as = await openSession(hand.steps, user);
      for (const network of state.networks)
        theirs(state, await turnPages({ user, network, as, first: 2 }, hand), { user, network, as }, hand);
    }
  },
};
