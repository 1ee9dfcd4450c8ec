export { TREND_REPORTS, type TrendReportName } from './registry.js';
export { MOVEMENTS, tallyTrend, type Movement, type Trend, type TrendLine, type TrendRun } from './tally.js';
export { formatTrend } from './text.js';
