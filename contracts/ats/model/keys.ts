import type { Command, Hand, Invariant } from '../../fuzz/sequences/index.js';
import { revocation } from '../keys.js';
import { sessionRequest } from '../partner-requests.js';
import { newKey } from '../scenarios.js';
import { give, named, newName, now, type AtsState, type Key } from './state.js';

/** On a deployment that others use as well, no more keys than these at a time. */
const FEW = 3;
/** No revocation is waited for longer than this, since it may be waited for many times. */
const PATIENCE_SECONDS = 10;
const SCOPES = [['works:read'], ['works:register'], ['works:register', 'works:update', 'works:read']] as const;

const living = ({ keys }: AtsState): readonly Key[] => [...keys.values()].filter(({ revokedAt }) => revokedAt === undefined);

/** What must become of a request with a key that has all scopes; `either` while a revocation may still be on its way. */
export function admits({ revokedAt }: Key, state: AtsState, { steps }: Hand): 'succeeds' | 'refused' | 'either' {
  if (revokedAt === undefined) return 'succeeds';
  return now(state) - revokedAt >= steps.deployment.revokedWithinSeconds ? 'refused' : 'either';
}

const createKey: Command<AtsState> = {
  weight: 3,
  needs: ['key.create', 'key.revoke'],
  draw: (state, dice) => {
    const room = Math.min(state.places, FEW) - living(state).length;
    return room <= 0 ? undefined : { makes: newName(state, 'key'), scopes: dice.below(SCOPES.length) };
  },
  run: async (state, { makes, scopes }, hand) => {
    const wanted = SCOPES[Number(scopes)] ?? SCOPES[0];
    // With fewer steps before it there may be fewer places taken, never more.
    const { body } = await hand.send(newKey(hand.steps, { scopes: wanted }), 'succeeds');
    const id = give(state, hand, 'key id', body['id']);
    const value = give(state, hand, 'key token', body['token']);
    const { organization } = hand.steps.deployment;
    const token = { name: String(makes), value, ...(organization === undefined ? {} : { organization }) };
    state.keys.set(String(makes), { id, name: String(body['name']), token, scopes: wanted, revokedAt: undefined });
  },
};

/** The limit is reached by keys of this sequence, so that nobody else is kept from making one. */
const createTooMany: Command<AtsState> = {
  weight: 1,
  needs: ['key.create', 'key.revoke'],
  alone: true,
  draw: (state) => (state.places > 0 && state.places <= 2 * FEW ? {} : undefined),
  run: async (state, _, hand) => {
    const places = state.places - living(state).length;
    for (let made = 0; made < places; made++) {
      const { body } = await hand.send(newKey(hand.steps), 'succeeds');
      const name = newName(state, 'filler');
      const token = { name, value: give(state, hand, 'key token', body['token']) };
      const id = give(state, hand, 'key id', body['id']);
      state.keys.set(name, { id, name: String(body['name']), token, scopes: ['works:read'], revokedAt: undefined });
    }
    await hand.send(newKey(hand.steps), 'refused');
  },
};

const useKey: Command<AtsState> = {
  weight: 5,
  draw: ({ keys }, dice) => {
    const key = dice.any([...keys.keys()]);
    return key === undefined ? undefined : { key };
  },
  run: async (state, { key: name }, hand) => {
    const key = named(state.keys, name, hand);
    const request = { ...sessionRequest(`${state.mark}-anybody`), as: key.token };
    const foreseen = key.scopes.includes('works:read') ? admits(key, state, hand) : 'refused';
    const { succeeded } = await hand.send(request, foreseen);
    if (foreseen !== 'either') return;
    // What was refused once is refused for good.
    if (succeeded && !(await outlasted(key, state, hand))) return;
    await hand.send(request, 'refused');
  },
};

/** Lets the time pass for which a revoked key may go on working, if that is short enough to wait for. */
async function outlasted({ revokedAt = 0 }: Key, state: AtsState, { steps }: Hand): Promise<boolean> {
  const left = steps.deployment.revokedWithinSeconds - (now(state) - revokedAt);
  if (left > PATIENCE_SECONDS) return false;
  await steps.wait(Math.max(left, 0) * 1000);
  return true;
}

const revokeKey: Command<AtsState> = {
  weight: 3,
  draw: ({ keys }, dice) => {
    const key = dice.any([...keys.keys()]);
    return key === undefined ? undefined : { key };
  },
  run: async (state, { key: name }, hand) => {
    const key = named(state.keys, name, hand);
    await hand.send(revocation(key.id), 'succeeds');
    key.revokedAt ??= now(state);
  },
};

/** Somebody without the right to it, and a key that is none, revoke nothing. */
const revokeWrongly: Command<AtsState> = {
  weight: 1,
  draw: revokeKey.draw,
  run: async (state, { key: name }, hand) => {
    const key = named(state.keys, name, hand);
    await hand.send({ ...revocation(key.id), as: key.token }, 'refused');
  },
};

export const keyCommands = { createKey, createTooMany, useKey, revokeKey, revokeWrongly } as const;

interface Listed {
  readonly id?: unknown;
  readonly name?: unknown;
  readonly revoked_at?: unknown;
}

const isRevoked = ({ revoked_at: at }: Listed): boolean => at !== null && at !== undefined;

/** The keys of the organization, as they are listed. */
export async function listKeys(hand: Hand): Promise<readonly Listed[]> {
  const { answer } = await hand.send({ operation: 'listApiKeys' }, 'succeeds');
  return Array.isArray(answer.json) ? (answer.json as readonly Listed[]) : [];
}

/** What was created is listed once, as it is; what was refused has left nothing. */
export const keysListed: Invariant<AtsState> = {
  name: 'keys are listed as they are',
  needs: ['admin.session'],
  after: Object.keys(keyCommands),
  look: async (state, hand) => {
    const listed = await listKeys(hand);
    for (const [name, key] of state.keys) {
      const entries = listed.filter(({ id }) => id === key.id);
      hand.holds('a key that was created is listed once', entries.length === 1, () => `the key ${name} is listed ${entries.length} times`);
      const [entry = {}] = entries;
      const should = key.revokedAt !== undefined;
      hand.holds('a key is listed as revoked when it is', isRevoked(entry) === should, () =>
        should ? `the revoked key ${name} is listed as if it were not` : `nobody has revoked the key ${name}, and it is listed as revoked`,
      );
    }
    const known = new Set([...state.keys.values()].map(({ id }) => id));
    const strange = listed.filter(
      ({ id, name }) => !known.has(String(id)) && !state.keysBefore.has(String(id)) && String(name).startsWith(hand.steps.namesBegin),
    );
    hand.holds('a refused request makes no key', strange.length === 0, () => `a key is listed that no answer has said to be made`);
    if (!hand.alone) return;
    const changed = listed.filter((entry) => state.keysBefore.get(String(entry.id)) === !isRevoked(entry));
    hand.holds('only the key that is named is revoked', changed.length === 0, () => 'a key that no step names has changed');
  },
};
