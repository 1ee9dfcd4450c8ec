export { createListeners } from './listeners.js';
export { openLmdbStore } from './lmdb/index.js';
export { createMemoryStore, type MemoryStore } from './memory.js';
export { openStore, unservable, type StoreChoice } from './open.js';
export { openRedisStore } from './redis/index.js';
export {
  StoreUnavailable,
  type Change,
  type Commit,
  type Committed,
  type JournalHead,
  type Kept,
  type Loaded,
  type OnChange,
  type OnReach,
  type Part,
  type Store,
  type StoreEvent,
} from './types.js';
