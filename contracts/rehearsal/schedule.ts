import { laneOfPlanned, LANES, type Lane } from '../plan.js';
import type { Rehearsal } from './rehearse.js';
import type { Sent } from './types.js';

/** A lane: its paths, and how long it is. */
export interface PlannedLane {
  readonly lane: Lane;
  /** What runs there: failure paths, the probes that follow them, or the webhooks that follow those. */
  readonly of: 'paths' | 'probes' | 'webhooks';
  /** How many paths, or visits of probes that share a request, or webhooks. */
  readonly count: number;
  /** What all of them send, each request once. */
  readonly requests: number;
  /** Requests one after the other, however many run at once: those of the longest one, or of all where they take turns. */
  readonly length: number;
  /** Seconds of waiting among these. */
  readonly waits: number;
}

/** What runs when. */
export interface Schedule {
  /** Whether every path has a world of its own. */
  readonly sessions: boolean;
  /** In their order. */
  readonly lanes: readonly PlannedLane[];
  /** Requests that no number of paths at once makes fewer: before the first path, the lanes, and after the last one. */
  readonly criticalPath: number;
  /** Seconds of waiting on it. */
  readonly waits: number;
}

/**
 * The schedule of a rehearsed run.
 *
 * @example
 * scheduleOf(rehearsal).lanes.map(({ lane, length }) => `${lane}: ${length}`);
 */
export function scheduleOf(rehearsal: Rehearsal): Schedule {
  const { plan, opening, closing } = rehearsal;
  const lanes = [...pathLanes(rehearsal), ...probeLanes(rehearsal), ...webhookLane(rehearsal)];
  return {
    sessions: plan.deployment.sessions !== undefined,
    lanes,
    criticalPath: opening.length + sum(lanes, ({ length }) => length) + closing.length,
    waits: sum(lanes, ({ waits }) => waits),
  };
}

/** One that runs, with what it waits for although another one has made it. */
interface Running {
  readonly own: readonly Sent[];
  readonly others: readonly Sent[];
}

function pathLanes({ paths }: Rehearsal): PlannedLane[] {
  const running = paths.filter(({ planned }) => planned.action.do !== 'nothing');
  return LANES.flatMap((lane) => {
    const those = running.filter(({ planned }) => laneOfPlanned(planned) === lane);
    return toLane(
      lane,
      'paths',
      those.map(({ story, own }) => ({ own, others: without(own, story) })),
    );
  });
}

/** Visits that make keys take turns even in the parallel lane. */
function probeLanes({ visits }: Rehearsal): PlannedLane[] {
  const sending = visits.filter(({ own }) => own.length > 0);
  return LANES.flatMap((lane) => {
    const those = sending.filter(({ visit }) => visit.lane === lane);
    const made = toLane(
      lane,
      'probes',
      those.map(({ own }) => ({ own, others: [] })),
    );
    const turns = sum(those, ({ visit, own }) => (visit.mints ? own.length : 0));
    return made.map((one) => ({ ...one, length: Math.max(one.length, turns) }));
  });
}

/** One after the other, after the question whether anybody is there. */
function webhookLane({ webhooks }: Rehearsal): PlannedLane[] {
  const sending = webhooks.filter(({ sent }) => sent.length > 0);
  return toLane(
    'alone',
    'webhooks',
    sending.map(({ sent }) => ({ own: sent, others: [] })),
  );
}

function toLane(lane: Lane, of: PlannedLane['of'], those: readonly Running[]): PlannedLane[] {
  if (those.length === 0) return [];
  const requests = sum(those, ({ own }) => own.length);
  const waits = sum(those, ({ own }) => waitsOf(own));
  // One after the other, nobody waits for what somebody else makes.
  if (lane !== 'parallel') return [{ lane, of, count: those.length, requests, length: requests, waits }];
  const length = Math.max(...those.map(({ own, others }) => own.length + others.length));
  const longest = Math.max(...those.map(({ own, others }) => waitsOf(own) + waitsOf(others)));
  return [{ lane, of, count: those.length, requests, length, waits: longest }];
}

function without(own: readonly Sent[], story: readonly Sent[]): readonly Sent[] {
  const ids = new Set(own.map(({ id }) => id));
  return story.filter(({ id }) => !ids.has(id));
}

export function waitsOf(sent: readonly Sent[]): number {
  return sum(sent, ({ waits }) => waits);
}

export function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
