import { envelopeCodec, textOf, type Contract, type Failure, type Operation, type SeenExchange } from '../../spec/index.js';
import { operationOf } from '../answers.js';
import { formatResponse } from '../repro.js';
import type { Discrepancy, RequestEvidence } from '../types.js';
import { createHidden } from './hidden.js';
import { judgeExchange, toWire } from './judge.js';
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
/** Of a code, an id, or what was expected, in characters: an answer may say anything there. */
const LONGEST_TEXT = 400;
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
  readonly #base: string;
  readonly #hidden: ReturnType<typeof createHidden>;
  readonly #codec: ReturnType<typeof envelopeCodec>;
  readonly #violated = new Map<string, ObservedViolation>();
  readonly #undeclared = new Map<string, UndeclaredAnswer>();
  readonly #counts = { requests: 0, successes: 0, failures: 0, violations: 0, edge: 0, untold: 0 };
  readonly #unjudged = createTally(MOST_KINDS);
  readonly #unanswered = createTally(MOST_KINDS);
  readonly #elsewhere = createTally(MOST_KINDS);
  #ids = new Set<string>();
  #olderIds = new Set<string>();

  constructor(contract: Contract, base: string) {
    this.#contract = contract;
    this.#base = base;
    this.#hidden = createHidden(contract);
    this.#codec = envelopeCodec(contract);
  }

  get traffic(): Traffic {
    const { untold, ...counts } = this.#counts;
    return {
      ...counts,
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
    return this.#count(judged, exchange, operation);
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

  #count(judged: Judged, exchange: SeenExchange, operation: Operation | undefined): ObservedViolation | undefined {
    switch (judged.kind) {
      case 'elsewhere':
        this.#elsewhere.add(`${exchange.request.method} ${placeOf(exchange.request.path)}`);
        return undefined;
      case 'unjudged':
        this.#unjudged.add(judged.why);
        return undefined;
      case 'edge':
        this.#counts.edge++;
        return undefined;
      case 'success':
        this.#counts.successes++;
        return undefined;
      case 'failure':
        this.#counts.failures++;
        if (judged.failure !== undefined) this.#see(judged.failure, exchange, operation, undefined);
        return undefined;
      case 'violation':
        this.#counts.violations++;
        if (judged.failure !== undefined) this.#see(judged.failure, exchange, operation, judged.discrepancies);
        if (judged.undeclared) this.#addUndeclared(judged, exchange);
        return this.#violate(judged, exchange);
    }
  }

  #see(failure: Failure, exchange: SeenExchange, operation: Operation | undefined, wrong: readonly Discrepancy[] | undefined): void {
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
      seen.violation ??= {
        discrepancies: wrong.map((one) => this.#hide(one)),
        request: this.#evidence(exchange, operation),
        answer: this.#answer(exchange),
      };
    } else if (seen.requests.length < MOST_REQUESTS) seen.requests.push(this.#evidence(exchange, operation));
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
            code: judged.code === undefined ? null : this.#show(judged.code),
            declared: judged.failure !== undefined,
            discrepancies: judged.discrepancies.map((one) => this.#hide(one)),
            count: 1,
            first: at,
            last: at,
            request: this.#evidence(exchange, judged.operation),
            answer: this.#answer(exchange),
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
      code: code === undefined ? null : this.#show(code),
      count: (before?.count ?? 0) + 1,
      last: before !== undefined && before.last > last ? before.last : last,
    });
  }

  #evidence(exchange: SeenExchange, operation: Operation | undefined): RequestEvidence {
    const { request, answer, durationMs = 0 } = exchange;
    const { code, requestId } = this.#codec.read(answer.body.kind === 'json' ? answer.body.value : undefined);
    const id = typeof requestId === 'string' ? requestId : answer.headers['x-request-id'];
    const query = [...request.query.keys()].map((name) => `${encodeURIComponent(name)}=…`).join('&');
    const path = operation === undefined ? placeOf(request.path) : request.path;
    return {
      phase: 'when',
      label: operation?.id ?? 'a request that no operation answers',
      method: request.method,
      url: this.#hidden.redact(`${this.#base}${path}${query === '' ? '' : `?${query}`}`),
      status: answer.status,
      code: typeof code === 'string' ? this.#show(code) : null,
      requestId: id === undefined ? null : this.#show(textOf(id)),
      durationMs: Math.round(durationMs * 10) / 10,
    };
  }

  #answer(exchange: SeenExchange): string {
    const wire = toWire(exchange);
    return plain(this.#hidden.redact(formatResponse(wire), wire.json));
  }

  #hide(one: Discrepancy): Discrepancy {
    const [at, expected] = [this.#show(one.at), this.#show(one.expected)];
    return { check: one.check, at, expected, actual: this.#show(one.actual), remedy: this.#show(one.remedy) };
  }

  /** A short text of an answer, fit to be printed. */
  #show(text: string): string {
    const shown = plain(this.#hidden.redact(text.slice(0, LONGEST_TEXT)));
    return text.length > LONGEST_TEXT ? `${shown}…` : shown;
  }

  /** Whether another answer had this id; from now on it is known. */
  #isKnown(id: string): boolean {
    const known = this.#ids.has(id) || this.#olderIds.has(id);
    if (!known && this.#ids.size >= MOST_IDS) [this.#olderIds, this.#ids] = [this.#ids, new Set()];
    this.#ids.add(id);
    return known;
  }
}

const NONE: ReadonlySet<string> = new Set();

function timeOf({ at }: SeenExchange): string {
  return new Date(at ?? Date.now()).toISOString();
}

function placeIn(
  operation: Operation | undefined,
  { method, path }: SeenExchange['request'],
): Pick<ObservedViolation, 'operation' | 'method' | 'path'> {
  if (operation === undefined) return { operation: null, method, path: placeOf(path) };
  return { operation: operation.id, method, path: operation.path };
}

/**
 * A path without what may be an id or a credential: such as an upload URL, whose path is one.
 *
 * @example
 * placeOf('/uploads/7f3a9c'); // '/uploads/…'
 */
export function placeOf(path: string): string {
  const shown = path.split('/').map((part) => (/^(?:[a-z_.-]{0,30}|v\d{1,3})$/i.test(part) ? part : '…'));
  return shown.length > 8 ? `${shown.slice(0, 8).join('/')}/…` : shown.join('/');
}

/** Without what a terminal would take for a command. */
function plain(text: string): string {
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\uFFFD');
}
