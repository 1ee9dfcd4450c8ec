import type { Frames } from '../../frames.js';
import type { Facts } from '../facts.js';

/** What an operation has done; its status is the contract's. */
export interface Done {
  readonly body?: unknown;
  /** Of an operation that opens a WebSocket: what is sent over it. */
  readonly frames?: Frames;
  readonly why: string;
}

/**
 * What an operation does once no rule refuses it, in one synchronous step. An effect checks nothing. Where a rule was
 * replaced and there is nothing to work on, it is `undefined`, and the caller gets the contract's example.
 */
export type Effect = (facts: Facts) => Done | undefined;
