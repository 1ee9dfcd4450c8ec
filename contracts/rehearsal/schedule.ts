import { ONE_BY_ONE, type Lane } from '../plan.js';
import type { Rehearsal, Rehearsed } from './rehearse.js';
import type { Sent } from './types.js';

/** A lane: its paths, and how long it is. */
export interface PlannedLane {
  readonly lane: Lane;
  readonly paths: number;
  /** What all its paths send, each request once. */
  readonly requests: number;
  /** Requests one after the other, however many paths run at once: those of the longest path, or of all paths where they take turns. */
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
export function scheduleOf({ plan, paths, opening, closing }: Rehearsal): Schedule {
  const running = paths.filter(({ planned }) => planned.action.do !== 'nothing');
  const lanes = (['parallel', ...ONE_BY_ONE] as const).flatMap((lane): PlannedLane[] => {
    const those = running.filter(({ planned }) => laneOf(planned) === lane);
    if (those.length === 0) return [];
    const requests = sum(those, ({ own }) => own.length);
    const alone = those.map((path) => [...shared(path), ...path.own]);
    // One after the other, nobody waits for what somebody else makes.
    const length = lane === 'parallel' ? Math.max(...alone.map((all) => all.length)) : requests;
    const waits = lane === 'parallel' ? Math.max(...alone.map(waitsOf)) : sum(those, ({ own }) => waitsOf(own));
    return [{ lane, paths: those.length, requests, length, waits }];
  });
  return {
    sessions: plan.deployment.sessions !== undefined,
    lanes,
    criticalPath: opening.length + sum(lanes, ({ length }) => length) + closing.length,
    waits: sum(lanes, ({ waits }) => waits),
  };
}

/** Where a path runs; what is only asked for moves nothing. */
export function laneOf({ action }: Rehearsed['planned']): Lane {
  return action.do === 'run' ? action.lane : 'parallel';
}

/** What a path waits for although another one has made it. */
export function shared({ story, own }: Pick<Rehearsed, 'story' | 'own'>): readonly Sent[] {
  return story.filter((sent) => !own.some(({ id }) => id === sent.id));
}

export function waitsOf(sent: readonly Sent[]): number {
  return sum(sent, ({ waits }) => waits);
}

export function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
