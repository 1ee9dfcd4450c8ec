export { answerPreflight, shareWithPages } from './cors.js';
export { decoded, encoded, isPlain, type EncodedAnswer } from './encoding.js';
export { HTTP_LIMITS, type HttpLimits, type WebSocketLimits } from './limits.js';
export { createLine } from './line.js';
export { createLoadWatch, type LoadOptions } from './load.js';
export { answerOptions, routeOf } from './methods.js';
export { pacedBody, SlowBody, wholeBody } from './pace.js';
export { keyPairFor, readKeyPair, type KeyPair } from './tls.js';
