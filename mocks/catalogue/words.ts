import { groupBy, type Location, type Retry } from '../../spec/index.js';
import type { CatalogueCode, ErrorCatalogue, Reproduction } from './types.js';

/** Whether to send a request again, in a few words. */
export const RETRY_WORDS: Readonly<Record<Retry, string>> = {
  never: 'do not retry',
  backoff: 'retry with backoff',
  'retry-after': 'wait for Retry-After',
};

/** What a way to a code is called. */
export const WAYS: Readonly<Record<Reproduction['by'], string>> = {
  choice: 'On demand',
  cause: 'For its real reason, in the sandbox',
  magic: 'By its magic value',
};

/** A place as editors take it. */
export function placeText({ file, line, column }: Location): string {
  return `${file}:${line}:${column}`;
}

/**
 * The codes of a catalogue by their domain, what stands before the first dot; codes without one have no domain.
 *
 * @example
 * domainsOf(catalogue).get('api_key')?.map(({ code }) => code); // ['api_key.invalid_format', ...]
 */
export function domainsOf({ codes }: Pick<ErrorCatalogue, 'codes'>): ReadonlyMap<string, readonly CatalogueCode[]> {
  return groupBy(codes, ({ code }) => (/^[\w-]+\./.test(code) ? code.slice(0, code.indexOf('.')) : ''));
}

/**
 * The operations that something is true of, where that is not all of a code's: each by its name, or which it is not true of if that is said
 * sooner; nothing where it is true of all.
 *
 * @example
 * among(['initWork'], entry); // 'initWork'
 * among(['initWork', 'prepareWork', 'confirmWork'], entry, (id) => `*${id}*`); // 'all but *listApiKeys*'
 */
export function among(
  operations: readonly string[],
  { operations: declared }: Pick<CatalogueCode, 'operations'>,
  write: (id: string) => string = (id) => id,
): string {
  const all = [...new Set(declared.map(({ operation }) => operation))];
  const others = all.filter((id) => !operations.includes(id));
  if (others.length === 0) return '';
  const sooner = others.length * 2 < operations.length;
  return `${sooner ? 'all but ' : ''}${(sooner ? others : operations).map(write).join(', ')}`;
}

/** A header whose absence would be a breach, or that says how long to wait. */
export function tellingHeaders({ headers }: Pick<CatalogueCode, 'headers'>): CatalogueCode['headers'] {
  return headers.filter(({ required, name }) => required || /^retry-after$/i.test(name));
}
