import { jsonPointer } from '../spec/index.js';
import type { Exchange } from './types.js';

/** Ids shorter than this, and words without a digit, turn up by chance in other requests. */
const SHORTEST_CAPTURE = 8;
/** Variables that mean something to the shell or to the script itself. */
const RESERVED = ['URL', 'RUN', 'PATH', 'HOME', 'IFS', 'PWD', 'USER', 'SHELL', 'UID', 'LANG', 'HOSTNAME', 'RANDOM', 'SECONDS', 'LINENO'];

/** A value that an earlier answer gave, and a later request uses. */
export interface Capture {
  readonly variable: string;
  readonly value: string;
  /** Index of the exchange whose answer gave it, and where in the body. */
  readonly from: number;
  readonly pointer: string;
}

/**
 * Values flow from answers into later requests: those are the ids that a script must capture.
 *
 * @example
 * findCaptures(exchanges, exchanges.map(({ request }) => serialise(request)));
 *
 * @param sent All that each request says, in their order.
 */
export function findCaptures(exchanges: readonly Pick<Exchange, 'answer'>[], sent: readonly string[]): Capture[] {
  const captures: Capture[] = [];
  const names = new Map(RESERVED.map((name) => [name, 1]));
  exchanges.slice(0, -1).forEach(({ answer }, from) => {
    eachLeaf(answer?.json, [], (value, members) => {
      if (value.length < SHORTEST_CAPTURE || !/\d/.test(value) || captures.some((one) => one.value === value)) return;
      // What a request said before the answer did is known without it.
      if (sent.findIndex((text) => text.includes(value)) <= from) return;
      const name = (members.findLast((part) => /^[a-z_]/i.test(part)) ?? 'value').replace(/\W/g, '_').toUpperCase();
      const count = (names.get(name) ?? 0) + 1;
      names.set(name, count);
      captures.push({ variable: count === 1 ? name : `${name}_${count}`, value, from, pointer: jsonPointer.join('', ...members) });
    });
  });
  return captures.filter(({ value, from }) => {
    // What occurs only inside of a longer one, such as the prefix of a token, comes with that.
    const longer = captures.filter((one) => one.value !== value && one.value.includes(value));
    return sent.slice(from + 1).some((text) => longer.reduce((rest, one) => rest.replaceAll(one.value, ''), text).includes(value));
  });
}

/** Texts and numbers, and the members that lead to them. */
function eachLeaf(value: unknown, members: string[], found: (value: string, members: readonly string[]) => void): void {
  if (typeof value === 'string') found(value, members);
  else if (typeof value === 'number') found(String(value), members);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      members.push(key);
      eachLeaf(member, members, found);
      members.pop();
    }
  }
}
