import type { Contract } from '../../spec/index.js';
import type { Journal } from '../journal.js';
import { judgeBehaviour, type Verdict } from './behaviour/index.js';
import { createCoverageTally, type Coverage, type Shown } from './coverage.js';
import type { RecordedExchange } from './types.js';

/** What a client has been shown and how it behaved, over as many resets of the mock as its tests make. */
export interface Audit {
  /** Counts an answer. */
  add(answer: Shown): void;
  coverage(): Coverage;
  /** Oldest first; the journal's requests are judged anew each time. */
  verdicts(): readonly Verdict[];
  /** How many requests there were. */
  readonly requests: number;
  /** How many of them the journal had forgotten before they were judged. */
  readonly unjudged: number;
  /** Judges what is in the journal once and for all: call it before the journal is reset. */
  settle(): void;
  /** Forgets everything. */
  reset(): void;
}

/** Past so many, the first ones are what to look at. */
const MOST_VERDICTS = 1_000;

/**
 * Creates the audit of a mock's clients.
 *
 * @example
 * const audit = createAudit(contract, journal);
 * audit.coverage().percent; // 12.5
 */
export function createAudit(contract: Contract, journal: Pick<Journal, 'exchanges' | 'entries' | 'total'>): Audit {
  const tally = createCoverageTally(contract);
  let requests = 0;
  let settled: Verdict[] = [];
  let unjudged = 0;
  /** The number of the last request in the journal that no longer counts. */
  let ignored = 0;
  const inJournal = (): readonly RecordedExchange[] => journal.exchanges().filter(({ id }) => id > ignored);
  const forgotten = (): number => journal.total - ignored - journal.entries().filter(({ id }) => id > ignored).length;
  const verdicts = (): Verdict[] => [...settled, ...judgeBehaviour(contract, inJournal())].slice(0, MOST_VERDICTS);
  return {
    add: (answer) => {
      requests++;
      tally.add(answer);
    },
    coverage: () => tally.report(),
    verdicts,
    get requests() {
      return requests;
    },
    get unjudged() {
      return unjudged + forgotten();
    },
    settle: () => {
      settled = verdicts();
      unjudged += forgotten();
      ignored = 0;
    },
    reset: () => {
      tally.reset();
      requests = 0;
      settled = [];
      unjudged = 0;
      ignored = journal.total;
    },
  };
}
