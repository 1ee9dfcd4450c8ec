import { jsonPointer, textOf, type EnvelopeCodec, type Operation, type SeenExchange } from '../../spec/index.js';
import { formatResponse } from '../repro.js';
import type { Discrepancy, RequestEvidence } from '../types.js';
import { isTellingHeader, type Hidden } from './hidden.js';
import { toWire } from './judge.js';

/** A violation as it can be shown. */
export interface Sample {
  readonly discrepancies: readonly Discrepancy[];
  readonly request: RequestEvidence;
  readonly answer: string;
}

/** What is kept of an exchange, fit to be printed: without secrets, and without what a terminal would take for a command. */
export interface Samples {
  request(exchange: SeenExchange, operation: Operation | undefined): RequestEvidence;
  /** An exchange that broke the contract, with what is wrong. */
  violation(exchange: SeenExchange, operation: Operation | undefined, wrong: readonly Discrepancy[]): Sample;
  /** A short text of an answer, such as its code. */
  text(text: string): string;
}

/** Of a code, an id, or what was expected, in characters: an answer may say anything there. */
export const LONGEST_TEXT = 400;
/** What is redacted before it is cut, in characters: half a secret would not be found. */
const BEFORE_CUT = 20_000;

/** @param context `base` is where the API begins. */
export function createSamples(context: { readonly base: string; readonly hidden: Hidden; readonly codec: EnvelopeCodec }): Samples {
  const { base, hidden, codec } = context;
  const show = (text: string): string => {
    const shown = oneLine(hidden.redact(text.slice(0, BEFORE_CUT)));
    return shown.length > LONGEST_TEXT ? `${shown.slice(0, LONGEST_TEXT)}…` : shown;
  };
  const requestOf: Samples['request'] = ({ request, answer, durationMs = 0 }, operation) => {
    const { code, requestId } = codec.read(answer.body.kind === 'json' ? answer.body.value : undefined);
    const id = typeof requestId === 'string' ? requestId : answer.headers['x-request-id'];
    const query = [...request.query.keys()].map((name) => `${encodeURIComponent(name)}=…`).join('&');
    const path = operation === undefined ? placeOf(request.path) : request.path;
    return {
      phase: 'when',
      label: operation?.id ?? 'a request that no operation answers',
      method: request.method,
      url: show(`${base}${path}${query === '' ? '' : `?${query}`}`),
      status: answer.status,
      code: typeof code === 'string' ? show(code) : null,
      requestId: id === undefined ? null : show(textOf(id)),
      durationMs: Math.round(durationMs * 10) / 10,
    };
  };
  return {
    text: show,
    request: requestOf,
    violation: (exchange, operation, wrong) => {
      const { json, ...wire } = toWire(exchange);
      // First: what it finds under telling names is hidden everywhere else as well.
      const text = hidden.redact((json === undefined ? wire.text : JSON.stringify(json, null, 2)).slice(0, BEFORE_CUT), json);
      return {
        discrepancies: wrong.map(({ check, at, expected, actual, remedy }) => ({
          check,
          at: show(at),
          expected: show(expected),
          actual: show(actualOf(at, actual, json)),
          remedy: show(remedy),
        })),
        request: requestOf(exchange, operation),
        answer: plain(formatResponse({ ...wire, headers: shownHeaders(wire.headers), text, json: undefined }, hidden.redact)),
      };
    },
  };

  /** Checks cut what they have seen: if a secret is in it, its value is looked for in the whole. */
  function actualOf(at: string, actual: string, json: unknown): string {
    const whole = at.startsWith('/') ? JSON.stringify(jsonPointer.get(json, at))?.slice(0, BEFORE_CUT) : undefined;
    if (whole === undefined) return actual;
    const shown = hidden.redact(whole);
    return shown === whole ? actual : shown;
  }
}

/** Headers without credentials, however short they are: what has a telling name, and what stands in the query and the fragment of a URL. */
function shownHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (isTellingHeader(name)) return [name, '…'];
      if (!/(?:^|[<\s])(?:[a-z][a-z\d+.-]*:\/)?\/\S*[?#]/i.test(value)) return [name, value];
      return [name, value.replaceAll(/([?&;#][^=&;#\s<>"]+)=[^&;#\s<>"]*/g, '$1=…').replaceAll(/#[^=\s<>"]+(?=$|[\s<>"])/g, '#…')];
    }),
  );
}

/** When a request was sent; RFC 3339, UTC. */
export function timeOf({ at }: SeenExchange): string {
  return new Date(at ?? Date.now()).toISOString();
}

/**
 * A path without what may be an id or a credential: such as an upload URL, whose path is one.
 *
 * @example
 * placeOf('/uploads/7f3a9c'); // '/uploads/…'
 */
export function placeOf(path: string): string {
  const shown = path.split('/').map((part) => (/^(?:[a-z_.-]{0,30}|v\d{1,3})$/i.test(part) ? part : '…'));
  return shown.length > 8 ? `${shown.slice(0, 8).join('/')}/…` : shown.join('/');
}

/**
 * A text of one line, without what a terminal would take for a command.
 *
 * @example
 * oneLine('not\nfound'); // 'not\uFFFDfound'
 */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD');
}

/** As {@link oneLine}, of as many lines as there are. */
function plain(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]|[\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD');
}
