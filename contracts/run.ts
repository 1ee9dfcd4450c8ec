import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { again } from './again.js';
import { cleanUp, notRemoved, failureOf } from './clean-up.js';
import { createExecutor, type Executor } from './execute.js';
import { inLanes, type Work } from './lanes.js';
import { createPermits, NotPermitted, permitting } from './permits.js';
import { laneOfPlanned, needsOf, sequenceOf, type Plan, type PlannedPath } from './plan.js';
import { prepareProbes } from './probes/index.js';
import { createRedactor, type Redactor } from './redact.js';
import { secretsOf } from './repro.js';
import { toldInSession } from './sessions.js';
import { SetupFailed } from './setup-failed.js';
import { Steps, type RunContext } from './steps.js';
import { TransportError, type CauseLine, type RunEvent, type Transport } from './types.js';

export interface RunOptions {
  readonly transport: Transport;
  /** How many paths run at once; paths that move shared state run alone whatever this says. */
  readonly concurrency: number;
  /** Remove what aborted runs left behind, instead of only reporting it. */
  readonly removeLeftovers?: boolean;
  /** Fixed by tests; random otherwise. */
  readonly run?: string;
  readonly redactor?: Redactor;
  /** Once aborted, no further path is begun; what the run created is still removed. */
  readonly signal?: AbortSignal;
  /** How often a path that was not proven is run again; what passes only then is `flaky`. */
  readonly reruns?: number;
  /** Whether the suite's expectations beyond single causes follow the paths: identities, and which of two faults is refused. */
  readonly probes?: boolean;
  /** Lets time pass; real time by default. */
  readonly wait?: (milliseconds: number) => Promise<void>;
  /** Whether lines carry their path as a script; true by default. */
  readonly scripts?: boolean;
}

/** A run that is prepared: for the runner itself, and for test frameworks that schedule paths on their own. */
export interface Run {
  readonly context: RunContext;
  readonly executor: Executor;
  /** Why nothing can be judged, if the deployment gives no answer at all; asked once. */
  silence(): Promise<string | undefined>;
  /** Runs one path, in a session of its own where there are any, unless the deployment is silent: then its line says so. */
  execute(planned: PlannedPath): Promise<CauseLine>;
  /** Undoes what the whole run made, the last thing first; returns what could not be undone. */
  cleanUp(): Promise<RunEvent[]>;
}

/** Prepares a run: secrets are known to the redactor before anything is sent. */
export function prepareRun(plan: Plan, options: Omit<RunOptions, 'concurrency' | 'removeLeftovers'>): Run {
  const redactor = options.redactor ?? createRedactor();
  for (const { value, variable } of secretsOf(plan.deployment)) redactor.add(value, variable);
  const context: RunContext = {
    contract: plan.contract,
    deployment: plan.deployment,
    suite: plan.suite,
    resolve: plan.resolve,
    // Here, because every run begins here: nothing is sent that the deployment file does not permit.
    transport: permitting(options.transport, createPermits(plan.contract, plan.deployment)),
    redactor,
    run: options.run ?? randomBytes(4).toString('hex'),
    shared: new Map(),
    wait: options.wait ?? ((milliseconds) => waitFor(milliseconds, options.signal)),
    scripts: options.scripts ?? true,
    cleanups: [],
    unsure: new Set(),
    succeeded: new Set(),
  };
  const executor = createExecutor(plan.contract);
  let asked: Promise<string | undefined> | undefined;
  /** Why nothing more is sent: the deployment has died in the middle of the run. */
  let gone: string | undefined;
  const silence = (): Promise<string | undefined> => (asked ??= whySilent(context, plan));
  return {
    context,
    executor,
    silence,
    execute: async (planned) => {
      if (isLeftOut(planned)) return executor.execute(planned, context);
      const reason = await silence();
      // Without an answer nothing is known, not even of what the deployment file is lacking.
      if (reason !== undefined) return executor.execute(insteadOf(planned, 'setup-failed', reason), context);
      if (planned.action.do === 'nothing') return executor.execute(planned, context);
      if (gone !== undefined) return executor.execute(insteadOf(planned, 'setup-failed', gone), context);
      const attempt = (): Promise<CauseLine> => once(executor, planned, context);
      const line = await attempt();
      if (line.outcome === 'setup-failed' && !line.answered) gone ??= await whySilent(context, plan);
      return gone === undefined ? again(line, attempt, options) : line;
    },
    cleanUp: () => cleanUp(context),
  };
}

/** Nobody who has interrupted a run waits for a quote to expire. */
async function waitFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw new SetupFailed('the run was interrupted while it waited', { cause: error });
  }
}

/** One run of a path; without a session it cannot begin. */
async function once(executor: Executor, planned: PlannedPath, context: RunContext): Promise<CauseLine> {
  try {
    return await toldInSession(context, (own) => executor.attempt(planned, own));
  } catch (error) {
    if (!(error instanceof SetupFailed)) throw error;
    return executor.execute(insteadOf(planned, error instanceof NotPermitted ? 'not-capable' : 'setup-failed', error.message), context);
  }
}

/**
 * Runs a plan and says what happens as it happens.
 *
 * Paths of the parallel lane run `concurrency` at a time, each with provisions of its own; those that move shared state
 * follow one by one. What the run created is removed at its end, also when the caller stops listening early.
 *
 * @example
 * for await (const event of run(plan, { transport, concurrency: 8 })) if (event.type === 'path-finished') console.log(event.line.outcome);
 */
