import { groupBy } from '../../spec/index.js';
import { again } from '../again.js';
import { setupFailed } from '../verdict.js';
import type { Work } from '../lanes.js';
import type { Plan } from '../plan.js';
import type { Run } from '../run.js';
import { toldInSession } from '../sessions.js';
import { SetupFailed } from '../setup-failed.js';
import { Steps } from '../steps.js';
import type { CauseLine } from '../types.js';
import { declareProbes, nameOfProbe } from './declare.js';
import { planProbes, type PlannedProbe } from './plan.js';
import { createTaking } from './take.js';
import type { Probe, ProbeLine } from './types.js';
import { barred, INTERRUPTED, toProbeLine, Visit } from './visit.js';

/** What a run of probes needs to know of the run that it is part of. */
export interface ProbeRunOptions {
  /** The lines of the failure paths that have been run by the time the first probe is. */
  readonly lines: readonly CauseLine[];
  readonly signal?: AbortSignal | undefined;
  /** Told before a probe is sent: a rehearsal answers by it. */
  readonly begins?: ((probe: Probe) => void) | undefined;
  /** How often a probe that was not proven is sent again; what passes only then is `flaky`. */
  readonly reruns?: number | undefined;
}

/** What is done in one go, and once, however often it is asked for: probes that share a request, or for which nothing is sent. */
export interface ProbeVisit extends Work<readonly ProbeLine[]> {
  readonly probes: readonly PlannedProbe[];
}

/** The probes of a run, ready to be sent. */
export interface ProbeRun {
  /** How many there are. */
  readonly count: number;
  readonly visits: readonly ProbeVisit[];
  /** The line of one probe; its visit is made when the first of its probes asks. `undefined` for one that is not selected. */
  execute(probe: Probe): Promise<ProbeLine | undefined>;
}

/**
 * Prepares the probes of a plan within its run, whose identities and clean-up they share. They say something only once the failure
 * paths have been run.
 *
 * @example
 * for (const visit of prepareProbes(plan, prepared, { lines }).visits) console.log(await visit.make());
 */
export function prepareProbes(plan: Plan, run: Run, options: ProbeRunOptions): ProbeRun {
  const planned = planProbes(plan);
  const taking = createTaking(run.context, options.lines);
  const visits = [...groupBy(planned, visitOf).values()].map((probes) => toVisit(probes, taking, run, options));
  const byName = new Map(visits.flatMap((visit) => visit.probes.map(({ probe }) => [nameOfProbe(probe), visit])));
  return {
    count: planned.length,
    visits,
    execute: async (probe) => {
      const lines = await byName.get(nameOfProbe(probe))?.make();
      return lines?.find((line) => nameOfProbe(line.probe) === nameOfProbe(probe));
    },
  };
}

type Taking = ReturnType<typeof createTaking>;

/** Probes that begin with the same request go together. */
function visitOf({ probe, action }: PlannedProbe): string {
  if (action.do !== 'send') return 'nothing is sent';
  return probe.path.given === undefined ? `${probe.operation.id} ${action.lane}` : nameOfProbe(probe);
}

function toVisit(probes: readonly PlannedProbe[], taking: Taking, run: Run, options: ProbeRunOptions): ProbeVisit {
  const sends = probes.flatMap(({ action }) => (action.do === 'send' ? [action] : []));
  let made: Promise<readonly ProbeLine[]> | undefined;
  return {
    lane: sends[0]?.lane ?? 'parallel',
    mints: sends.some(({ mints }) => mints),
    probes,
    make: () => (made ??= make(probes, taking, run, options)),
  };
}

async function make(probes: readonly PlannedProbe[], taking: Taking, run: Run, options: ProbeRunOptions): Promise<ProbeLine[]> {
  const told = new Map(probes.map((planned) => [planned.probe, taking(planned)]));
  const open = probes.flatMap(({ probe }) => (told.get(probe) === undefined ? [probe] : []));
  for (const line of await send(open, run, options)) told.set(line.probe, line);
  return probes.flatMap(({ probe }) => told.get(probe) ?? []);
}

async function send(probes: readonly Probe[], run: Run, options: ProbeRunOptions): Promise<ProbeLine[]> {
  if (probes.length === 0) return [];
  const unsent = (verdict: Parameters<typeof toProbeLine>[2]['verdict']): ProbeLine[] =>
    probes.map((probe) => toProbeLine(run.context, probe, { verdict, steps: new Steps(run.context), durationMs: 0 }));
  if (options.signal?.aborted === true) return unsent(INTERRUPTED);
  const silent = await run.silence();
  if (silent !== undefined) return unsent(setupFailed(silent));
  const lines = await attempt(probes, run, options);
  if (lines instanceof SetupFailed) return unsent(barred(lines));
  const final: ProbeLine[] = [];
  for (const line of lines) final.push(await again(line, () => alone(line.probe, run, options), options));
  return final;
}

/** A probe once more, by itself. */
async function alone(probe: Probe, run: Run, options: ProbeRunOptions): Promise<Pick<ProbeLine, 'outcome'>> {
  const lines = await attempt([probe], run, options);
  return lines instanceof SetupFailed || lines[0] === undefined ? { outcome: 'setup-failed' } : lines[0];
}

/** One visit, in a session of its own where there are any; without it there is no beginning. */
async function attempt(
  probes: readonly Probe[],
  { context, executor }: Run,
  { signal, begins }: ProbeRunOptions,
): Promise<ProbeLine[] | SetupFailed> {
  try {
    return await toldInSession(context, (own) => new Visit(own, executor, { isOver: () => signal?.aborted === true, begins }).make(probes));
  } catch (error) {
    if (error instanceof SetupFailed) return error;
    throw error;
  }
}

/**
 * Lines in the order in which the suite declares its probes, whatever the order in which they were ready.
 *
 * @example
 * sortProbes(plan, lines).map(({ probe }) => probe.name);
 */
export function sortProbes({ contract, suite }: Pick<Plan, 'contract' | 'suite'>, lines: readonly ProbeLine[]): ProbeLine[] {
  const ranks = new Map(declareProbes(contract, suite).map((probe, index) => [nameOfProbe(probe), index]));
  const rankOf = ({ probe }: ProbeLine): number => ranks.get(nameOfProbe(probe)) ?? 0;
  return lines.toSorted((a, b) => rankOf(a) - rankOf(b));
}
