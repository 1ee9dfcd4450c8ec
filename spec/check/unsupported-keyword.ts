import type { Finding } from '../errors.js';
import { join } from '../pointer.js';
import { closest } from '../refs.js';
import type { Contract } from '../types.js';
import { INSTEAD, KEYWORDS } from './keywords.js';
import { at } from './rule.js';
import { schemasOf } from './walk.js';

const CANDIDATES = [...KEYWORDS];

/** Schemas use the words of JSON Schema 2020-12, OpenAPI's and `x-` extensions, and no others. */
export function unsupportedKeyword(contract: Contract): Finding[] {
  return schemasOf(contract).flatMap(({ value, pointer }) =>
    Object.keys(value)
      .filter((keyword) => !KEYWORDS.has(keyword) && !keyword.startsWith('x-'))
      .map((keyword) =>
        at(contract, join(pointer, keyword), {
          problem: 'unsupported-keyword',
          what: `${keyword} is no keyword of JSON Schema 2020-12`,
          why: 'Validators skip a word that they do not know, so the schema would allow more than it says.',
          remedy: INSTEAD.get(keyword) ?? suggest(keyword),
        }),
      ),
  );
}

function suggest(keyword: string): string {
  const meant = closest(keyword, CANDIDATES);
  return meant === undefined ? `Remove it, or name it x-${keyword} if it is a note of your own.` : `Did you mean ${meant}?`;
}
