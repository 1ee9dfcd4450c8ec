import { BLOCK, usedOf, type Organization, type Transaction } from './state.js';

/** What the model expects to be shown. */

/** As `GET /__admin/organizations/{id}` shows it, member for member. */
export function showOrganization(organization: Organization, now: number): unknown {
  const { credits, limit, active, maxKeys } = organization;
  const quota = limit === null ? null : { limit, used: usedOf(organization, now) };
  return { credits: { testnet: credits.testnet, mainnet: credits.mainnet }, quota, active, deleted: false, maxKeys };
}

const STEPS = [
  { step: 'validating', progress: 5 },
  { step: 'preparing_transaction', progress: 20 },
  { step: 'signing', progress: 40 },
  { step: 'submitting', progress: 60 },
  { step: 'confirming', progress: 80 },
];

/** Its id, type, step, progress, whether it is complete, whether it has a result, and its steps so far. */
export function showTransaction({ id, type, network, fails, created }: Transaction, now: number): unknown {
  const block = BLOCK[network];
  const isComplete = now >= created + block;
  const begun = STEPS.filter((_, index) => now >= created + (index * block) / 6);
  const steps = isComplete ? [...begun, { step: fails ? 'failed' : 'completed', progress: 100 }] : begun;
  const { step, progress } = steps.at(-1) ?? { step: 'none', progress: 0 };
  return [id, type, step, progress, isComplete, isComplete, steps];
}

interface Listed {
  readonly id: string;
}

/** The round in which each came up, by its id. */
export function roundsOf(list: readonly (Listed & { readonly round: number })[]): ReadonlyMap<string, number> {
  return new Map(list.map(({ id, round }) => [id, round]));
}

/** A list in its order, but for neighbours of the same round, whose order is arbitrary: they are put in order by their ids. */
export function inRounds<T extends Listed>(list: readonly T[], roundOf: ReadonlyMap<string, number>): readonly T[] {
  const rounds: T[][] = [];
  for (const one of list) {
    const last = rounds.at(-1);
    if (last?.[0] !== undefined && roundOf.get(last[0].id) === roundOf.get(one.id)) last.push(one);
    else rounds.push([one]);
  }
  return rounds.flatMap((round) => round.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
}
