import type { Operation } from '../../spec/index.js';
import type { RunContext } from '../steps.js';
import { provide, type Base } from './bases.js';

/** Good requests of an operation, to be used and given back. */
export interface Pool {
  readonly operation: Operation;
  /** The first of them: the parts of all others are the same. */
  readonly first: Base;
  /** Whether a success leaves a request as good as it was. */
  readonly repeatable: boolean;
  /** Whether the good request was accepted when it was first sent. */
  readonly accepted: boolean;
  /** What it was answered with where it was refused, whether for its credential, and whether for what may pass or be mended outside. */
  readonly refused?: { readonly came: string; readonly shut: boolean; readonly passing: boolean } | undefined;
  take(): Promise<Base>;
  /** @param spent It has succeeded, and may not again. */
  giveBack(base: Base, spent: boolean): void;
}

/** A pool over the good requests of an operation; they are made when they are needed. */
export function createPool(
  context: RunContext,
  operation: Operation,
  { first, repeatable, accepted, refused }: Pick<Pool, 'first' | 'repeatable' | 'accepted' | 'refused'>,
): Pool {
  const free: Base[] = [first];
  return {
    operation,
    first,
    repeatable,
    accepted,
    refused,
    take: async () => {
      if (repeatable) return first;
      const ready = free.pop();
      if (ready !== undefined) return ready;
      const made = await provide(context, operation);
      // What cannot be made any more is not good any more either.
      return first.good && !made.good ? { ...first, good: false } : made;
    },
    giveBack: (base, spent) => {
      if (!repeatable && !spent) free.push(base);
    },
  };
}
