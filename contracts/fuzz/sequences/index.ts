export { sequenceModel } from './model.js';
export { runSequences } from './run.js';
export type {
  Arguments,
  Command,
  Foreseen,
  Hand,
  Invariant,
  Model,
  SequenceEvent,
  SequenceModel,
  SequenceOptions,
  SequenceStep,
  Told,
  Walk,
} from './types.js';
export type { Dice } from './dice.js';
