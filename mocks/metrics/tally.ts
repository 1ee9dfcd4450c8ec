import type { JournalEntry } from '../types.js';

/** What is counted of an answer. */
export type Counted = Pick<JournalEntry, 'operation' | 'status' | 'code' | 'answeredBy' | 'ruleId' | 'milliseconds'>;

/** Answers that had everything in common but the time that they took. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  count: number;
}

/** How long the answers of one operation took. */
export interface Durations {
  readonly operation: string;
  /** How many took at most so long, for each of `BUCKETS`. */
  readonly buckets: number[];
  count: number;
  seconds: number;
}

/** Plain counters: a request costs two look-ups and a few additions; names and formats are a matter for whoever reads them. */
export interface Tally {
  add(answered: Counted): void;
  /** For the time of a request. */
  begin(): void;
  end(): void;
  readonly inFlight: number;
  readonly series: readonly Series[];
  readonly durations: readonly Durations[];
}

/** Upper bounds, in seconds: most answers are in the first, those that wait on purpose in the last. */
export const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;

/** Different combinations that are told apart; what is new beyond is counted together. */
const MAX_SERIES = 20_000;

/**
 * Counts answers by operation, status, code, answering step and rule, in constant memory.
 *
 * @example
 * const tally = createTally();
 * tally.add(entry);
 */
export function createTally(maxSeries = MAX_SERIES): Tally {
  const series = new Map<string, Series>();
  const durations = new Map<string, Durations>();
  let inFlight = 0;
  return {
    add: ({ operation = '', status, code = '', answeredBy, ruleId = '', milliseconds }) => {
      const key = `${operation} ${status} ${code} ${answeredBy} ${ruleId}`;
      let found = series.get(key);
      if (found === undefined) {
        const beyond = series.size >= maxSeries;
        const labels = beyond ? OTHER : { operation, status: String(status), code, answered_by: answeredBy, rule: ruleId };
        found = series.get(beyond ? '' : key) ?? { labels, count: 0 };
        series.set(beyond ? '' : key, found);
      }
      found.count++;
      time(durations, operation, milliseconds / 1_000);
    },
    begin: () => void inFlight++,
    end: () => void inFlight--,
    get inFlight() {
      return inFlight;
    },
    get series() {
      return [...series.values()];
    },
    get durations() {
      return [...durations.values()];
    },
  };
}

const OTHER: Series['labels'] = Object.freeze({ operation: 'other', status: 'other', code: 'other', answered_by: 'other', rule: 'other' });

function time(durations: Map<string, Durations>, operation: string, seconds: number): void {
  let found = durations.get(operation);
  if (found === undefined) durations.set(operation, (found = { operation, buckets: BUCKETS.map(() => 0), count: 0, seconds: 0 }));
  found.count++;
  found.seconds += seconds;
  for (let at = BUCKETS.length - 1; at >= 0 && seconds <= (BUCKETS[at] ?? 0); at--) found.buckets[at] = (found.buckets[at] ?? 0) + 1;
}
