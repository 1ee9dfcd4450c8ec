export { declareDecide } from './decide.js';
export { declareMocking } from './mocking.js';
export { declareBeyond } from './beyond.js';
export { declareContract } from './contract.js';
