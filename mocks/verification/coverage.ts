import type { Contract, Failure, Retry } from '../../spec/index.js';
import type { JournalEntry } from '../types.js';
import type { RecordedExchange } from './types.js';

/** One declared failure, and whether the client has been shown it. */
export interface CoverageRow {
  readonly operation: string;
  readonly status: number;
  readonly code: string;
  readonly retry: Retry;
  /** How many answers carried it. */
  readonly times: number;
}

/** Which declared failures a client has been shown. */
export interface Coverage {
  readonly declared: number;
  readonly shown: number;
  /** Of those declared, with one decimal, rounded down: 100 means all. */
  readonly percent: number;
  /** In the contract's order. */
  readonly rows: readonly CoverageRow[];
}

/** What coverage looks at of an answer. */
export type Shown = Pick<JournalEntry, 'operation' | 'status' | 'code'> & Partial<Pick<RecordedExchange, 'spoiledBy'>>;

/** Counts as answers go out, in constant memory: a journal forgets its oldest entries, a tally does not. */
export interface CoverageTally {
  add(answer: Shown): void;
  report(): Coverage;
  reset(): void;
}

/**
 * Counts which declared failures a client has been shown. An answer that was spoiled on its way (by a fault, or off the
 * contract on purpose) shows no declared failure.
 *
 * @example
 * const tally = createCoverageTally(contract);
 * tally.add({ operation: 'confirmWork', status: 503, code: 'common.service_unavailable' });
 * tally.report().shown; // 1
 *
 * @param selection Which failures count; all by default.
 */
export function createCoverageTally(contract: Contract, selection: (failure: Failure) => boolean = () => true): CoverageTally {
  const failures = contract.failures.filter(selection);
  const shown = failures.map((failure) => ({ failure, times: 0 }));
  // Names that the contract has need no key to be made of them for each answer.
  const byOperation = new Map(contract.operations.map(({ id }) => [id, new Map<string, Count[]>()]));
  for (const count of shown) {
    const byCode = byOperation.get(count.failure.operation.id);
    byCode?.set(count.failure.code, [...(byCode.get(count.failure.code) ?? []), count]);
  }
  return {
    add: ({ operation, status, code, spoiledBy }) => {
      if (operation === undefined || code === undefined || spoiledBy !== undefined) return;
      const count = byOperation
        .get(operation)
        ?.get(code)
        ?.find(({ failure }) => failure.status === status);
      if (count !== undefined) count.times++;
    },
    report: () => {
      const rows = shown.map(({ failure: { operation, status, code, retry }, times }) => ({
        operation: operation.id,
        status,
        code,
        retry,
        times,
      }));
      return summarise(rows);
    },
    reset: () => {
      for (const count of shown) count.times = 0;
    },
  };
}

/** A failure, and how many answers carried it. */
interface Count {
  readonly failure: Failure;
  times: number;
}

/** The coverage of these failures. */
export function summarise(rows: readonly CoverageRow[]): Coverage {
  const shown = rows.filter(({ times }) => times > 0).length;
  return { declared: rows.length, shown, percent: percentOf(shown, rows.length), rows };
}

/**
 * Which declared failures a client has been shown by these answers.
 *
 * @example
 * coverageOf(mock.contract, mock.journal.entries()).percent; // 12.5
 *
 * @param selection Which failures count; all by default.
 */
export function coverageOf(contract: Contract, answers: Iterable<Shown>, selection?: (failure: Failure) => boolean): Coverage {
  const tally = createCoverageTally(contract, selection);
  for (const answer of answers) tally.add(answer);
  return tally.report();
}

/**
 * Whether a coverage is enough: at least `min` percent, without rounding.
 *
 * @example
 * meetsCoverage({ declared: 3, shown: 2, percent: 66.6, rows }, 66.7); // false
 */
export function meetsCoverage({ shown, declared }: Pick<Coverage, 'shown' | 'declared'>, min: number): boolean {
  return shown * 100 >= min * declared;
}

function percentOf(shown: number, declared: number): number {
  return declared === 0 ? 100 : Math.floor((shown * 1_000) / declared) / 10;
}

/**
 * A coverage as aligned text, one failure a line; what has not been shown is marked.
 *
 * @example
 * formatCoverage(coverage).split('\n')[0]; // '     OPERATION    STATUS  CODE                        RETRY    TIMES'
 */
export function formatCoverage({ rows, shown, declared, percent }: Coverage): string {
  const cells = rows.map(({ operation, status, code, retry, times }) => [
    operation,
    String(status),
    code,
    retry,
    times === 0 ? '-' : String(times),
  ]);
  const lines = alignColumns([HEAD, ...cells]).map(
    (line, index) => `${index === 0 ? ' ' : rows[index - 1]?.times === 0 ? '✗' : '✓'} ${line}`,
  );
  return `${lines.join('\n')}\n${shown} of ${declared} declared failures shown: ${percent}%\n`;
}

const HEAD = ['OPERATION', 'STATUS', 'CODE', 'RETRY', 'TIMES'];

/** Rows of cells as lines, each column as wide as its widest cell. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
