export {
  diffContracts,
  formatDiff,
  formatDiffMarkdown,
  SEVERITIES,
  toDiffJson,
  type Change,
  type ChangeKind,
  type DiffReport,
  type Named,
  type Severity,
} from './diff/index.js';
export { EXIT, gravest } from './exit.js';
export { foresee } from './foresee.js';
export { decide, gate, type Gated, type GateOptions } from './gate.js';
export { subjectsOf, type Line, type Subject } from './lines.js';
export { dayOf, formatBaseline, policyJsonSchema, readPolicy, type Policy, type PolicyOptions, type Violation } from './policy/index.js';
export { readLedger, type SavedLedger } from './ledger-file.js';
export {
  addRecord,
  buildProblem,
  canDeploy,
  readRecords,
  toRecord,
  type Answer,
  type Objection,
  type Question,
  type BuildRecord,
} from './store/index.js';
export { formatAnswer, formatGate } from './report.js';
export { insistOnWhole, subjectsIn } from './whole.js';
export { mergeLedgers } from './merge.js';
export { shardsOf, type Timings } from './shard.js';
