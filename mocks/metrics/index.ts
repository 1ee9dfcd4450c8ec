export { exposeMetrics, reportMetrics, type Report } from './expose.js';
export { createTally, type Counted, type Tally } from './tally.js';
