import { randomBytes } from 'node:crypto';
import type { Contract, Operation } from '../../spec/index.js';
import type { Deployment } from '../deployment.js';
import { createPlan } from '../plan.js';
import { createRedactor, type Redactor } from '../redact.js';
import { prepareRun, type Run } from '../run.js';
import { inSession } from '../sessions.js';
import { SetupFailed } from '../setup-failed.js';
import type { Suite } from '../suite.js';
import { createTransport } from '../transport.js';
import { channel } from './channel.js';
import { drive, NOTHING, type Outcome } from './drive.js';
import type { Clock } from './patience.js';
import { runSequences } from './sequences/index.js';
import type { Finding, FuzzEvent } from './types.js';
import { createWire } from './wire.js';

export interface FuzzOptions {
  readonly contract: Contract;
  readonly suite: Suite;
  readonly deployment: Deployment;
  readonly seed: number;
  /** At most so many cases; what is needed to make them ready, and to make findings smaller, comes on top. */
  readonly requests: number;
  /** At most so long, in milliseconds. */
  readonly timeMs?: number;
  /** For one answer, in milliseconds: what takes longer hangs. */
  readonly timeoutMs?: number;
  readonly concurrency: number;
  /** By default all operations, and sequences of them where the suite knows any. */
  readonly selected?: (operation: Operation) => boolean;
  /** One hostile request after the other, or sequences of good ones; by default both. */
  readonly only?: 'input' | 'sequences';
  /** Findings of other runs, which are tried first. */
  readonly corpus?: readonly Finding[];
  /** Only this case of the seed. */
  readonly number?: number;
  /** Only this sequence of the seed. */
  readonly sequence?: number;
  /** Where a deployment asks to wait; the real one by default. */
  readonly clock?: Clock;
  readonly redactor?: Redactor;
  readonly signal?: AbortSignal;
  /** Fixed by tests; random otherwise. */
  readonly run?: string;
}

const TIMEOUT_MS = 10_000;
/** Of the requests and of the time, so much goes to single requests where there are sequences as well. */
const INPUT_SHARE = 0.75;

/**
 * Fuzzes a deployment: sends every operation what its contract does not allow, then takes sequences of good requests through it, and
 * holds every answer against the contract.
 *
 * One seed makes the same requests in the same order, but for what the deployment gives, such as ids.
 *
 * @example
 * for await (const event of fuzz({ contract, suite, deployment, seed: 7, requests: 2000, concurrency: 16 })) if (event.type === 'finding') console.log(event.finding.curl);
 */
export async function* fuzz(options: FuzzOptions): AsyncGenerator<FuzzEvent> {
  const began = performance.now();
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  yield* channel<FuzzEvent>(
    async (emit) => {
      const { counts, ...outcome } = await within(options, signal, emit);
      emit({ type: 'finished', ...counts, ...outcome, durationMs: Math.round(performance.now() - began) });
    },
    () => stop.abort(),
  );
}

/** From the first request to the last; what was made on the way is removed at the end. */
async function within(options: FuzzOptions, signal: AbortSignal, emit: (event: FuzzEvent) => void): Promise<Outcome> {
  const { contract, suite, deployment, concurrency } = options;
  const timeoutMs = options.timeoutMs ?? Math.min(TIMEOUT_MS, deployment.http.timeoutMs);
  const transport = createTransport({ ...deployment.http, timeoutMs, connections: concurrency });
  const run = options.run ?? randomBytes(4).toString('hex');
  const redactor = options.redactor ?? createRedactor();
  const prepared = prepareRun(createPlan(contract, suite, deployment), { transport, run, redactor, signal });
  const operations = contract.operations.filter((operation) => options.selected?.(operation) !== false);
  emit({ type: 'started', run, url: deployment.url, seed: options.seed, operations: operations.length, requests: options.requests });
  try {
    const silence = await prepared.silence();
    if (silence === undefined) return await both(options, { prepared, operations, timeoutMs, signal, emit });
    emit({ type: 'note', says: silence, remedy: 'Start it, or name another address.' });
    return NOTHING;
  } catch (error) {
    if (!(error instanceof SetupFailed)) throw error;
    emit({ type: 'note', says: error.message, remedy: 'Look at what the deployment answers.' });
    return NOTHING;
  } finally {
    for (const event of await prepared.cleanUp())
      if (event.type === 'cleanup-failed') emit({ type: 'note', says: `not removed: ${event.what}: ${event.why}`, remedy: event.remedy });
    await transport.close();
  }
}

