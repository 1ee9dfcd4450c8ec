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
export { defaultContract, startMock, type Mock, type StartOptions } from './start.js';
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
