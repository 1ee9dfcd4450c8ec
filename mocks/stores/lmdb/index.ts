export { openLmdbStore } from './lmdb.js';
