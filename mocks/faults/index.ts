export { applyFault, spoilsAnswer } from './apply.js';
export { drawDelay, MAX_DELAY_MS } from './delay.js';
export { fetchFault, toResponse } from './in-process.js';
export { FAULTS, type ShortFaultName } from './names.js';
export { ended, noAnswer, systemError } from './network-error.js';
export { faultSchema, MAX_FAULT_MS, parseFault } from './parse.js';
export { createRandom, type Random } from './random.js';
export type { Fault, FaultName } from './types.js';
export type { After, FaultSurroundings } from './wire.js';
