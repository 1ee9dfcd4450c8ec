import type { Contract } from '../spec/index.js';
import { createAnswers, type Answers } from './answers.js';
import { createCatalogue, type Catalogue } from './entries.js';

/** What is known of a contract's answers; made once per contract. */
export interface Kit {
  readonly contract: Contract;
  readonly catalogue: Catalogue;
  readonly answers: Answers;
}

const kits = new WeakMap<Contract, Kit>();

/** The kit of a contract. */
export function kitOf(contract: Contract): Kit {
  let kit = kits.get(contract);
  if (kit === undefined) kits.set(contract, (kit = { contract, catalogue: createCatalogue(contract), answers: createAnswers(contract) }));
  return kit;
}
