import { envelopeCodec, textOf, type Contract, type Operation, type SeenExchange } from '../../spec/index.js';
import { judgeAnswer } from '../answers.js';
import type { WireAnswer } from '../types.js';
import type { Hidden } from './hidden.js';
import type { Judged } from './types.js';

/** What an observation knows when it judges. */
export interface JudgeContext {
  readonly contract: Contract;
  readonly hidden: Hidden;
  /** Request ids of errors that have gone by. */
  readonly seenRequestIds: ReadonlySet<string>;
}

/** An exchange, and whose it is. */
export interface Asked {
  readonly exchange: SeenExchange;
  readonly operation: Operation | undefined;
  readonly credential: string | undefined;
}

/**
 * What an exchange that has gone by is by the contract.
 *
 * Only what belongs to the contract is judged. A request that no operation answers does where its path is an operation's and the method
 * is not, or where the answer speaks the contract's envelope; everything else may be another application's. Answers that HTTP gives
 * by itself (304, 206, those to OPTIONS) are the contract's only if it declares them.
 */
export function judgeExchange({ contract, hidden, seenRequestIds }: JudgeContext, { exchange, operation, credential }: Asked): Judged {
  const { request, answer } = exchange;
  const { method } = request;
  const { status, body } = answer;
  const wire = toWire(exchange);
  const { code } = envelopeCodec(contract).read(wire.json);
  if (operation === undefined && !isOfContract(contract, exchange, code)) return { kind: 'elsewhere' };
  if (operation !== undefined && isOfHttp(exchange, operation)) return { kind: 'unjudged', why: `${status}: HTTP answers so by itself` };
  const unread = body.kind === 'unread';
  // Without its body an answer is judged as that to a HEAD: by its status.
  const asked = {
    contract,
    operation,
    method: unread ? 'HEAD' : method,
    answer: wire,
    redactor: hidden.leaks,
    credential,
    seenRequestIds,
    ownLimits: true,
  };
  const verdict = judgeAnswer(asked);
  if (verdict.kind === 'edge') return { kind: 'edge', evidence: verdict.evidence };
  const { discrepancies } = verdict;
  const told = typeof code === 'string' ? code : undefined;
  const failure = verdict.kind === 'failure' && operation !== undefined && told !== undefined ? verdict.failure : undefined;
  if (discrepancies.length > 0)
    return { kind: 'violation', operation, failure, undeclared: verdict.kind === 'undeclared', code: told, discrepancies };
  if (unread) return { kind: 'unjudged', why: `its body: ${body.why}` };
  if (verdict.kind === 'undeclared') return { kind: 'elsewhere' };
  if (operation === undefined) return { kind: 'unrouted' };
  return verdict.kind === 'success' ? { kind: 'success' } : { kind: 'failure', failure };
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

function isOfContract(contract: Contract, { request: { method, path }, answer: { status } }: SeenExchange, code: unknown): boolean {
  if (method === 'OPTIONS' || status < 400) return false;
  return typeof code === 'string' || METHODS.some((one) => contract.route(one, path) !== undefined);
}

/** RFC 9110, sections 13 and 14: what a client has asked of HTTP and not of the API. */
function isOfHttp({ request: { headers }, answer: { status } }: SeenExchange, { answers }: Operation): boolean {
  if (answers.some((one) => one.status === status)) return false;
  if (status === 304) return headers['if-none-match'] !== undefined || headers['if-modified-since'] !== undefined;
  return status === 206 && headers['range'] !== undefined;
}

/** The answer as the checks read it. A cookie is where it belongs, and leaks nothing. */
export function toWire({ answer: { status, headers, body } }: SeenExchange): WireAnswer {
  const shown: [name: string, value: string][] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) shown.push([name, name === 'set-cookie' ? '…' : textOf(value)]);
  }
  const text = body.kind === 'json' ? (body.text ?? JSON.stringify(body.value)) : body.kind === 'text' ? body.text : '';
  return { status, headers: Object.fromEntries(shown), text, json: body.kind === 'json' ? body.value : undefined };
}
