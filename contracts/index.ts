export { atsSuite } from './ats/index.js';
export { judgeAnswer, operationOf, type AnswerVerdict, type AnyAnswer } from './answers.js';
export { createDeployment, loadDeployment, type Deployment, type Identity } from './deployment.js';
export {
  deploymentJsonSchema,
  deploymentSchema,
  type CallTemplate,
  type DeploymentFile,
  type HttpWay,
  type MagicWay,
} from './deployment-schema.js';
export {
  fuzz,
  readCorpus,
  readFinding,
  writeCorpus,
  type Expectation,
  type FuzzEvent,
  type FuzzOptions,
  type FuzzRequest,
} from './fuzz/index.js';
export type { Finding, FindingKind } from './fuzz/index.js';
export { isHandshake } from './handshake.js';
export { LET_PASS, REASON_KINDS, type Decision, type Reason, type ReasonKind, type Waived } from './decision.js';
export {
  buildLedger,
  countOutcomes,
  toldBy,
  type Evidence,
  type Ledger,
  type LedgerCause,
  type LedgerFailure,
  type LedgerShard,
  type LedgerSuite,
  type LedgerWebhook,
} from './ledger.js';
export { nameOfLine } from './line.js';
export {
  compareRuns,
  formatParity,
  PARITIES,
  type BothRuns,
  type Difference,
  type Parity,
  type ParityLine,
  type ParityReport,
  type ParitySide,
  type RunTold,
} from './parity/index.js';
export {
  formatObserved,
  formatSeen,
  formatViolation,
  observeHar,
  readLedgers,
  startObserving,
  tallySeen,
  toLedger,
  type ObservedFailure,
  type ObservedLedger,
  type ObservedViolation,
  type Observer,
  type ObserveOptions,
  type Observing,
  type ReadLedger,
  type SeenReport,
} from './observe/index.js';
export { describePath, matchPaths, type Expect, type FailurePath, type Scenario, type Seen } from './path.js';
export { createPermits, NotPermitted, permitting, type Permits, type PermittingTransport } from './permits.js';
export { createPlan, laneOf, laneOfPlanned, type Lane, type Plan, type PlannedPath, type Selection } from './plan.js';
export {
  declareProbes,
  nameOfProbe,
  planProbes,
  prepareProbes,
  sortProbes,
  toLedgerProbe,
  type LedgerProbe,
  type PlannedProbe,
  type Probe,
  type ProbeLine,
  type ProbeRun,
  type ProbeSuite,
} from './probes/index.js';
export { isThere, Unready, waitUntilReady } from './ready.js';
export { createRedactor, type Redactor } from './redact.js';
export {
  planRun,
  promisesOf,
  rehearse,
  type PlannedCause,
  type PlannedFailure,
  type Promises,
  type Rehearsal,
  type RehearsalSuite,
} from './rehearsal/index.js';
export {
  endingEvents,
  formatFinding,
  countsOf,
  elsewhereOf,
  formatFuzz,
  formatPlan,
  formatProbe,
  formatReasons,
  formatRun,
  formatTrend,
  linesOf,
  readSavedLedgers,
  FORMATS,
  REPORT_NAMES,
  REPORTS,
  remedyOf,
  tallyTrend,
  toEvent,
  toJunit,
  TREND_REPORTS,
  type FuzzReport,
  type PlanReport,
  type Report,
  type ReportName,
  type SavedLedger,
  type Trend,
} from './report/index.js';
export { secretsOf } from './repro.js';
export { isRepeatable, sendAgain } from './retry.js';
export { prepareRun, run, type Run, type RunOptions } from './run.js';
export type { SessionWay } from './sessions.js';
export { SetupFailed } from './setup-failed.js';
export { Steps, type Cleanup } from './steps.js';
export { fingerprint } from './fingerprint.js';
export { defineSuite, type FuzzSuite, type Leftover, type Sequence, type Suite, type SuiteParts } from './suite.js';
export { createTransport, toAnswer, type TransportOptions } from './transport.js';
export {
  OUTCOMES,
  TransportError,
  type AudioUpload,
  type Capability,
  type CauseLine,
  type Discrepancy,
  type Exchange,
  type LineEvidence,
  type Outcome,
  type PathRequest,
  type RequestEvidence,
  type RunEvent,
  type SharedState,
  type Token,
  type Transport,
  type Trigger,
  type WireAnswer,
  type WireRequest,
} from './types.js';
export { verifyWebhooks, type WebhookLine, type WebhookOutcome, type WebhookSuite } from './webhooks/index.js';
export { discoverWorld } from './world.js';
