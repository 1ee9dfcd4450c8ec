import type { Dice } from './dice.js';
import { type Command, type Hand, type Invariant, type Model, type SequenceModel, type SequenceStep, type Walk } from './types.js';

/** So often another command is drawn where one has nothing to work with. */
const DRAWS = 20;

/**
 * Hides the state of a model, so that whoever takes sequences knows nothing of the API.
 *
 * @example
 * export const model = sequenceModel<State>({ begin: async () => ({ keys: new Map() }), commands: { createKey, useKey }, invariants: [] });
 */
export function sequenceModel<State>({ begin, commands, invariants }: Model<State>): SequenceModel {
  return {
    begin: async (hand) => {
      const usable = Object.entries(commands).filter(
        ([, { needs = [], alone = false }]) => (hand.alone || !alone) && hand.steps.can(...needs),
      );
      const kept = invariants.filter(({ needs = [] }) => hand.steps.can(...needs));
      return walk(await begin(hand), new Map(usable), kept, hand);
    },
  };
}

function walk<State>(
  state: State,
  commands: ReadonlyMap<string, Command<State>>,
  invariants: readonly Invariant<State>[],
  hand: Hand,
): Walk {
  // A name stands in it as often as its weight says.
  const urn = [...commands].flatMap(([name, { weight }]) => Array.from({ length: weight }, () => name));
  return {
    next: (dice: Dice): SequenceStep | undefined => {
      for (let draw = 0; draw < DRAWS; draw++) {
        const does = dice.any(urn);
        const args = does === undefined ? undefined : commands.get(does)?.draw(state, dice);
        if (does !== undefined && args !== undefined) return { does, with: args };
      }
      return undefined;
    },
    take: async ({ does, with: args }) => {
      const command = commands.get(does) ?? hand.missing();
      await command.run(state, args, hand);
    },
    look: async (step) => {
      for (const { after, look } of invariants) if (step === undefined || after.includes(step.does)) await look(state, hand);
    },
  };
}