export async function* run(plan: Plan, options: RunOptions): AsyncGenerator<RunEvent> {
  const began = performance.now();
  const prepared = prepareRun(plan, options);
  const { context } = prepared;
  const total = plan.paths.length;
  yield { type: 'started', run: context.run, url: plan.deployment.url, failures: plan.contract.failures.length, paths: total };
  let done = 0;
  const lines: CauseLine[] = [];
  const finished = (line: CauseLine): RunEvent => {
    lines.push(line);
    return { type: 'path-finished', line, done: ++done, paths: total };
  };
  let unremoved: RunEvent[] = [];
  try {
    if ((await prepared.silence()) === undefined) {
      yield* leftovers(context, options.removeLeftovers === true);
      for await (const line of inPlan(plan, prepared, options, await countKeyPlaces(context, plan))) yield finished(line);
    } else {
      for (const planned of plan.paths) yield finished(await prepared.execute(planned));
    }
    if (options.probes === true) yield* probe(plan, prepared, lines, options);
  } finally {
    // No event from here: whoever stopped listening would leave the rest undone.
    unremoved = await prepared.cleanUp();
  }
  yield* unremoved;
  yield { type: 'finished', durationMs: Math.round(performance.now() - began) };
}

/** The lines of the failure paths, as they are finished. */
function inPlan(plan: Plan, { execute }: Run, { concurrency, signal }: RunOptions, keyPlaces: number): AsyncGenerator<CauseLine> {
  const left = new AbortController();
  const works = plan.paths.map((planned): Work<CauseLine> => {
    const { action } = planned;
    const place = { lane: laneOfPlanned(planned), mints: action.do === 'run' && action.mints };
    if (action.do === 'nothing') return { ...place, make: () => execute(planned) };
    const isOver = (): boolean => signal?.aborted === true || left.signal.aborted;
    return { ...place, make: () => execute(isOver() ? insteadOf(planned, 'not-selected', 'the run was interrupted') : planned) };
  });
  return inLanes(works, { concurrency, keyPlaces, stop: () => left.abort() });
}

/** The probes follow the paths, in the same lanes; keys are made by one visit at a time, since shared ones are held meanwhile. */
async function* probe(plan: Plan, prepared: Run, lines: readonly CauseLine[], options: RunOptions): AsyncGenerator<RunEvent> {
  const left = new AbortController();
  const signal = AbortSignal.any([left.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const { count, visits } = prepareProbes(plan, prepared, { lines, signal, reruns: options.reruns });
  let done = 0;
  // The longest ones first: whoever begins last has everybody wait for it.
  const works = visits.toSorted((a, b) => b.probes.length - a.probes.length);
  for await (const made of inLanes(works, { concurrency: options.concurrency, keyPlaces: 1, stop: () => left.abort() }))
    for (const line of made) yield { type: 'probe-finished', line, done: ++done, probes: count };
}

/** Why nothing can be judged: no answer at all from the deployment's address. `undefined` when it answers, whatever it says. */
async function whySilent(context: RunContext, plan: Plan): Promise<string | undefined> {
  if (plan.paths.every(isLeftOut)) return undefined;
  try {
    await context.transport.send({ method: 'GET', url: `${plan.deployment.url}/`, headers: {} });
    return undefined;
  } catch (error) {
    // Whether anybody is there may not even be asked: each line says for itself what it would need.
    if (error instanceof NotPermitted) return undefined;
    if (error instanceof TransportError)
      return `${plan.deployment.url} gives no answer (${error.message}): is it running, is the address right, and is --timeout long enough?`;
    throw error;
  }
}

function isLeftOut({ action }: PlannedPath): boolean {
  return action.do === 'nothing' && action.outcome === 'not-selected';
}

/** What a path comes to when it is not run after all. */
function insteadOf(planned: PlannedPath, outcome: 'not-selected' | 'setup-failed' | 'not-capable', reason: string): PlannedPath {
  return { ...planned, action: { do: 'nothing', outcome, reason } };
}

/** What aborted runs have left behind, looked for before the first path. */
export async function* leftovers(context: RunContext, remove: boolean): AsyncGenerator<RunEvent> {
  try {
    for (const leftover of await context.suite.leftovers(new Steps(context))) {
      const why = remove ? await failureOf(() => leftover.remove()) : undefined;
      yield why === undefined ? { type: 'leftover', what: leftover.what, removed: remove } : notRemoved(context, leftover.what, why);
    }
  } catch (error) {
    // Whoever may not look at the keys will hear so from the paths that need to.
    if (!(error instanceof SetupFailed)) throw error;
  }
}

/** How many keys paths may make for themselves at one time. */
export async function countKeyPlaces(context: RunContext, plan: Plan): Promise<number> {
  if (!plan.paths.some(({ action }) => action.do === 'run' && action.mints)) return 1;
  try {
    return (await context.suite.keyPlaces(new Steps(context))) - sharedIdentities(plan);
  } catch (error) {
    if (error instanceof SetupFailed) return 1;
    throw error;
  }
}

/** Identities that the run makes for all paths, and holds until its end. */
function sharedIdentities(plan: Plan): number {
  const needs = plan.paths.flatMap(({ action }) => (action.do === 'run' ? [...needsOf(action.path, plan.suite)] : []));
  const made = [...new Set(needs)].filter((need) => {
    const sequence = need.startsWith('identity:') ? sequenceOf(need, plan.resolve) : undefined;
    return sequence !== undefined && sequence.afresh !== true;
  });
  return made.length;
}
