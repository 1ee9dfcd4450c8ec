export {
  essenceOf,
  isJsonType,
  LONGEST_BODY,
  readSeen,
  textOf,
  type SeenAnswer,
  type SeenBody,
  type SeenExchange,
  type SeenHeaders,
  type SeenRequest,
} from './exchange.js';
export { readHar, type ReadHar } from './har.js';
