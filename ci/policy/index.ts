export { formatBaseline } from './baseline.js';
export { dayOf } from './dates.js';
export { DEFAULT_POLICY, judgeLines, type Judging, type Judgement } from './judge.js';
export { readPolicy, type PolicyOptions } from './read.js';
export { policyJsonSchema } from './schema.js';
export type { Grade, Policy, Violation } from './types.js';
