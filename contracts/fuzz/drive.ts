import type { Operation } from '../../spec/index.js';
import type { RunContext } from '../steps.js';
import { createSlots } from '../slots.js';
import { TransportError } from '../types.js';
import { again } from './again.js';
import { casesOf, type Case } from './cases.js';
import { deathOf, type UnderWay } from './death.js';
import { createFindings, type Findings } from './findings.js';
import { mutationsOf } from './input/index.js';
import type { Pool } from './pool.js';
import { prepare, whyShut } from './prepare.js';
import { createRandom } from './random.js';
import type { FuzzOptions } from './run.js';
import { createSession, once, type FuzzSession } from './session.js';
import { tryCase, type Tried } from './try.js';
import type { Finding, FuzzEvent } from './types.js';
import { isRefusal, type Wire } from './wire.js';

/** Answers are judged in the order of their requests, so many at a time. */
const BATCH = 64;
/** After so many answers in a row of a proxy or a rate limiter, no more is sent. */
const LIMITED = 32;
/** After so many requests in a row that got no answer, somebody looks whether anybody is there. */
const SILENT = 3;

/** What a run comes to. */
export interface Outcome extends Pick<Extract<FuzzEvent, { type: 'finished' }>, 'good' | 'accepted' | 'unjudged' | 'reached'> {
  readonly findings: readonly Finding[];
  readonly counts: FuzzSession['counts'];
}

export const NOTHING: Outcome = { findings: [], counts: { sent: 0, answered: 0 }, good: 0, accepted: 0 };

export interface Drive {
  readonly options: FuzzOptions;
  readonly operations: readonly Operation[];
  readonly context: RunContext;
  readonly wire: Wire;
  readonly signal: AbortSignal;
  /** Once aborted, what was found is not looked into any more either. */
  readonly looking: AbortSignal;
  readonly emit: (event: FuzzEvent) => void;
}

/** Sends one hostile request after the other: first what was found before, then the cases of the seed. */
export async function drive({ options, operations, context, wire, signal, looking, emit }: Drive): Promise<Outcome> {
  const session = createSession(context, { wire, signal: looking, emit, clock: options.clock });
  const findings = createFindings(session);
  const pools = new Map<Operation, Pool>();
  const poolOf = async (operation: Operation): Promise<Pool> => {
    const pool = pools.get(operation) ?? (await prepare(session, operation));
    pools.set(operation, pool);
    return pool;
  };
  let unjudged: string | undefined;
  for (const finding of options.corpus ?? [])
    if (!signal.aborted && finding.sequence === undefined) unjudged = (await again(session, findings, { finding, poolOf })) ?? unjudged;
  if (options.requests === 0)
    return { ...NOTHING, findings: findings.all(), counts: session.counts, ...(unjudged === undefined ? {} : { unjudged }) };
  for (const operation of operations) {
    if (signal.aborted) break;
    await poolOf(operation);
  }
  const shut = whyShut([...pools.values()]);
  if (shut !== undefined) emit({ type: 'note', ...shut });
  unjudged = shut?.says;
  const ids = new Set(options.suite.fuzz?.ids ?? []);
  const tried = [...pools.values()].map(({ operation, first }) => ({
    operation,
    mutations: mutationsOf(context.contract, first.draft, ids),
  }));
  const cases = numbered(casesOf(tried, createRandom(options.seed)), options);
  const slots = createSlots(options.concurrency);
  const note = once((says) => emit({ type: 'note', says, remedy: 'Fuzz the application itself, or lower the pace with http.rate.' }));
  let limited = 0;
  let taken = 0;
  for (let batch = take(cases, BATCH); batch.length > 0 && !signal.aborted; batch = take(cases, BATCH)) {
    const results = await Promise.all(
      batch.map(({ one, number }) =>
        slots.use(async () => {
          const pool = pools.get(one.operation);
          return signal.aborted || pool === undefined ? undefined : { pool, number, tried: await tryCase(session, pool, one) };
        }),
      ),
    );
    const ended = (await hasEnded(wire, results)) ? endedBy(session, results, options.seed) : [];
    const [first, ...others] = ended;
    if (first !== undefined) findings.take(deathOf(context, [first, ...others], options.concurrency === 1));
    for (const result of results) {
      if (result?.tried === undefined || ended.some(({ tried: one }) => one === result.tried)) continue;
      if (result.tried.judged.edge !== undefined) note(`something in front of the application answers: ${result.tried.judged.edge}`);
      findings.uphold(result.tried);
      await judged(findings, { ...result, tried: result.tried }, options.seed);
    }
    emit({ type: 'progress', sent: session.counts.sent, findings: findings.size });
    taken += results.filter((result) => result !== undefined).length;
    limited = results.reduce((row, result) => (result?.tried === undefined ? row : isLimited(result.tried) ? row + 1 : 0), limited);
    if (limited >= LIMITED) {
      unjudged = `the last ${limited} requests were answered with ${statusesOf(results)} by a rate limiter, or in place of the application: no more were sent`;
      emit({ type: 'note', says: unjudged, remedy: 'Lower the pace with --rate or http.rate, or fuzz the application itself.' });
      break;
    }
    if (ended.length > 0 || (isGone(results) && (await isSilent(wire)))) {
      emit({
        type: 'note',
        says: 'the deployment gives no answer any more',
        remedy: 'Start it again; the last finding may be what ended it.',
      });
      break;
    }
  }
  const singles = tried.reduce((sum, { mutations }) => sum + 1 + mutations.length, 0);
  if (signal.aborted && taken < singles && options.number === undefined)
    emit({
      type: 'note',
      says: `it ended after ${taken} of the ${singles} requests in which one thing is wrong, and before those in which several are`,
      remedy: 'Give it more time, or fewer operations.',
    });
  const known = [...pools.values()].filter(({ first, refused, accepted }) => first.good || accepted || refused !== undefined);
  return {
    findings: findings.all(),
    counts: session.counts,
    reached: session.reached.size,
    ...(unjudged === undefined ? {} : { unjudged }),
    good: known.length,
    accepted: known.filter(({ accepted }) => accepted).length,
  };
}

