import { randomBytes } from 'node:crypto';
import type { Contract, Operation } from '../../spec/index.js';
import type { Deployment } from '../deployment.js';
import { createPlan } from '../plan.js';
import { createRedactor, type Redactor } from '../redact.js';
import { prepareRun } from '../run.js';
import { inSession } from '../sessions.js';
import { SetupFailed } from '../setup-failed.js';
import { createSlots } from '../slots.js';
import type { RunContext } from '../steps.js';
import type { Suite } from '../suite.js';
import { createTransport } from '../transport.js';
import { casesOf, type Case } from './cases.js';
import { channel } from './channel.js';
import { again } from './again.js';
import { createFindings, type Findings } from './findings.js';
import { mutationsOf } from './input/index.js';
import { provide } from './bases.js';
import { createPool, type Pool } from './pool.js';
import { createRandom } from './random.js';
import { createSession, once, type FuzzSession } from './session.js';
import { tryCase, type Tried } from './try.js';
import type { Finding, FuzzEvent } from './types.js';
import { createWire, type Wire } from './wire.js';

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
  readonly selected?: (operation: Operation) => boolean;
  /** Findings of other runs, which are tried first. */
  readonly corpus?: readonly Finding[];
  /** Only this case of the seed. */
  readonly only?: number;
  readonly redactor?: Redactor;
  readonly signal?: AbortSignal;
  /** Fixed by tests; random otherwise. */
  readonly run?: string;
}

const TIMEOUT_MS = 10_000;
/** Answers are judged in the order of their requests, so many at a time. */
const BATCH = 64;
/** After so many requests in a row that got no answer, somebody looks whether anybody is there. */
const SILENT = 3;

/**
 * Fuzzes a deployment: sends every operation what its contract does not allow, and holds every answer against the contract.
 *
 * One seed makes the same requests in the same order, but for what the deployment gives, such as ids.
 *
 * @example
 * for await (const event of fuzz({ contract, suite, deployment, seed: 7, requests: 2000, concurrency: 16 })) if (event.type === 'finding') console.log(event.finding.curl);
 */
export async function* fuzz(options: FuzzOptions): AsyncGenerator<FuzzEvent> {
  const began = performance.now();
  const stop = new AbortController();
  const signal = AbortSignal.any([
    stop.signal,
    ...(options.signal === undefined ? [] : [options.signal]),
    ...(options.timeMs === undefined ? [] : [AbortSignal.timeout(options.timeMs)]),
  ]);
  yield* channel<FuzzEvent>(
    async (emit) => {
      const { counts, ...outcome } = await within(options, signal, emit);
      emit({ type: 'finished', ...counts, ...outcome, durationMs: Math.round(performance.now() - began) });
    },
    () => stop.abort(),
  );
}

interface Outcome extends Pick<Extract<FuzzEvent, { type: 'finished' }>, 'good' | 'accepted'> {
  readonly findings: readonly Finding[];
  readonly counts: FuzzSession['counts'];
}

const NOTHING: Outcome = { findings: [], counts: { sent: 0, answered: 0 }, good: 0, accepted: 0 };

/** From the first request to the last; what was made on the way is removed at the end. */
async function within(options: FuzzOptions, signal: AbortSignal, emit: (event: FuzzEvent) => void): Promise<Outcome> {
  const { contract, suite, deployment, concurrency } = options;
  const operations = contract.operations.filter((operation) => options.selected?.(operation) !== false);
  const timeoutMs = options.timeoutMs ?? Math.min(TIMEOUT_MS, deployment.http.timeoutMs);
  const transport = createTransport({ ...deployment.http, timeoutMs, connections: concurrency });
  const wire = createWire(deployment, { timeoutMs, connections: concurrency });
  const run = options.run ?? randomBytes(4).toString('hex');
  const prepared = prepareRun(createPlan(contract, suite, deployment), {
    transport,
    run,
    redactor: options.redactor ?? createRedactor(),
    signal,
  });
  emit({ type: 'started', run, url: deployment.url, seed: options.seed, operations: operations.length, requests: options.requests });
  try {
    const silence = await prepared.silence();
    if (silence !== undefined) {
      emit({ type: 'note', says: silence, remedy: 'Start it, or name another address.' });
      return NOTHING;
    }
    return await inSession(prepared.context, (context) => drive({ options, operations, context, wire, signal, emit }));
  } catch (error) {
    if (!(error instanceof SetupFailed)) throw error;
    emit({ type: 'note', says: error.message, remedy: 'Look at what the deployment answers.' });
    return NOTHING;
  } finally {
    for (const event of await prepared.cleanUp())
      if (event.type === 'cleanup-failed') emit({ type: 'note', says: `not removed: ${event.what}: ${event.why}`, remedy: event.remedy });
    await Promise.all([wire.close(), transport.close()]);
  }
}

