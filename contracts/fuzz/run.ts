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
async function both(options: FuzzOptions, { prepared: { context }, operations, timeoutMs, signal, emit }: Room): Promise<Outcome> {
  const { suite, deployment, concurrency, timeMs, only } = options;
  const model = only === 'input' || (options.selected !== undefined && only === undefined) ? undefined : suite.fuzz?.model;
  const share = model === undefined ? 1 : only === 'sequences' ? 0 : INPUT_SHARE;
  const until = timeMs === undefined ? undefined : performance.now() + timeMs;
  const inTime = timeMs === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(timeMs * share)]);
  const wire = createWire(deployment, { timeoutMs, connections: concurrency });
  let outcome = NOTHING;
  try {
    const input = { ...options, requests: Math.ceil(options.requests * share) };
    if (only !== 'sequences')
      outcome = await inSession(context, (own) => drive({ options: input, operations, context: own, wire, signal: inTime, emit }));
  } finally {
    await wire.close();
  }
  if (model === undefined || signal.aborted) return outcome;
  const first = (options.corpus ?? []).flatMap(({ sequence }) => (sequence === undefined ? [] : [sequence]));
  const most = options.number === undefined ? options.requests * (1 - share) : 0;
  if (most === 0 && first.length === 0) return outcome;
  const { sent } = outcome.counts;
  const findings = outcome.findings.length;
  for await (const event of runSequences({ context, model, seed: options.seed, requests: Math.floor(most), until, signal, first })) {
    if (event.type === 'note' || event.type === 'finding') emit(event);
    if (event.type === 'progress') emit({ type: 'progress', sent: sent + event.sent, findings });
    if (event.type === 'finished') outcome = sum(outcome, event);
  }
  return outcome;
}

function sum(
  input: Outcome,
  sequences: { readonly sent: number; readonly answered: number; readonly findings: readonly Finding[] },
): Outcome {
  const { sent, answered } = input.counts;
  return {
    ...input,
    counts: { sent: sent + sequences.sent, answered: answered + sequences.answered },
    findings: [...input.findings, ...sequences.findings],
  };
}
