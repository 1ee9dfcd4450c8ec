export { readLedgers, type ReadLedger } from './read.js';
export { formatSeen } from './report.js';
export { tallySeen, type SeenReport } from './tally.js';
