export { keep, type KeeperOptions } from './keeper.js';
