export { openLmdbStore } from './lmdb/index.js';
export { createMemoryStore, type MemoryStore } from './memory.js';
export { openStore, unservable, type StoreChoice } from './open.js';
export { openRedisStore } from './redis/index.js';
export { StoreUnavailable, type Change, type Commit, type Committed, type Kept, type Loaded, type Store } from './types.js';