interface Room {
  readonly prepared: Run;
  readonly operations: readonly Operation[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly emit: (event: FuzzEvent) => void;
}

/** Single requests, then sequences. */
async function both(options: FuzzOptions, room: Room): Promise<Outcome> {
  const { timeMs } = options;
  const isShared = takesSequences(options);
  const share = options.only === 'sequences' ? 0 : isShared ? INPUT_SHARE : 1;
  const until = timeMs === undefined ? undefined : performance.now() + timeMs;
  const outcome = options.only === 'sequences' || options.sequence !== undefined ? NOTHING : await input(options, room, share);
  if (room.signal.aborted) return outcome;
  const requests = isShared && options.number === undefined ? Math.floor(options.requests * (1 - share)) : 0;
  return sequences(options, { ...room, outcome, requests, until });
}

/** Single requests, to which a share of the requests and of the time belongs. */
async function input(options: FuzzOptions, room: Room, share: number): Promise<Outcome> {
  const { prepared, operations, timeoutMs, signal, emit } = room;
  const { deployment, concurrency, timeMs } = options;
  const time = limits(signal, timeMs === undefined ? undefined : timeMs * share);
  const wire = createWire(deployment, { timeoutMs, connections: concurrency });
  const own = { ...options, requests: Math.ceil(options.requests * share) };
  try {
    return await inSession(prepared.context, (context) =>
      drive({ options: own, operations, context, wire, signal: time.sending, looking: time.looking, emit }),
    );
  } finally {
    time.clear();
    await wire.close();
  }
}

/** What was found when the time is up may still be sent again and made small, for so long. */
const GRACE_MS = 5_000;

/**
 * Until when new requests are sent, and until when what was found is looked into. With timers of its own: of signals that only others
 * are made of, Node 20 may forget the timeout.
 */
function limits(
  signal: AbortSignal,
  timeMs: number | undefined,
): { readonly sending: AbortSignal; readonly looking: AbortSignal; clear(): void } {
  if (timeMs === undefined) return { sending: signal, looking: signal, clear: () => undefined };
  const [sending, looking] = [new AbortController(), new AbortController()];
  const timers = [setTimeout(() => sending.abort(), timeMs), setTimeout(() => looking.abort(), timeMs + GRACE_MS)];
  const stop = (): void => [sending, looking].forEach((one) => one.abort());
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  return {
    sending: sending.signal,
    looking: looking.signal,
    clear: () => {
      timers.forEach((timer) => clearTimeout(timer));
      signal.removeEventListener('abort', stop);
    },
  };
}

interface Rest extends Room {
  readonly outcome: Outcome;
  readonly requests: number;
  readonly until: number | undefined;
}

async function sequences(options: FuzzOptions, { prepared, signal, emit, outcome, requests, until }: Rest): Promise<Outcome> {
  const { suite, corpus = [], seed, sequence: number } = options;
  const model = suite.fuzz?.model;
  const kept = corpus.filter(({ sequence }) => sequence !== undefined);
  if (requests === 0 && kept.length === 0 && number === undefined) return outcome;
  if (model === undefined) {
    if (kept.length > 0 || number !== undefined)
      emit({ type: 'note', says: 'no sequences of this API are known', remedy: 'Replay it with the contract that it was found with.' });
    return outcome;
  }
  const first = kept.flatMap(({ sequence }) => (sequence === undefined ? [] : [sequence]));
  const { sent } = outcome.counts;
  let whole = outcome;
  for await (const event of runSequences({ context: prepared.context, model, seed, requests, until, signal, first, number })) {
    if (event.type === 'note' || event.type === 'finding') emit(event);
    if (event.type === 'progress') emit({ type: 'progress', sent: sent + event.sent, findings: outcome.findings.length });
    if (event.type === 'finished') whole = sum(outcome, { ...event, findings: event.findings.map((finding) => asKept(finding, kept)) });
  }
  return whole;
}

/** What was kept is found again by its file. */
function asKept(finding: Finding, kept: readonly Finding[]): Finding {
  const replay = finding.replay ?? kept.find(({ cause }) => cause === finding.cause)?.replay;
  return replay === undefined ? finding : { ...finding, replay };
}

/** Sequences are of all operations: where only some are to be fuzzed, they are taken only when they are asked for. */
function takesSequences({ only, selected, suite }: FuzzOptions): boolean {
  return suite.fuzz?.model !== undefined && (only === 'sequences' || (only === undefined && selected === undefined));
}

/** All of both; what good requests have shown by themselves is no other cause when a sequence shows it. */
function sum(
  single: Outcome,
  { sent, answered, findings }: { readonly sent: number; readonly answered: number; readonly findings: readonly Finding[] },
): Outcome {
  const timesOf = (cause: string): number => findings.find((one) => one.cause === cause)?.times ?? 0;
  const known = new Set(single.findings.map(({ cause }) => cause));
  return {
    ...single,
    counts: { sent: single.counts.sent + sent, answered: single.counts.answered + answered },
    findings: [
      ...single.findings.map((one) => ({ ...one, times: one.times + timesOf(one.cause) })),
      ...findings.filter(({ cause }) => !known.has(cause)),
    ],
  };
}
