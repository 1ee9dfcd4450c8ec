export { fileNameOf, readCorpus, readFinding, toText, writeCorpus } from './corpus.js';
export { fuzz, type FuzzOptions } from './run.js';
export type { Expectation, Finding, FindingKind, FuzzEvent, FuzzRequest } from './types.js';
