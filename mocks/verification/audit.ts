import type { Contract } from '../../spec/index.js';
import type { Journal } from '../journal.js';
import { judgeBehaviour, type Verdict } from './behaviour/index.js';
import { createCoverageTally, type Coverage, type Shown } from './coverage.js';

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
  /** Judges what is in a journal once and for all: call it before the journal is reset, or goes. */
  settle(journal: AuditedJournal): void;
  /** Forgets everything. */
  reset(): void;
}

export type AuditedJournal = Pick<Journal, 'exchanges' | 'entries' | 'total'>;

/** Past so many, the first ones are what to look at. */
const MOST_VERDICTS = 1_000;

/**
 * Creates the audit of a mock's clients.
 *
 * @example
 * const audit = createAudit(contract, () => [journal]);
 * audit.coverage().percent; // 12.5
 *
 * @param journals Where requests are kept: one for each world.
 */
export function createAudit(contract: Contract, journals: () => Iterable<AuditedJournal>): Audit {
  const tally = createCoverageTally(contract);
  let requests = 0;
  let settled: Verdict[] = [];
  let unjudged = 0;
  /** The number of the last request in a journal that no longer counts. */
  let ignored = new WeakMap<AuditedJournal, number>();
  const since = (journal: AuditedJournal): number => ignored.get(journal) ?? 0;
  const judged = (journal: AuditedJournal): readonly Verdict[] =>
    judgeBehaviour(
      contract,
      journal.exchanges().filter(({ id }) => id > since(journal)),
    );
  const forgotten = (journal: AuditedJournal): number =>
    journal.total - since(journal) - journal.entries().filter(({ id }) => id > since(journal)).length;
  return {
    add: (answer) => {
      requests++;
      tally.add(answer);
    },
    coverage: () => tally.report(),
    verdicts: () => [...settled, ...Array.from(journals(), judged).flat()].slice(0, MOST_VERDICTS),
    get requests() {
      return requests;
    },
    get unjudged() {
      return unjudged + Array.from(journals(), forgotten).reduce((sum, count) => sum + count, 0);
    },
    settle: (journal) => {
      settled = [...settled, ...judged(journal)].slice(0, MOST_VERDICTS);
      unjudged += forgotten(journal);
      ignored.delete(journal);
    },
    reset: () => {
      tally.reset();
      requests = 0;
      settled = [];
      unjudged = 0;
      ignored = new WeakMap(Array.from(journals(), (journal) => [journal, journal.total]));
    },
  };
}
