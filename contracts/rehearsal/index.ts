export { planRun } from './plan-run.js';
export {
  promisesOf,
  type Bound,
  type Costs,
  type PlannedCause,
  type PlannedFailure,
  type PlannedRequest,
  type Promises,
  type Route,
} from './promises.js';
export { rehearse, type Rehearsal, type Rehearsed } from './rehearse.js';
export type { PlannedLane, Schedule } from './schedule.js';
export type { Answered, Asked, Imagined, LeftBehind, RehearsalSuite, Sent } from './types.js';
export type { Unlock } from './unlocks.js';
