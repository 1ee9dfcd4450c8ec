export { decide, EXIT } from './gate.js';
