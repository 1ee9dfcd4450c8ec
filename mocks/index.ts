export {
  createAtsSandbox,
  POLICIES,
  RULES,
  WORLD,
  type AtsSandbox,
  type AtsWorld,
  type Replacements,
  type Policies,
  type RuleName,
  type Rules,
} from './ats/index.js';
export { createClock, type MockClock } from './clock.js';
export type { Answered } from './answered.js';
export { createEngine, type Engine, type EngineOptions } from './engine.js';
export type { MockFetch, MockFetchInit } from './fetch.js';
export { readKeyPair } from './http/index.js';
export type { Journal } from './journal.js';
export { defaultContract, hasSandbox, requireSandbox } from './assemble.js';
export { startMock, type Mock, type StartOptions } from './start.js';
export type { WorkerEvent } from './workers/index.js';
export type { StoreEvent } from './stores/index.js';
export {
  DEFAULT_FILE as DEFAULT_RECORDING,
  importHar,
  type RecordedViolation,
  type RecordingSummary,
  type RecordOptions,
} from './recording/index.js';
export {
  scriptJsonSchema,
  type ApiTypes,
  type LooseApi,
  type Rule,
  type Scripting,
  type Scripts,
  type ScriptEvent,
} from './script/index.js';
export {
  alignColumns,
  ReceivedError,
  formatCoverage,
  formatVerdict,
  judgeBehaviour,
  meetsCoverage,
  summarise,
  repetitionsOf,
  reportVerdict,
  type Coverage,
  type ExchangeQuery,
  type Expectation,
  type RecordedExchange,
  type ReportedVerdict,
  type Verdict,
  type WaitOptions,
} from './verification/index.js';
export {
  catalogueHtml,
  catalogueMarkdown,
  catalogueOf,
  formatCode,
  indented,
  nearCodes,
  wrapped,
  type CatalogueCode,
  type Declaration,
  type ErrorCatalogue,
  type Reproduction,
} from './catalogue/index.js';
export { generateClient, generateTypes, isSchemaOf, jsonSchemasOf, type CodeSchema } from './typescript/index.js';
export type {
  AdminAnswer,
  AdminRoute,
  Call,
  Clock,
  JournalEntry,
  MockAnswer,
  MockRequest,
  Outcome,
  Refusal,
  Remembered,
  Sandbox,
  SandboxContext,
  SandboxFactory,
  Success,
} from './types.js';
