import type { JournalEntry } from './types.js';

/** What the engine knows of a request once it is answered; the journal numbers it. */
export type JournalRecord = Omit<JournalEntry, 'id'>;

export interface Journal {
  add(record: JournalRecord): JournalEntry;
  /** Oldest first; with a limit, the newest that many. */
  entries(limit?: number): readonly JournalEntry[];
  /** How many have been kept or dropped since the last reset. */
  readonly total: number;
  reset(): void;
}

/**
 * A ring of the last requests: constant memory, however long the mock runs.
 *
 * @example
 * const journal = createJournal(100);
 * journal.entries(1)[0]?.why; // 'Prefer: error=api_key.revoked'
 */
export function createJournal(capacity = 1_000): Journal {
  let ring: JournalEntry[] = [];
  let total = 0;
  return {
    add: (record) => {
      const entry = Object.freeze({ id: total + 1, ...record });
      ring[total % capacity] = entry;
      total++;
      return entry;
    },
    entries: (limit = capacity) => {
      const kept = Math.min(limit, ring.length);
      return Array.from({ length: kept }, (_, index) => ring[(total - kept + index) % capacity] as JournalEntry);
    },
    get total() {
      return total;
    },
    reset: () => {
      ring = [];
      total = 0;
    },
  };
}

const SECRET_NAME =
  /^(authorization|password|passwd|secret|signature|sig|token|access_token|id_token|refresh_token|api_?key|key|code_verifier|x-amz-.*)$/i;
const LONG_TOKEN = /[A-Za-z0-9_-]{32,}/g;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * A path and query fit to be kept: a URL can be a credential (upload URLs are), so values with a telling name and
 * long tokens are cut; UUIDs and words stay, since they are what one looks for in a journal.
 *
 * @example
 * redactUrl('/uploads/7f3a...64 hex digits', new URLSearchParams('signature=9c41')); // '/uploads/7f3a9c…?signature=…'
 */
export function redactUrl(path: string, query: URLSearchParams): string {
  const cut = path.length > MAX_PATH ? `${path.slice(0, MAX_PATH)}…` : path;
  const redacted = redactTokens(cut);
  if (query.size === 0) return redacted;
  const members: string[] = [];
  for (const [name, value] of query) {
    if (members.length === MAX_MEMBERS) {
      members.push('…');
      break;
    }
    members.push(`${encodeURIComponent(redactTokens(name.slice(0, MAX_VALUE)))}=${SECRET_NAME.test(name) ? '…' : shown(value)}`);
  }
  return `${redacted}?${members.join('&')}`;
}

const MAX_PATH = 1_000;
const MAX_MEMBERS = 50;
const MAX_VALUE = 200;

function shown(value: string): string {
  const cut = redactTokens(value.slice(0, MAX_VALUE));
  return encodeURIComponent(value.length > MAX_VALUE ? `${cut}…` : cut).replaceAll('%E2%80%A6', '…');
}

/** Cuts what looks like a credential out of a text. */
export function redactTokens(text: string): string {
  return text.replace(LONG_TOKEN, (token) => (UUID.test(token) || !/\d/.test(token) ? token : `${token.slice(0, 6)}…`));
}
