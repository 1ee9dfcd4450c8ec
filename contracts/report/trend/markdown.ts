import { counted, groupBy } from '../../../spec/index.js';
import { code, plain } from '../markdown.js';
import { caveatsOf, outcomesOf, type Trend } from './tally.js';
import { markOf, sinceOf, STEADY, summaryOf, TOLD } from './text.js';

/**
 * A trend as GitHub Flavored Markdown.
 *
 * @example
 * appendFileSync(process.env.GITHUB_STEP_SUMMARY, trendToMarkdown(tallyTrend(ledgers)));
 */
export function trendToMarkdown(trend: Trend): string {
  const outcomes = outcomesOf(trend);
  const rows = trend.runs.map(
    ({ startedAt, summary, verdict, partial }) =>
      `| ${startedAt} | ${outcomes.map((outcome) => summary[outcome] ?? 0).join(' | ')} | ${plain(verdict)}${partial ? ', partial' : ''} |`,
  );
  const groups = [...groupBy(trend.lines, ({ movement }) => movement)].filter(([movement]) => !STEADY.has(movement));
  const blocks = [
    `## ${plain(trend.contract.title)}: ${counted(trend.runs.length, 'run')}`,
    `${counted(trend.lines.length, 'failure')}: ${summaryOf(trend)}.`,
    ...caveatsOf(trend),
    [`| started | ${outcomes.join(' | ')} | verdict |`, `| --- | ${outcomes.map(() => '---: |').join(' ')} --- |`, ...rows].join('\n'),
    ...groups.flatMap(([movement, lines]) => [
      `### ${TOLD[movement].replace(/^./, (first) => first.toUpperCase())}`,
      [
        '| failure | runs | now | reason |',
        '| --- | --- | --- | --- |',
        ...lines.map((line) => {
          const now = line.outcomes.findLast((outcome) => outcome !== null) ?? '';
          const name = code(`${line.operation} ${line.status} ${line.code}`, true);
          return `| ${name} | ${code(line.outcomes.map(markOf).join(''), true)} | ${now}${sinceOf(line)} | ${plain(line.reason)} |`;
        }),
      ].join('\n'),
    ]),
  ];
  return `${blocks.join('\n\n')}\n`;
}
