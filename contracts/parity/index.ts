export { compareRuns } from './compare.js';
export { PARITIES, type BothRuns, type Difference, type Parity, type ParityLine, type ParitySide, type RunTold } from './types.js';
