/** failpath as a library: the contract, the mock, and the run that drives a deployment through every failure. */
export { decide, EXIT } from './ci/index.js';
export {
  atsSuite,
  buildLedger,
  createDeployment,
  createPlan,
  createTransport,
  discoverWorld,
  formatRun,
  loadDeployment,
  run,
  toJunit,
  type Capability,
  type CauseLine,
  type Deployment,
  type FailurePath,
  type Ledger,
  type Outcome,
  type Plan,
  type RunEvent,
  type RunOptions,
  type Scenario,
  type Steps,
  type Suite,
  type Transport,
} from './contracts/index.js';
export { startMock, type ApiTypes, type AtsWorld, type LooseApi, type Mock, type Scripting, type StartOptions } from './mocks/index.js';
export {
  checkContract,
  formatFinding,
  InputError,
  loadContract,
  type Contract,
  type Failure,
  type Finding,
  type Operation,
} from './spec/index.js';
