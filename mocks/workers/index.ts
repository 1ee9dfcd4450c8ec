export { type Crew } from './crew.js';
export { hireFor } from './hire.js';
export { createPeer, type Peer } from './peer.js';
export { borrowStore, lendStore } from './store.js';
export { type WorkerEvent } from './types.js';
