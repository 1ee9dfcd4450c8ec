export { OPERATIONS, type AtsOperation } from './operations.js';
export { POLICIES, type Policies } from './policies.js';
export { RULES, type RuleName, type Rules } from './rules.js';
export type { Because, Rule } from './rules/rule.js';
export { createAtsSandbox, type AtsSandbox, type Replacements } from './sandbox.js';
export { atsReproduction } from './reproduction.js';
export { WORLD, type AtsWorld } from './world.js';
