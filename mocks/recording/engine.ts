import {
  LONGEST_BODY,
  readSeen,
  textOf,
  type Contract,
  type Operation,
  type SeenBody,
  type SeenExchange,
  type SeenHeaders,
} from '../../spec/index.js';
import type { Answered } from '../answered.js';
import { NO_BODY } from '../body.js';
import type { Engine } from '../engine.js';
import { Exchange } from '../exchange.js';
import { problem } from '../problem.js';
import { bodyOf, sendOn, type Passing } from '../proxy.js';
import { redactTokens } from '../redact.js';
import { newRequestId } from '../template.js';
import type { Clock, MockAnswer, MockRequest, Sandbox } from '../types.js';
import { createVia, type Via } from '../via.js';
import type { Recorded } from './recording.js';

/** Says that an answer came from the deployment that is recorded, and is none of the mock's. */
const FROM_DEPLOYMENT: Readonly<Record<string, string>> = Object.freeze({ 'x-failpath-origin': 'deployment' });

export interface RecordingEngineOptions {
  /** Answers to what never becomes a request of the API. */
  readonly engine: Engine;
  readonly contract: Contract;
  readonly clock: Clock;
  /** Knows whose credential is public. */
  readonly sandbox: Sandbox | undefined;
  /** The base URL of the deployment. */
  readonly from: string;
  /** Told of every exchange, in the order of the answers. */
  readonly seen: (exchange: SeenExchange) => Recorded | undefined;
  /** Told of every request that the deployment gave no answer to. */
  readonly unanswered: () => void;
}

/**
 * An engine that answers nothing by itself: every request goes on to one deployment, and what comes back goes on to the caller.
 * Neither body is held: of both, as much is looked at as can be judged and recorded.
 */
export function createRecordingEngine(options: RecordingEngineOptions): Engine {
  const { engine } = options;
  const via = createVia();
  return {
    answer: (request) => answer({ ...options, via }, request),
    refuseFraming: (why) => engine.refuseFraming(why),
    refuseRoute: (request, why) => engine.refuseRoute(request, why),
    unavailable: (request, error) => engine.unavailable(request, error),
    // Whether there is too much to do is for the deployment to say.
    overloaded: () => undefined,
  };
}

interface Sending extends RecordingEngineOptions {
  readonly via: Via;
}

async function answer(options: Sending, request: MockRequest): Promise<Answered> {
  const requestId = newRequestId();
  const identity = options.sandbox?.identity(request.headers) ?? 'unknown';
  const operation = options.contract.route(request.method, request.path)?.operation;
  const answered = (answer: MockAnswer, code: string | undefined, why: string): Answered => ({
    answer,
    delay: 0,
    exchange: new Exchange({
      requestId,
      at: options.clock.now(),
      method: request.method,
      operation: operation?.id,
      status: answer.status,
      code,
      answeredBy: 'deployment',
      why,
      ruleId: undefined,
      spoiledBy: undefined,
      request,
      body: NO_BODY,
      secrets: [],
      identity,
    }),
  });
  const passed = await pass(options, request, operation);
  if ('refused' in passed) {
    options.unanswered();
    const own = problem('deployment-unavailable', passed.refused, requestId);
    return answered(own, 'failpath:deployment-unavailable', redactTokens(passed.refused));
  }
  const { answer, recorded } = passed;
  const why = recorded === undefined ? 'outside the contract' : recorded.sentence;
  return answered(answer, recorded?.code, `the deployment answered: ${why}`);
}

async function pass(
  { from, seen, sandbox, via }: Sending,
  request: MockRequest,
  operation: Operation | undefined,
): Promise<{ readonly answer: MockAnswer; readonly recorded: Recorded | undefined } | { readonly refused: string }> {
  const body = await bodyOf(request);
  const sent = body === null ? undefined : tap(body, operation?.body?.json === undefined ? 0 : LONGEST_BODY);
  const passing = await sendOn(from, request, sent?.body ?? null, via);
  if ('refused' in passing) return passing;
  try {
    const took = operation === undefined ? { bytes: undefined, body: passing.body } : await take(passing);
    const recorded = seen({
      request: { ...request, body: sent === undefined ? ABSENT : seenBody(sent.bytes(), request.headers) },
      answer: { status: passing.status, headers: passing.headers, body: seenBody(took.bytes, passing.headers) },
      identity: sandbox?.identity(request.headers),
    });
    return { answer: passOn(passing, took.body), recorded };
  } catch (error) {
    passing.body.destroy();
    return { refused: `${from} broke off its answer: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function passOn({ status, headers }: Passing, body: AsyncIterable<Uint8Array>): MockAnswer {
  const type = textOf(headers['content-type']);
  const shown = { ...(type === '' ? {} : { 'content-type': type }), ...FROM_DEPLOYMENT };
  return { status, headers: shown, body: undefined, passedOn: { headers: { ...headers, ...FROM_DEPLOYMENT }, body } };
}

const ABSENT: SeenBody = Object.freeze({ kind: 'absent' });
const TOO_LONG: SeenBody = Object.freeze({ kind: 'unread', why: `it was longer than ${LONGEST_BODY} bytes, or did not end` });

function seenBody(bytes: Uint8Array | undefined, headers: SeenHeaders): SeenBody {
  return bytes === undefined ? TOO_LONG : readSeen(bytes, headers);
}

/** A body that goes through, and its bytes: none when there were more than the limit, or an answer came before the last. */
function tap(
  body: AsyncIterable<Uint8Array>,
  limit: number,
): { readonly body: AsyncIterable<Uint8Array>; bytes(): Uint8Array | undefined } {
  let chunks: Uint8Array[] | undefined = [];
  let length = 0;
  let ended = false;
  async function* through(): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      length += chunk.length;
      if (length > limit) chunks = undefined;
      else chunks?.push(chunk);
      yield chunk;
    }
    ended = true;
  }
  return { body: through(), bytes: () => (chunks === undefined || !ended ? undefined : Buffer.concat(chunks)) };
}

/** The bytes of an answer if they end soon, and the answer all over again; what never ends is not waited for. */
async function take({
  headers,
  body,
}: Passing): Promise<{ readonly bytes: Uint8Array | undefined; readonly body: AsyncIterable<Uint8Array> }> {
  if (/^text\/event-stream\b/i.test(textOf(headers['content-type']))) return { bytes: undefined, body };
  const chunks: Uint8Array[] = [];
  const rest = (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  let length = 0;
  for (;;) {
    const next = await rest.next();
    if (next.done === true) return { bytes: Buffer.concat(chunks), body: again(chunks, undefined) };
    chunks.push(next.value);
    length += next.value.length;
    if (length > LONGEST_BODY) return { bytes: undefined, body: again(chunks, rest) };
  }
}

async function* again(chunks: Uint8Array[], rest: AsyncIterator<Uint8Array> | undefined): AsyncGenerator<Uint8Array> {
  try {
    for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) yield chunk;
    for (let next = await rest?.next(); next !== undefined && next.done !== true; next = await rest?.next()) yield next.value;
  } finally {
    await rest?.return?.();
  }
}
