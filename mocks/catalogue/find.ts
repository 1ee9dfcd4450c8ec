import { closest } from '../../spec/index.js';
import type { CatalogueCode, ErrorCatalogue } from './types.js';

/** How many codes are shown to whoever has misspelled one. */
const MOST = 5;

/**
 * The codes that somebody may have meant, the nearest first: spelled alike, then those with the word in them.
 *
 * @example
 * nearCodes(catalogue, 'revokd').map(({ code }) => code); // ['api_key.revoked']
 */
export function nearCodes({ codes }: ErrorCatalogue, word: string): readonly CatalogueCode[] {
  const wanted = word.toLowerCase();
  const names = codes.map(({ code }) => code);
  const alike = closest(wanted, names);
  const reasons = names.map((name) => name.slice(name.lastIndexOf('.') + 1));
  const reason = closest(wanted.slice(wanted.lastIndexOf('.') + 1), reasons);
  const found = [
    ...names.filter((name) => name === alike),
    ...names.filter((_, index) => reasons[index] === reason),
    ...names.filter((name) => wanted.length > 2 && name.includes(wanted)),
  ];
  return [...new Set(found)].slice(0, MOST).flatMap((name) => codes.filter(({ code }) => code === name));
}
