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
  const all: Series[] = [];
  /** By rule, operation and code: a key of them together would have to be made for each answer. */
  const known = new Map<string, Map<string, Map<string, Told[]>>>();
  const other: Series = { labels: OTHER, count: 0 };
  const durations = new Map<string, Timed>();
  let inFlight = 0;
  const seriesOf = ({ operation = '', status, code = '', answeredBy, ruleId = '' }: Counted): Series => {
    const alike = known.get(ruleId)?.get(operation)?.get(code);
    if (alike !== undefined) for (const told of alike) if (told.status === status && told.answeredBy === answeredBy) return told.series;
    if (all.length >= maxSeries) {
      if (other.count === 0) all.push(other);
      return other;
    }
    const series: Series = { labels: { operation, status: String(status), code, answered_by: answeredBy, rule: ruleId }, count: 0 };
    all.push(series);
    const ofRule = getOr(known, ruleId, () => new Map<string, Map<string, Told[]>>());
    const ofOperation = getOr(ofRule, operation, () => new Map<string, Told[]>());
    getOr(ofOperation, code, () => []).push({ status, answeredBy, series });
    return series;
  };
  return {
    add: (answered) => {
      seriesOf(answered).count++;
      time(durations, answered.operation ?? '', answered.milliseconds / 1_000);
    },
    begin: () => void inFlight++,
    end: () => void inFlight--,
    get inFlight() {
      return inFlight;
    },
    get series() {
      return [...all];
    },
    get durations() {
      return Array.from(durations.values(), cumulated);
    },
  };
}

const OTHER: Series['labels'] = Object.freeze({ operation: 'other', status: 'other', code: 'other', answered_by: 'other', rule: 'other' });

/** What tells the series of a rule, an operation and a code apart; they are few. */
interface Told {
  readonly status: number;
  readonly answeredBy: Counted['answeredBy'];
  readonly series: Series;
}

function getOr<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

/** The same as durations, with each answer in the first bucket only that has room for it. */
interface Timed {
  readonly operation: string;
  readonly first: number[];
  count: number;
  seconds: number;
}

function time(durations: Map<string, Timed>, operation: string, seconds: number): void {
  let found = durations.get(operation);
  if (found === undefined) durations.set(operation, (found = { operation, first: BUCKETS.map(() => 0), count: 0, seconds: 0 }));
  found.count++;
  found.seconds += seconds;
  let at = 0;
  while (at < BUCKETS.length && seconds > (BUCKETS[at] ?? 0)) at++;
  if (at < BUCKETS.length) found.first[at] = (found.first[at] ?? 0) + 1;
}

function cumulated({ operation, first, count, seconds }: Timed): Durations {
  let sum = 0;
  return { operation, buckets: first.map((number) => (sum += number)), count, seconds };
}
