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
export { createEngine, type Answered, type Engine, type EngineOptions } from './engine.js';
export type { Journal } from './journal.js';
export { defaultContract, requireSandbox, startMock, type Mock, type StartOptions } from './start.js';
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
  coverageOf,
  createCoverageTally,
  formatCoverage,
  formatVerdict,
  judgeBehaviour,
  meetsCoverage,
  readExchanges,
  repetitionsOf,
  verdictToJson,
  type Coverage,
  type RecordedExchange,
  type Verdict,
} from './verification/index.js';
export { generateTypes } from './typescript/index.js';
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
  Sandbox,
  SandboxContext,
  SandboxFactory,
  Success,
} from './types.js';
