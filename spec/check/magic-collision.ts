import type { Finding } from '../errors.js';
import { bodyMember } from '../magic.js';
import { getIn, join, split } from '../pointer.js';
import type { Contract, Operation } from '../types.js';
import { at, quote } from './rule.js';

/** A text that somebody may send without meaning magic, and where the contract shows it. */
interface Shown {
  readonly value: unknown;
  readonly pointer: string;
  readonly label: string;
}

/** What the contract shows as a usual value of a member triggers nothing. */
export function magicCollision(contract: Contract): Finding[] {
  const { magic } = contract;
  if (magic === undefined) return [];
  const found = new Map<string, Finding>();
  for (const operation of contract.operations) {
    for (const member of magic.members) {
      for (const { value, pointer, label } of shownOf(contract, operation, member)) {
        const [failure] = (typeof value === 'string' ? magic.triggers(value)?.values() : undefined) ?? [];
        if (failure === undefined || found.has(pointer)) continue;
        found.set(
          pointer,
          at(contract, pointer, {
            problem: 'magic-collision',
            what: `${label} of ${operation.id} has ${quote(value)} at ${member}, which is magic for ${failure.code}`,
            why: 'Who copies it gets a failure, and no hint that the value is the reason.',
            remedy: 'Show another value, or give the code a magic value that nobody sends by chance.',
          }),
        );
      }
    }
  }
  return [...found.values()];
}

function shownOf(contract: Contract, operation: Operation, member: string): Shown[] {
  const members = split(member);
  const examples = (operation.body?.json?.examples ?? []).map(({ name, value, pointer }) => ({
    value: getIn(value, members),
    pointer: pointer + member,
    label: `the example ${name}`,
  }));
  const fixed = bodyMember(contract.document, operation, member).flatMap(({ value, pointer }) => [
    ...['const', 'default', 'example'].map((keyword) => shown(value[keyword], join(pointer, keyword))),
    ...['enum', 'examples'].flatMap((keyword) => {
      const list: unknown = value[keyword];
      return Array.isArray(list) ? list.map((item, index) => shown(item, join(pointer, keyword, index))) : [];
    }),
  ]);
  return [...examples, ...fixed];
}

function shown(value: unknown, pointer: string): Shown {
  return { value, pointer, label: 'the schema' };
}
