import { trendToMarkdown } from './markdown.js';
import type { Trend } from './tally.js';
import { formatTrend } from './text.js';

/** The formats that a trend can be read in, by the names of those of a ledger. */
export const TREND_REPORTS = {
  terminal: (trend) => formatTrend(trend, { color: false }),
  markdown: trendToMarkdown,
  json: (trend) => `${JSON.stringify(trend, null, 2)}\n`,
} as const satisfies Readonly<Record<string, (trend: Trend) => string>>;

export type TrendReportName = keyof typeof TREND_REPORTS;
