export { Records } from './records.js';
export type { Bounds, Table, Tables, WatchedTable } from './table.js';
export { isUnavailable, transactionsInMemory, transactionsOf, WorldGone, type SharedWorld, type Transactions } from './transactions.js';
