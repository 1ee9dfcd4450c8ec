export { createAudit, type Audit } from './audit.js';
export {
  formatVerdict,
  judgeBehaviour,
  MISBEHAVIOURS,
  repetitionsOf,
  reportVerdict,
  type BehaviourOptions,
  type Misbehaviour,
  type Pace,
  type ReportedVerdict,
  type Verdict,
} from './behaviour/index.js';
export {
  alignColumns,
  coverageOf,
  createCoverageTally,
  formatCoverage,
  meetsCoverage,
  summarise,
  type Coverage,
  type CoverageRow,
  type CoverageTally,
  type Shown,
} from './coverage.js';
export { nearMisses, type NearMiss } from './near-misses.js';
export { compileQuery, countExchanges, findExchanges, type CompiledQuery, type Comparison } from './query.js';
export { received, ReceivedError, type Expectation } from './received.js';
export { createRecorder, type Observed, type Recorder, type RecorderOptions } from './record.js';
export { describeExchange } from './report.js';
export type { ExchangeQuery, ExchangeSource, Globs, RecordedBody, RecordedExchange, Span } from './types.js';
export { waitFor, type Timers, type WaitOptions } from './wait.js';