interface Drive {
  readonly options: FuzzOptions;
  readonly operations: readonly Operation[];
  readonly context: RunContext;
  readonly wire: Wire;
  readonly signal: AbortSignal;
  readonly emit: (event: FuzzEvent) => void;
}

async function drive({ options, operations, context, wire, signal, emit }: Drive): Promise<Outcome> {
  const session = createSession(context, { wire, signal, emit });
  const findings = createFindings(session);
  for (const finding of options.corpus ?? []) if (!signal.aborted) await again(session, findings, finding);
  if (options.requests === 0) return { ...NOTHING, findings: findings.all(), counts: session.counts };
  const pools = new Map<Operation, Pool>();
  for (const operation of operations) {
    if (signal.aborted) break;
    pools.set(operation, await prepare(session, operation));
  }
  const ids = new Set(options.suite.fuzz?.ids ?? []);
  const tried = [...pools.values()].map(({ operation, first }) => ({
    operation,
    mutations: mutationsOf(context.contract, first.draft, ids),
  }));
  const cases = numbered(casesOf(tried, createRandom(options.seed)), options);
  const slots = createSlots(options.concurrency);
  const note = once((says) => emit({ type: 'note', says, remedy: 'Fuzz the application itself, or lower the pace with http.rate.' }));
  for (let batch = take(cases, BATCH); batch.length > 0 && !signal.aborted; batch = take(cases, BATCH)) {
    const results = await Promise.all(
      batch.map(({ one, number }) =>
        slots.use(async () => {
          const pool = pools.get(one.operation);
          return signal.aborted || pool === undefined ? undefined : { pool, number, tried: await tryCase(session, pool, one) };
        }),
      ),
    );
    for (const result of results) {
      if (result?.tried === undefined) continue;
      if (result.tried.judged.edge !== undefined) note(`something in front of the application answers: ${result.tried.judged.edge}`);
      await judged(findings, { ...result, tried: result.tried }, options.seed);
    }
    emit({ type: 'progress', sent: session.counts.sent, findings: findings.size });
    if (isGone(results) && (await isSilent(wire))) {
      emit({
        type: 'note',
        says: 'the deployment gives no answer any more',
        remedy: 'Start it again; the last finding may be what ended it.',
      });
      break;
    }
  }
  const known = [...pools.values()].filter(({ first }) => first.good);
  return {
    findings: findings.all(),
    counts: session.counts,
    good: known.length,
    accepted: known.filter(({ accepted }) => accepted).length,
  };
}

/** A good request of an operation, sent twice: so it shows whether it stays good. */
async function prepare(session: FuzzSession, operation: Operation): Promise<Pool> {
  const { context } = session;
  const first = await provide(context, operation);
  if (first.why !== undefined)
    session.emit({
      type: 'note',
      says: `no good ${operation.id} is known: ${first.why}`,
      remedy: 'It is fuzzed with what the examples of the contract say.',
    });
  const probe = createPool(context, operation, { first, repeatable: true, accepted: false });
  if (!first.good) return probe;
  const control: Case = { operation, mutations: [], trims: [] };
  const accepted = (await tryCase(session, probe, control))?.judged.succeeded === true;
  const repeatable = accepted && (await tryCase(session, probe, control))?.judged.succeeded === true;
  return createPool(context, operation, { first: repeatable ? first : await provide(context, operation), repeatable, accepted });
}

/** The cases with their numbers in the seed's order, up to the limit, or only the one that was asked for. */
function* numbered(cases: Generator<Case>, { requests, only }: FuzzOptions): Generator<{ readonly one: Case; readonly number: number }> {
  let number = 0;
  for (const one of cases) {
    number += 1;
    if (only === undefined ? number > requests : number > only) return;
    if (only === undefined || number === only) yield { one, number };
  }
}

function take<T>(items: Generator<T>, count: number): T[] {
  const taken: T[] = [];
  while (taken.length < count) {
    const { value, done } = items.next();
    if (done === true) break;
    taken.push(value);
  }
  return taken;
}

async function judged(
  findings: Findings,
  { pool, number, tried }: { pool: Pool; number: number; tried: Tried },
  seed: number,
): Promise<void> {
  const { wrong } = tried.judged;
  if (wrong !== undefined) await findings.add(pool, tried, wrong, `${seed}:${number}`);
}

function isGone(results: readonly ({ readonly tried: Tried | undefined } | undefined)[]): boolean {
  const last = results.slice(-SILENT);
  return last.length === SILENT && last.every((result) => result?.tried !== undefined && 'silent' in result.tried.sent);
}

async function isSilent(wire: Wire): Promise<boolean> {
  try {
    await wire.send({ method: 'GET', target: '/', headers: [], body: undefined });
    return false;
  } catch {
    return true;
  }
}
