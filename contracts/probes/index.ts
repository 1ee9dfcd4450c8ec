export { declareProbes, nameOfProbe } from './declare.js';
export { toLedgerProbe, type LedgerProbe } from './ledger.js';
export { planProbes, type PlannedProbe } from './plan.js';
export { prepareProbes, sortProbes, type ProbeRun, type ProbeRunOptions, type ProbeVisit } from './run.js';
export type { Basis, Declared, Fault, Grounds, IdentityCheck, Precedence, Probe, ProbeLine, ProbeSuite } from './types.js';
