export { counted } from './counted.js';
export { checkContract } from './check/index.js';
export { envelopeCodec, type EnvelopeCodec } from './envelope.js';
export { formatFinding, InputError, PROBLEMS, type Finding, type ProblemName } from './errors.js';
export { readFileText } from './file.js';
export { glob } from './glob.js';
export { makeFolder } from './folder.js';
export { groupBy } from './group.js';
export {
  essenceOf,
  isJsonType,
  LONGEST_BODY,
  readHar,
  readSeen,
  textOf,
  type ReadHar,
  type SeenAnswer,
  type SeenBody,
  type SeenExchange,
  type SeenHeaders,
  type SeenRequest,
} from './har/index.js';
export { deeperThan, DEEPEST_JSON } from './json.js';
export { loadContract } from './load.js';
export { onDemand } from './on-demand.js';
export { placeOf } from './place.js';
export { packageFile, version } from './package-file.js';
export { asset, html, page, prose, type Html, type HtmlValue, type Page } from './page/index.js';
export { createRedactor, SHORTEST_SECRET, type Redactor } from './redact.js';
export { closest } from './refs.js';
export * as jsonPointer from './pointer.js';
export { displayName, readFileSource, readSource, type Source } from './source.js';
export { climbs, withoutSlash } from './url.js';
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
