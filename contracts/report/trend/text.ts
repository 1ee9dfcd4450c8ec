import { createColors } from 'picocolors';
import { counted, groupBy } from '../../../spec/index.js';
import type { Outcome } from '../../types.js';
import { toneOf } from '../items.js';
import { inLine, tameAll } from '../text.js';
import { caveatsOf, MOVEMENTS, outcomesOf, type Movement, type Trend, type TrendLine } from './tally.js';

/** What a movement is called where people read it. */
export const TOLD: Readonly<Record<Movement, string>> = {
  new: 'newly wrong',
  wrong: 'still wrong',
  flaky: 'flaky',
  lost: 'no longer proven',
  unproven: 'unproven',
  fixed: 'fixed',
  gained: 'newly proven',
  proven: 'proven throughout',
  gone: 'no longer declared',
  unseen: 'never looked at',
};

/** Movements of which only the number is told. */
export const STEADY: ReadonlySet<Movement> = new Set<Movement>(['proven', 'unseen']);

const MARKS: Readonly<Record<string, string>> = { good: '✓', bad: '✗', open: '!' };

/** A mark for an outcome, in a row of runs. */
export function markOf(outcome: Outcome | null): string {
  if (outcome === null) return ' ';
  return outcome === 'waived' ? 'w' : outcome === 'flaky' ? '~' : (MARKS[toneOf(outcome)] ?? '·');
}

/**
 * A trend as people read it: the runs, then what moved, then how many did not.
 *
 * @example
 * process.stdout.write(formatTrend(tallyTrend(ledgers), { color: process.stdout.isTTY }));
 */
export function formatTrend(told: Trend, { color }: { readonly color: boolean }): string {
  const trend = tameAll(told);
  const colors = createColors(color);
  const paint: Readonly<Record<string, (text: string) => string>> = { good: colors.green, bad: colors.red, open: colors.yellow };
  const outcomes = outcomesOf(trend);
  const head = ['started', ...outcomes, 'verdict'];
  const rows = trend.runs.map(({ startedAt, summary, verdict, partial }) => [
    startedAt.slice(0, 16).replace('T', ' '),
    ...outcomes.map((outcome) => String(summary[outcome] ?? 0)),
    `${verdict}${partial ? ', partial' : ''}`,
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const padded = (row: readonly string[]): string =>
    row.map((cell, column) => (column === 0 || column === row.length - 1 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ').trimEnd(); // prettier-ignore
  const groups = [...groupBy(trend.lines, ({ movement }) => movement)].filter(([movement]) => !STEADY.has(movement));
  const sections = [
    `${colors.bold(trend.contract.title)} ${counted(trend.runs.length, 'run')}`,
    [colors.dim(`  ${padded(head)}`), ...rows.map((row) => `  ${padded(row)}`)].join('\n'),
    ...caveatsOf(trend).map((caveat) => `${colors.yellow('·')} ${caveat}`),
    ...groups.map(([movement, lines]) => group(movement, lines)),
    `${counted(trend.lines.length, 'failure')}: ${summaryOf(trend)}`,
  ];
  return `${sections.join('\n\n')}\n`;

  function group(movement: Movement, lines: readonly TrendLine[]): string {
    const width = Math.max(...lines.map((line) => nameOf(line).length));
    const shown = lines.map((line) => {
      const marks = line.outcomes.map((outcome) => (outcome === null ? ' ' : (paint[toneOf(outcome)] ?? colors.dim)(markOf(outcome))));
      const reason = line.reason === '' ? '' : `\n    ${colors.dim(inLine(line.reason))}`;
      return `  ${marks.join('')}  ${nameOf(line).padEnd(width)}  ${line.outcomes.findLast((outcome) => outcome !== null) ?? ''}${sinceOf(line)}${reason}`;
    });
    return [colors.bold(TOLD[movement]), ...shown].join('\n');
  }
}

const nameOf = ({ operation, status, code }: TrendLine): string => `${operation} ${status} ${code}`;

/** Since when it is as it is; of what was fixed, with which run. */
export function sinceOf({ movement, since }: TrendLine): string {
  if (since === null || movement === 'unproven') return '';
  return ` since ${since.slice(0, 16).replace('T', ' ')}`;
}

/** `1 newly wrong, 2 fixed, 142 proven throughout`. */
export function summaryOf({ summary }: Trend): string {
  return MOVEMENTS.flatMap((movement) => (summary[movement] === undefined ? [] : [`${summary[movement]} ${TOLD[movement]}`])).join(', ');
}
