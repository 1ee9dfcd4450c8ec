import { counted, groupBy } from '../../../spec/index.js';
import { code, plain } from '../markdown.js';
import { caveatsOf, outcomesOf, type Trend } from './tally.js';
import { beyondOf, clockOf, markOf, nowOf, placeOf, sentenceOf, sinceOf, STEADY, summaryOf, TOLD } from './text.js';

/**
 * A trend as GitHub Flavored Markdown.
 *
 * @example
 * appendFileSync(process.env.GITHUB_STEP_SUMMARY, trendToMarkdown(tallyTrend(ledgers)));
 */
export function trendToMarkdown(trend: Trend): string {
  const outcomes = outcomesOf(trend);
  const clock = clockOf(trend.runs);
  const rows = trend.runs.map(
    (run) =>
      `| ${run.startedAt} | ${plain(placeOf(run))} | ${outcomes.map((outcome) => `${run.summary[outcome] ?? 0} | `).join('')}${plain(run.verdict)}${run.partial ? ', partial' : ''} | ${beyondOf(run)} |`,
  );
  const groups = [...groupBy(trend.lines, ({ movement }) => movement)].filter(([movement]) => !STEADY.has(movement));
  const blocks = [
    `## ${plain(trend.contract.title)}: ${counted(trend.runs.length, 'run')}`,
    plain(sentenceOf(trend)),
    `${counted(trend.lines.length, 'line')}: ${summaryOf(trend)}.`,
    ...caveatsOf(trend),
    [
      `| started | deployment | ${outcomes.map((outcome) => `${outcome} | `).join('')}verdict | beyond the failures |`,
      `| --- | --- | ${outcomes.map(() => '---: | ').join('')}--- | --- |`,
      ...rows,
    ].join('\n'),
    ...groups.flatMap(([movement, lines]) => [
      `### ${TOLD[movement].replace(/^./, (first) => first.toUpperCase())}`,
      [
        '| line | runs | now | reason |',
        '| --- | --- | --- | --- |',
        ...lines.map((line) => {
          const now = nowOf(line.outcomes) ?? '';
          const name = code(line.name, true);
          return `| ${name} | ${code(line.outcomes.map(markOf).join(''), true)} | ${now}${sinceOf(line, clock)} | ${plain(line.reason)} |`;
        }),
      ].join('\n'),
    ]),
  ];
  return `${blocks.join('\n\n')}\n`;
}
