export { canDeploy, type Answer, type Objection, type Question } from './can-deploy.js';
export { toRecord, type BuildRecord } from './record.js';
export { addRecord, buildProblem, readRecords } from './store.js';
