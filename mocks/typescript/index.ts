export { generateTypes } from './module.js';
