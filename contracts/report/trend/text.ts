import { createColors } from 'picocolors';
import { counted, groupBy } from '../../../spec/index.js';
import { OUTCOMES, type Outcome } from '../../types.js';
import { toneOf } from '../items.js';
import { inLine, tameAll } from '../text.js';
import { caveatsOf, MOVEMENTS, outcomesOf, type Movement, type Trend, type TrendLine, type TrendRun } from './tally.js';

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
  const clock = clockOf(trend.runs);
  const further = trend.runs.some((run) => beyondOf(run) !== '');
  const head = ['started', 'deployment', ...outcomes, 'verdict', ...(further ? ['beyond the failures'] : [])];
  const rows = trend.runs.map((run) => [
    ...[clock(run.startedAt), placeOf(run)],
    ...outcomes.map((outcome) => String(run.summary[outcome] ?? 0)),
    `${run.verdict}${run.partial ? ', partial' : ''}`,
    ...(further ? [beyondOf(run)] : []),
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const padded = (row: readonly string[]): string =>
    row.map((cell, column) => (column < 2 || column >= outcomes.length + 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ').trimEnd(); // prettier-ignore
  const groups = [...groupBy(trend.lines, ({ movement }) => movement)].filter(([movement]) => !STEADY.has(movement));
  const sections = [
    `${colors.bold(trend.contract.title)} ${counted(trend.runs.length, 'run')}`,
    [colors.dim(`  ${padded(head)}`), ...rows.map((row) => `  ${padded(row)}`)].join('\n'),
    ...caveatsOf(trend).map((caveat) => `${colors.yellow('·')} ${caveat}`),
    ...groups.map(([movement, lines]) => group(movement, lines)),
    `${counted(trend.lines.length, 'line')}: ${summaryOf(trend)}`,
    colors.bold(sentenceOf(trend)),
  ];
  return `${sections.join('\n\n')}\n`;

  function group(movement: Movement, lines: readonly TrendLine[]): string {
    const width = Math.max(...lines.map((line) => line.name.length));
    const shown = lines.map((line) => {
      const marks = line.outcomes.map((outcome) => (outcome === null ? ' ' : (paint[toneOf(outcome)] ?? colors.dim)(markOf(outcome))));
      const reason = line.reason === '' ? '' : `\n    ${colors.dim(inLine(line.reason))}`;
      return `  ${marks.join('')}  ${line.name.padEnd(width)}  ${nowOf(line.outcomes) ?? ''}${sinceOf(line, clock)}${reason}`;
    });
    return [colors.bold(TOLD[movement]), ...shown].join('\n');
  }
}

/** Since when it is as it is; of what was fixed, with which run. */
export function sinceOf({ movement, since }: TrendLine, clock: (startedAt: string) => string): string {
  if (since === null || movement === 'unproven') return '';
  return ` since ${clock(since)}`;
}

/** How times are told: to the minute, or as exactly as it takes to tell the runs apart. */
export function clockOf(runs: readonly Pick<TrendRun, 'startedAt'>[]): (startedAt: string) => string {
  const times = new Set(runs.map(({ startedAt }) => startedAt));
  const lengths = [16, 19];
  const length = lengths.find((most) => new Set([...times].map((time) => time.slice(0, most))).size === times.size) ?? 23;
  return (startedAt) => startedAt.slice(0, length).replace('T', ' ').replace(/Z$/, '');
}

/** Which deployment a run was of; of ledgers that do not name it, the address has to do. */
export function placeOf({ deployment, url }: Pick<TrendRun, 'deployment' | 'url'>): string {
  return deployment === '' ? url : deployment;
}

/** `12 verified, 1 not-reached`: what became of probes and webhooks; nothing where there were none. */
export function beyondOf({ beyond }: TrendRun): string {
  const counts = OUTCOMES.flatMap((outcome) =>
    outcome === 'not-selected' || beyond[outcome] === undefined ? [] : [`${beyond[outcome]} ${outcome}`],
  );
  return counts.join(', ');
}

/** What the last run has come to, and what moved, in a sentence; it never says better of the last run than its verdict does. */
export function sentenceOf(trend: Trend): string {
  const { summary, lines, runs } = trend;
  const last = runs.at(-1);
  const wrong = lines.filter(({ movement, outcomes }) => movement !== 'gone' && toneOf(nowOf(outcomes) ?? 'not-selected') === 'bad').length;
  const passes = last === undefined || last.exitCode === 0;
  const verdict = passes
    ? ''
    : ` Verdict of the last run: ${last.verdict}, exit code ${last.exitCode}${wrong === 0 ? '; its report says why' : ''}.`;
  const moved = lines.some(({ movement }) => !STEADY.has(movement));
  if (!moved && wrong === 0) return `Nothing moved: ${summaryOf(trend)}.${verdict}`;
  const now = wrong === 0 ? 'Nothing is wrong now' : `${counted(wrong, 'line')} ${wrong === 1 ? 'is' : 'are'} wrong now`;
  const since = summary.new === undefined || wrong === 0 ? '' : `, ${summary.new} of them newly`;
  const accepted = wrong > 0 && last?.verdict === 'accepted' ? ', and the policy lets it pass' : '';
  const fixed = summary.fixed === undefined ? '' : `; ${summary.fixed} ${summary.fixed === 1 ? 'was' : 'were'} fixed`;
  return `${now}${since}${accepted}${fixed}.${verdict}`;
}

/** The outcome of the last run that looked at it. */
export function nowOf(outcomes: TrendLine['outcomes']): Outcome | undefined {
  return outcomes.findLast((outcome) => outcome !== null && outcome !== 'not-selected') ?? undefined;
}

/** `1 newly wrong, 2 fixed, 142 proven throughout`. */
export function summaryOf({ summary }: Trend): string {
  return MOVEMENTS.flatMap((movement) => (summary[movement] === undefined ? [] : [`${summary[movement]} ${TOLD[movement]}`])).join(', ');
}
