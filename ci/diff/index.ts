export { diffContracts } from './changes.js';
export { formatDiff, formatDiffMarkdown, toDiffJson, type DiffReport, type Named } from './report.js';
export { SEVERITIES, type Change, type ChangeKind, type Severity } from './types.js';
