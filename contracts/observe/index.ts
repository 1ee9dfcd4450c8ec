export { observeHar } from './har.js';
export { toLedger } from './ledger.js';
export { createObserver, type Observer } from './observer.js';
export { startObserving, type ObserveOptions, type Observing } from './proxy/index.js';
export { formatObserved, formatViolation } from './report.js';
export { formatSeen, readLedgers, tallySeen, type ReadLedger, type SeenReport } from './seen/index.js';
export type { ObservedFailure, ObservedLedger, ObservedViolation, Sightings, Traffic } from './types.js';
