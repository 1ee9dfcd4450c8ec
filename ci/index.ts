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
export { decide, EXIT } from './gate.js';
