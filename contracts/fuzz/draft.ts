import type { Operation } from '../../spec/index.js';
import { write, type Node } from './node.js';
import { repeated } from './placeholders.js';
import type { FuzzRequest } from './types.js';

/** A part of a path between two slashes, percent-encoded; with the name of the parameter that it is the value of. */
export interface Segment {
  readonly text: string;
  readonly parameter?: string;
}

type Pairs = readonly (readonly [name: string, value: string])[];

/** A request in its parts, so that each can be changed by itself. */
export interface Draft {
  readonly operation: Operation;
  readonly method: string;
  readonly path: readonly Segment[];
  /** Names and values as they are before they are percent-encoded, but for placeholders. */
  readonly query: Pairs;
  /** Without the credential. */
  readonly headers: Pairs;
  /** The credential's header, if it is sent in one. */
  readonly credential: Pairs;
  readonly body: Node | undefined;
  readonly as: string | null;
  /** What happens to the path once it is whole. */
  readonly reroute: readonly ((path: string) => string)[];
  /** What happens to the query once it is whole. */
  readonly requery: readonly ((query: string) => string)[];
  /** What happens to the body once it is written; `undefined` for none. */
  readonly rewrite: readonly ((body: string | undefined) => string | undefined)[];
}

/**
 * A draft as it is written on the wire, placeholders and all.
 *
 * @example
 * toRequest(draft).target; // '/v1/transactions/${transaction_id}'
 */
export function toRequest(draft: Draft): FuzzRequest {
  const path = draft.reroute.reduce((text, change) => change(text), `/${draft.path.map(({ text }) => text).join('/')}`);
  const query = draft.requery.reduce((text, change) => change(text), draft.query.map((pair) => pair.map(encoded).join('=')).join('&'));
  return {
    operation: draft.operation.id,
    method: draft.method,
    target: query === '' ? path : `${path}?${query}`,
    headers: [...draft.headers, ...draft.credential],
    body: draft.rewrite.reduce((text, change) => change(text), draft.body === undefined ? undefined : write(draft.body)),
    as: draft.as,
  };
}

/**
 * Percent-encodes all but placeholders; half of a character as the bytes that it would have.
 *
 * @example
 * encoded('a b${unique}'); // 'a%20b${unique}'
 */
export function encoded(text: string): string {
  return text
    .split(/(\$\{[^}]+\})/)
    .map((part, index) => {
      const times = /^\$\{repeat (\d+) (.+)\}$/s.exec(part);
      if (times !== null) return repeated(encodeURIComponent(times[2] ?? ''), Number(times[1]));
      return index % 2 === 1 ? part : encodeURIComponent(part.replace(LONE_SURROGATES, '\ufffd'));
    })
    .join('');
}

const LONE_SURROGATES = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** A draft whose headers of a name are gone, and these stand in their place. */
export function withHeaders(draft: Draft, name: string, ...values: readonly string[]): Draft {
  const others = draft.headers.filter(([other]) => other !== name);
  return { ...draft, headers: [...others, ...values.map((value) => [name, value] as const)] };
}

export function withQuery(draft: Draft, name: string, ...values: readonly string[]): Draft {
  const others = draft.query.filter(([other]) => other !== name);
  return { ...draft, query: [...others, ...values.map((value) => [name, value] as const)] };
}
