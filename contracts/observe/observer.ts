import { envelopeCodec, type Contract, type Failure, type Operation, type SeenExchange } from '../../spec/index.js';
import { operationOf } from '../answers.js';
import type { Discrepancy } from '../types.js';
import { createHidden } from './hidden.js';
import { judgeExchange } from './judge.js';
import { createSamples, LONGEST_TEXT, placeOf, timeOf, type Samples } from './samples.js';
import { createTally } from './tally.js';
import type { Judged, ObservedViolation, SeenFailure, Traffic, UndeclaredAnswer } from './types.js';

/** Traffic under observation: exchanges go in, and what they have come to comes out; no sockets, no files. */
export interface Observer {
  /** Judges an exchange. Returns the violation if it is one, with how often it has come by now. */
  add(exchange: SeenExchange): ObservedViolation | undefined;
  /** Counts a request that nobody answered, or whose answer broke off. */
  addUnanswered(why: string, count?: number): void;
  /** Counts an answer that was not looked at. */
  addUnjudged(why: string): void;
  /** Counts requests that went elsewhere. */
  addElsewhere(what: string, count: number): void;
  readonly traffic: Traffic;
  /** By the failure; what was never seen is not in it. */
  readonly seen: ReadonlyMap<Failure, SeenFailure>;
}

/** Of different violations, undeclared answers and places elsewhere: whoever sends nonsense for days must not fill the memory. */
const MOST_KINDS = 500;
/** Of the requests that show that a failure was seen. */
const MOST_REQUESTS = 3;
/** Request ids that are remembered at least. */
const MOST_IDS = 50_000;

/**
 * Begins an observation.
 *
 * @example
 * const observer = createObserver(contract, 'https://staging.example.com');
 * observer.add(exchange)?.discrepancies[0]?.expected;
 *
 * @param base Where the API begins: shown in front of paths.
 */
export function createObserver(contract: Contract, base: string): Observer {
  return new OpenObserver(contract, base);
}

class OpenObserver implements Observer {
  readonly seen = new Map<Failure, SeenFailure>();
  readonly #contract: Contract;
  readonly #hidden: ReturnType<typeof createHidden>;
  readonly #codec: ReturnType<typeof envelopeCodec>;
  readonly #samples: Samples;
  readonly #violated = new Map<string, ObservedViolation>();
  readonly #undeclared = new Map<string, UndeclaredAnswer>();
  readonly #counts = { requests: 0, successes: 0, failures: 0, unrouted: 0, reached: 0, violations: 0, edge: 0, untold: 0 };
  readonly #edges = createTally(MOST_KINDS);
  readonly #unjudged = createTally(MOST_KINDS);
  readonly #unanswered = createTally(MOST_KINDS);
  readonly #elsewhere = createTally(MOST_KINDS);
  #ids = new Set<string>();
  #olderIds = new Set<string>();

  constructor(contract: Contract, base: string) {
    this.#contract = contract;
    this.#hidden = createHidden(contract);
    this.#codec = envelopeCodec(contract);
    this.#samples = createSamples({ base, hidden: this.#hidden, codec: this.#codec });
  }

