export { addAll } from './add-all.js';
export { createBuilder, type BuilderOptions } from './builder.js';
export type { ApiTypes, LooseApi, OperationName, Scripting } from './builder-types.js';
export type { Names } from './compile.js';
export { ScriptError, type ScriptErrorReason } from './errors.js';
export { definitionsOf, rulesInput, scriptJsonSchema, type WrittenAnswer, type WrittenRule } from './format.js';
export { SCRIPT_LIMITS, type ScriptLimits } from './limits.js';
export { labelOf } from './words.js';
export { explainedRule, nearestRule, nearestRules, sayNearest, type ExplainedRule } from './nearest.js';
export { parseScript, readScript, type ParseOptions, type ScriptPlace } from './parse.js';
export { createScripts, type ScriptOptions } from './scripts.js';
export { list, shorten, show } from './show.js';
export type {
  BodyMatcher,
  Decision,
  Delay,
  Explanation,
  FieldComparison,
  Occurrence,
  Rule,
  RuleAnswer,
  RuleMatch,
  ScriptRequest,
  Scripts,
  SequenceEnd,
  TextMatcher,
  UsedUp,
  ValueMatcher,
} from './types.js';
export { newWork, TOO_MUCH_WORK, type Work } from './work.js';
export { loadScripts, watchScripts, type LoadOptions, type ScriptEvent, type ScriptWatcher, type WatchOptions } from './watch.js';
