import { closest, jsonPointer, type Contract, type Failure, type Magic } from '../spec/index.js';
import type { Call, Remembered } from './types.js';

/** A failure that a text asks for, and where the text stands. */
export interface MagicChoice {
  readonly failure: Failure;
  readonly why: string;
}

/** A text that looks like a magic value and is none. */
export interface MagicMiss {
  readonly detail: string;
}

/** The failure that a call's own body, or else what is remembered for it, asks for. */
export type FindMagic = (
  call: Pick<Call, 'operation' | 'body'>,
  remembered: () => readonly Remembered[],
) => MagicChoice | MagicMiss | undefined;

/**
 * Looks for the magic values of a contract: in the members of the body that `x-failpath.magic` names, in their order, then
 * in what the sandbox remembers. A value triggers only a failure that the call's operation declares. What begins as all values of
 * the contract begin and is none of them is a slip, and never turns into a success.
 *
 * @example
 * createMagic(contract)?.(call, () => sandbox.remembers(call)); // { failure, why: 'magic value in /title' }
 *
 * @returns `undefined` for a contract without magic values, which then costs nothing.
 */
export function createMagic({ magic }: Contract): FindMagic | undefined {
  if (magic === undefined) return undefined;
  const members = magic.members.map((pointer) => ({ path: jsonPointer.split(pointer), place: pointer }));
  const beginning = commonBeginning(magic.texts).toLowerCase();
  return ({ operation: { id }, body }, remembered) => {
    const choice = (text: unknown, place: string): MagicChoice | undefined => {
      const failure = typeof text === 'string' ? magic.triggers(text)?.get(id) : undefined;
      return failure && { failure, why: `magic value in ${place}` };
    };
    for (const { path, place } of body === undefined ? [] : members) {
      const text = jsonPointer.getIn(body, path);
      const found = choice(text, place) ?? missIn(magic, text, place, beginning);
      if (found !== undefined) return found;
    }
    for (const { text, of } of remembered()) {
      const found = choice(text, of);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

/** So short a beginning could be anybody's. */
const TELLING = 5;

function missIn({ triggers, texts }: Magic, text: unknown, place: string, beginning: string): MagicMiss | undefined {
  if (beginning.length < TELLING || typeof text !== 'string') return undefined;
  if (!text.slice(0, beginning.length).toLowerCase().startsWith(beginning) || triggers(text) !== undefined) return undefined;
  const shown = text.slice(0, 200);
  const near = closest(shown, texts);
  const remedy = near === undefined ? '`failpath list --json` shows them.' : `Did you mean ${JSON.stringify(near)}?`;
  return { detail: `${place} is ${JSON.stringify(shown)}, which is no magic value of this contract. ${remedy}` };
}

function commonBeginning(texts: readonly string[]): string {
  const [first = '', ...others] = texts;
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length--;
  return texts.length < 2 ? '' : first.slice(0, length);
}
