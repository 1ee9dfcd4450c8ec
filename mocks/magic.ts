import { jsonPointer, type Contract, type Failure } from '../spec/index.js';
import type { Call, Remembered } from './types.js';

/** A failure that a text asks for, and where the text stands. */
export interface MagicChoice {
  readonly failure: Failure;
  readonly why: string;
}

/** The failure that a call's own body, or else what is remembered for it, asks for. */
export type FindMagic = (call: Pick<Call, 'operation' | 'body'>, remembered: () => readonly Remembered[]) => MagicChoice | undefined;

/**
 * Looks for the magic values of a contract: in the members of the body that `x-failpath.magic` names, in their order, then
 * in what the sandbox remembers. A value triggers only a failure that the call's operation declares.
 *
 * @example
 * createMagic(contract)?.(call, () => sandbox.remembers(call))?.failure.code; // 'registration.dry_run_failed'
 *
 * @returns `undefined` for a contract without magic values, which then costs nothing.
 */
export function createMagic({ magic }: Contract): FindMagic | undefined {
  if (magic === undefined) return undefined;
  const members = magic.members.map((pointer) => ({ path: jsonPointer.split(pointer), place: pointer }));
  return ({ operation: { id }, body }, remembered) => {
    const choice = (text: unknown, place: string): MagicChoice | undefined => {
      const failure = typeof text === 'string' ? magic.triggers(text)?.get(id) : undefined;
      return failure && { failure, why: `magic value in ${place}` };
    };
    for (const { path, place } of body === undefined ? [] : members) {
      const found = choice(jsonPointer.getIn(body, path), place);
      if (found !== undefined) return found;
    }
    for (const { text, of } of remembered()) {
      const found = choice(text, of);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}
