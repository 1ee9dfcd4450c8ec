export { exposeMetrics } from './expose.js';
export { createTally, type Tally } from './tally.js';
