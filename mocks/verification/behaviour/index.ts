export { repetitionsOf } from './attempts.js';
export { formatVerdict, reportVerdict, type ReportedVerdict } from './format.js';
export { judgeBehaviour } from './judge.js';
export { MISBEHAVIOURS, type BehaviourOptions, type Misbehaviour, type Pace, type Verdict } from './types.js';
