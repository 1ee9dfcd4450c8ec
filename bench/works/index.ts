export { forced } from './forced.js';
export { lastFailure, writeContract, type Size } from './generated.js';
export { ask } from './http.js';
export { refused } from './refused.js';
export { registration, uploadPaths } from './registration.js';
export { rules } from './rules.js';
export { manySessions, placeOf } from './places.js';
export { STUBS, stubsOf, type Stub } from './stubs.js';
export type { Place, Work, World } from './types.js';
