export { createRedactor, SHORTEST_SECRET, type Redactor } from '../spec/index.js';