  get traffic(): Traffic {
    const { untold, ...counts } = this.#counts;
    return {
      ...counts,
      edges: this.#edges.all(),
      unjudged: this.#unjudged.all(),
      unanswered: this.#unanswered.all(),
      elsewhere: this.#elsewhere.all(),
      violated: [...this.#violated.values()],
      undeclared: [...this.#undeclared.values()],
      untold,
    };
  }

  add(exchange: SeenExchange): ObservedViolation | undefined {
    const { request, answer } = exchange;
    const operation = operationOf(this.#contract, request.method, request.path);
    this.#counts.requests++;
    const { credential } = this.#hidden.learn(exchange, operation);
    const requestId = answer.body.kind === 'json' && answer.status >= 400 ? this.#codec.read(answer.body.value).requestId : undefined;
    const seenRequestIds = typeof requestId === 'string' && this.#isKnown(requestId) ? new Set([requestId]) : NONE;
    const context = { contract: this.#contract, hidden: this.#hidden, seenRequestIds };
    const judged = judgeExchange(context, { exchange, operation, credential });
    if (judged.kind === 'edge') {
      const { operation: id, method, path } = placeIn(operation, request);
      // What to do about a limit is said to whoever sends requests: here nobody does.
      const evidence = judged.evidence.replace(/; (?:it says Retry-After|run with a lower --rate)[^]*$/, '');
      this.#edges.add(`${id ?? `${method} ${path}`} ${answer.status}: ${this.#samples.text(evidence)}`);
    }
    if (operation !== undefined && JUDGED.has(judged.kind)) this.#counts.reached++;
    return this.#count(judged, exchange);
  }

  addUnanswered(why: string, count = 1): void {
    this.#counts.requests += count;
    this.#unanswered.add(this.#hidden.redact(why), count);
  }

  addUnjudged(why: string): void {
    this.#counts.requests++;
    this.#unjudged.add(why);
  }

  addElsewhere(what: string, count: number): void {
    this.#counts.requests += count;
    this.#elsewhere.add(what, count);
  }

  #count(judged: Judged, exchange: SeenExchange): ObservedViolation | undefined {
    const { request } = exchange;
    if (judged.kind === 'violation') {
      this.#counts.violations++;
      if (judged.failure !== undefined) this.#see(judged.failure, exchange, judged.discrepancies);
      if (judged.undeclared) this.#addUndeclared(judged, exchange);
      return this.#violate(judged, exchange);
    }
    if (judged.kind === 'elsewhere') this.#elsewhere.add(`${request.method} ${placeOf(request.path)}`);
    else if (judged.kind === 'unjudged') this.#unjudged.add(judged.why);
    else if (judged.kind === 'edge') this.#counts.edge++;
    else if (judged.kind === 'unrouted') this.#counts.unrouted++;
    else if (judged.kind === 'success') this.#counts.successes++;
    else {
      this.#counts.failures++;
      if (judged.failure !== undefined) this.#see(judged.failure, exchange);
    }
    return undefined;
  }

  #see(failure: Failure, exchange: SeenExchange, wrong?: readonly Discrepancy[]): void {
    const at = exchange.at ?? Date.now();
    let seen = this.seen.get(failure);
    if (seen === undefined) {
      seen = { failure, times: 0, wrong: 0, first: at, last: at, requests: [], violation: undefined };
      this.seen.set(failure, seen);
    }
    seen.times++;
    seen.first = Math.min(seen.first, at);
    seen.last = Math.max(seen.last, at);
    if (wrong !== undefined) {
      seen.wrong++;
      seen.violation ??= this.#samples.violation(exchange, failure.operation, wrong);
    } else if (seen.requests.length < MOST_REQUESTS) seen.requests.push(this.#samples.request(exchange, failure.operation));
  }

  #violate(judged: Extract<Judged, { kind: 'violation' }>, exchange: SeenExchange): ObservedViolation | undefined {
    const { request, answer } = exchange;
    const place = placeIn(judged.operation, request);
    // Values differ from answer to answer, and so do places in a list; what is wrong is the same.
    const wrong = judged.discrepancies.map(({ check, at, expected }) => [check, at.replaceAll(/\/\d+(?=\/|$)/g, '/*'), expected]);
    const key = JSON.stringify([place.operation, place.method, place.path, answer.status, judged.code?.slice(0, LONGEST_TEXT), wrong]);
    const at = timeOf(exchange);
    const before = this.#violated.get(key);
    if (before === undefined && this.#violated.size >= MOST_KINDS) {
      this.#counts.untold++;
      return undefined;
    }
    const violation: ObservedViolation =
      before === undefined
        ? {
            ...place,
            status: answer.status,
            code: judged.code === undefined ? null : this.#samples.text(judged.code),
            declared: judged.failure !== undefined || (judged.operation === undefined && !judged.undeclared),
            ...this.#samples.violation(exchange, judged.operation, judged.discrepancies),
            count: 1,
            first: at,
            last: at,
          }
        : { ...before, count: before.count + 1, last: at > before.last ? at : before.last };
    this.#violated.set(key, violation);
    return violation;
  }

  #addUndeclared({ operation, code }: Extract<Judged, { kind: 'violation' }>, exchange: SeenExchange): void {
    const { status } = exchange.answer;
    const place = placeIn(operation, exchange.request);
    const key = JSON.stringify([place, status, code?.slice(0, LONGEST_TEXT)]);
    const before = this.#undeclared.get(key);
    if (before === undefined && this.#undeclared.size >= MOST_KINDS) return;
    const last = timeOf(exchange);
    this.#undeclared.set(key, {
      ...place,
      status,
      code: code === undefined ? null : this.#samples.text(code),
      count: (before?.count ?? 0) + 1,
      last: before !== undefined && before.last > last ? before.last : last,
    });
  }

  /** Whether another answer had this id; from now on it is known. */
  #isKnown(id: string): boolean {
    const known = this.#ids.has(id) || this.#olderIds.has(id);
    if (!known && this.#ids.size >= MOST_IDS) [this.#olderIds, this.#ids] = [this.#ids, new Set()];
    this.#ids.add(id);
    return known;
  }
}

const JUDGED: ReadonlySet<Judged['kind']> = new Set(['success', 'failure', 'violation']);
const NONE: ReadonlySet<string> = new Set();

function placeIn(
  operation: Operation | undefined,
  { method, path }: SeenExchange['request'],
): Pick<ObservedViolation, 'operation' | 'method' | 'path'> {
  if (operation === undefined) return { operation: null, method, path: placeOf(path) };
  return { operation: operation.id, method, path: operation.path };
}
