export { checkContract } from './check/index.js';
export { envelopeCodec, type EnvelopeCodec } from './envelope.js';
export { formatFinding, InputError, PROBLEMS, type Finding, type ProblemName } from './errors.js';
export { readFileText } from './file.js';
export { groupBy } from './group.js';
export { loadContract } from './load.js';
export { createRedactor, SHORTEST_SECRET, type Redactor } from './redact.js';
export { closest } from './refs.js';
export * as jsonPointer from './pointer.js';
export { displayName, readSource, type Source } from './source.js';
export type {
  Answer,
  Content,
  Contract,
  Credential,
  DeliveryEffect,
  DeliveryTerms,
  Envelope,
  EnvelopePointers,
  Example,
  Failure,
  Header,
  Limit,
  Location,
  Magic,
  Operation,
  Parameter,
  Refusals,
  RequestBody,
  Retry,
  Route,
  Validator,
  Violation,
  Webhook,
} from './types.js';