/** The cases with their numbers in the seed's order, up to the limit, or only the one that was asked for. */
function* numbered(
  cases: Generator<Case>,
  { requests, number: only }: FuzzOptions,
): Generator<{ readonly one: Case; readonly number: number }> {
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

/** Whether a request was not looked at, as there were too many, or nobody behind a proxy. */
function isLimited({ sent, judged: { edge } }: Tried): boolean {
  if (!('answer' in sent)) return false;
  return sent.answer.status === 429 || (edge !== undefined && sent.answer.status >= 500);
}

/** The statuses of what was not looked at: `429`, `502 and 504`. */
function statusesOf(results: readonly Result[]): string {
  const limits = results.flatMap((result) => (result?.tried !== undefined && isLimited(result.tried) ? [result.tried.sent] : []));
  return [...new Set(limits.flatMap((sent) => ('answer' in sent ? [sent.answer.status] : [])))].toSorted((a, b) => a - b).join(' and ');
}

function isGone(results: readonly ({ readonly tried: Tried | undefined } | undefined)[]): boolean {
  const last = results.slice(-SILENT);
  return last.length === SILENT && last.every((result) => result?.tried !== undefined && 'silent' in result.tried.sent);
}

type Result = { readonly tried: Tried | undefined; readonly number: number } | undefined;

/** Whether some got no answer, and nobody listens any more. */
async function hasEnded(wire: Wire, results: readonly Result[]): Promise<boolean> {
  if (!results.some((result) => result?.tried !== undefined && 'silent' in result.tried.sent)) return false;
  try {
    await wire.send({ method: 'GET', target: '/', headers: [], body: undefined });
    return false;
  } catch (error) {
    return error instanceof TransportError && isRefusal(error);
  }
}

/** What was under way when it ended; or else the last that was heard, which may have been sent to look into another one. */
function endedBy({ last: { heard } }: FuzzSession, results: readonly Result[], seed: number): readonly UnderWay[] {
  const some = results.flatMap((result) => underWay(result, seed));
  if (some.length > 0 || heard === undefined) return some;
  const number = results.find((result) => result?.tried === heard)?.number;
  return [{ tried: heard, ...(number === undefined ? {} : { replay: `${seed}:${number}` }) }];
}

function underWay(result: Result, seed: number): readonly UnderWay[] {
  if (result?.tried === undefined || !('silent' in result.tried.sent) || result.tried.sent.refused) return [];
  return [{ tried: result.tried, replay: `${seed}:${result.number}` }];
}

async function isSilent(wire: Wire): Promise<boolean> {
  try {
    await wire.send({ method: 'GET', target: '/', headers: [], body: undefined });
    return false;
  } catch {
    return true;
  }
}
