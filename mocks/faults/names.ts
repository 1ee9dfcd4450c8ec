import { closest } from '../../spec/index.js';
import type { FaultName } from './types.js';

export type ShortFaultName =
  'connection-reset' | 'empty-response' | 'malformed-chunk' | 'random-data' | 'truncated-body' | 'dribble' | 'timeout';

interface FaultText {
  readonly type: FaultName;
  /** What a client sees of it, in a sentence. */
  readonly sees: string;
  /** How it is written in a script. */
  readonly write: string;
}

/** The faults by failpath's short names. */
export const FAULTS: Readonly<Record<ShortFaultName, FaultText>> = {
  'connection-reset': {
    type: 'CONNECTION_RESET_BY_PEER',
    sees: 'The connection is reset (RST) without an answer.',
    write: "'connection-reset'",
  },
  'empty-response': { type: 'EMPTY_RESPONSE', sees: 'The connection ends without a byte.', write: "'empty-response'" },
  'malformed-chunk': {
    type: 'MALFORMED_RESPONSE_CHUNK',
    sees: 'Status line and headers are right, then the body begins with a chunk that is none, and the connection ends.',
    write: "'malformed-chunk'",
  },
  'random-data': {
    type: 'RANDOM_DATA_THEN_CLOSE',
    sees: 'Bytes that are no HTTP arrive, and the connection ends.',
    write: "'random-data'",
  },
  'truncated-body': {
    type: 'limit_data',
    sees: 'The body ends after so many bytes of what Content-Length promises, and so does the connection.',
    write: "{ 'truncated-body': 20 } (bytes)",
  },
  dribble: {
    type: 'dribble',
    sees: 'The body arrives whole, in so many chunks over so many milliseconds.',
    write: '{ dribble: { chunks: 5, durationMs: 1000 } }',
  },
  timeout: {
    type: 'timeout',
    sees: 'Nothing is answered; the connection ends after so many milliseconds, or never.',
    write: "'timeout' (never ends) or { timeout: 500 } (milliseconds)",
  },
};

const SHORT_NAMES = Object.keys(FAULTS) as readonly ShortFaultName[];

/** Names that other tools have for the same. */
const ALIASES: Readonly<Record<string, ShortFaultName>> = { reset_peer: 'connection-reset', chunkedDribbleDelay: 'dribble' };

/** Toxiproxy's other toxics, and what to use in their place. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  latency: 'Say `delay` beside the answer.',
  bandwidth: 'Use dribble, which spreads a body over a duration.',
  slicer: 'Use dribble, which sends a body in chunks.',
  slow_close: 'Use timeout, which closes late.',
  down: 'Use connection-reset, or stop the mock.',
};

/** The short name of whatever a fault is called; `undefined` for what is no fault. */
export function shortName(name: string): ShortFaultName | undefined {
  if (Object.hasOwn(FAULTS, name)) return name as ShortFaultName;
  if (Object.hasOwn(ALIASES, name)) return ALIASES[name];
  return SHORT_NAMES.find((short) => FAULTS[short].type === name);
}

/** Every name that a fault goes by. */
export function namesOf(short: ShortFaultName): [string, ...string[]] {
  const others = Object.keys(ALIASES).filter((alias) => ALIASES[alias] === short);
  return [...new Set([short, FAULTS[short].type, ...others])] as [string, ...string[]];
}

/** What to say about a name that is no fault's. */
export function unknownFault(name: string): string {
  const shown = JSON.stringify(name.slice(0, 60));
  const other = Object.hasOwn(UNSUPPORTED, name) ? UNSUPPORTED[name] : undefined;
  if (other !== undefined) return `the fault ${shown} is not supported. ${other}`;
  const meant = nearest(name.slice(0, 60));
  return `there is no fault ${shown}${meant === undefined ? '' : ` (did you mean ${meant}?)`}; there are ${SHORT_NAMES.join(', ')}`;
}

/** Case and separators are what one remembers least. */
function nearest(name: string): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[\s_-]+/g, '-');
  const all = new Map(SHORT_NAMES.flatMap(namesOf).map((known) => [plain(known), known]));
  const found = closest(plain(name), [...all.keys()]);
  return found === undefined ? undefined : all.get(found);
}
