export { openRedisStore } from './redis.js';
