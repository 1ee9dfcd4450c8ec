import type { Contract, Envelope, Failure } from '../../spec/index.js';
import type { Redactor } from '../redact.js';
import type { Discrepancy, WireAnswer } from '../types.js';

/** Everything that a check may look at: one answer, and the failure that it should be. */
export interface Answered {
  readonly contract: Contract;
  readonly failure: Failure;
  readonly answer: WireAnswer;
  readonly envelope: Envelope;
  readonly redactor: Redactor;
  /** The credential that the request carried, if any: not even a public one is repeated in an error. */
  readonly credential: string | undefined;
  /** Request ids that other answers of the run had. */
  readonly seenRequestIds: ReadonlySet<string>;
}

/** A pure function from an answer to what is wrong with it. */
export type Check = (answered: Answered) => readonly Discrepancy[];
