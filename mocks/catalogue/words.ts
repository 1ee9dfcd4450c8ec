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

/** The operations that something is true of, where that is not all of them. */
export function onlyFor(operations: readonly string[], { operations: all }: Pick<CatalogueCode, 'operations'>): readonly string[] {
  return new Set(all.map(({ operation }) => operation)).size === new Set(operations).size ? [] : operations;
}

/** A header whose absence would be a breach, or that says how long to wait. */
export function tellingHeaders({ headers }: Pick<CatalogueCode, 'headers'>): CatalogueCode['headers'] {
  return headers.filter(({ required, name }) => required || /^retry-after$/i.test(name));
}
