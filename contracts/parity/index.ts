export { compareRuns } from './compare.js';
export { formatParity } from './report.js';
export {
  PARITIES,
  type BothRuns,
  type Difference,
  type Parity,
  type ParityLine,
  type ParityReport,
  type ParitySide,
  type RunTold,
} from './types.js';
