import { createAgenda, type Agenda } from './agenda.js';
import type { Clock } from './types.js';

/** The mock's clock, which can also go back to real time. */
export interface MockClock extends Clock {
  /** What falls due by this clock. */
  readonly agenda: Agenda;
  /** Takes a step during which no time passes. */
  still<T>(step: () => T): T;
  /** Real time again, running. */
  reset(): void;
}

/** What a clock shows: how far it is from real time, in milliseconds, or where it stands still. */
export type ClockState = { readonly offset: number } | { readonly frozenAt: number };

/** Where a clock keeps what it shows. */
export interface ClockCell {
  get(): ClockState | undefined;
  set(state: ClockState): void;
}

/** 1970-01-01T00:00:00Z to 9999-12-31T23:59:59.999Z: what RFC 3339 can write with four digits. */
export const LATEST = 253_402_300_799_999;

/**
 * A clock that runs with real time until it is set, frozen or advanced. Whatever falls due on the way is done in order, each at its
 * time, before `set` and `advance` resolve; where nothing does, the time has passed once they return.
 *
 * @example
 * const clock = createClock();
 * clock.freeze();
 * await clock.advance(300_000); // every quote has expired, and no one has waited
 *
 * @param real The time to run with, in milliseconds since 1970 UTC.
 * @param onChange Told when the clock is set, frozen or let go.
 * @param cell Where to keep what it shows; by default, in memory.
 */
export function createClock(
  real: () => number = Date.now,
  onChange: () => void = () => undefined,
  cell: ClockCell = createCell(),
): MockClock {
  let journeys: Promise<void> | undefined;
  const state = (): ClockState => cell.get() ?? REAL_TIME;
  const isFrozen = (): boolean => 'frozenAt' in state();
  let pinned: number | undefined;
  const now = (): number => {
    if (pinned !== undefined) return pinned;
    const shown = state();
    return 'frozenAt' in shown ? shown.frozenAt : Math.min(real() + shown.offset, LATEST);
  };
  const agenda = createAgenda({ now, runs: () => !isFrozen() });
  const keep = (next: ClockState): void => {
    cell.set(next);
    onChange();
    agenda.changed();
  };
  const show = (time: number): void => keep(isFrozen() ? { frozenAt: time } : { offset: time - real() });
  /** When to stop on the way to a time. */
  const stop = (to: number): number | undefined => {
    const [due, present] = [agenda.next(), now()];
    return due !== undefined && due <= to && present <= to ? Math.max(due, present) : undefined;
  };
  const travel = async (target: () => number): Promise<void> => {
    const to = target();
    const isBack = to < now();
    for (let at = stop(to); at !== undefined; at = stop(to)) {
      show(at);
      await agenda.run(at);
      await agenda.settle();
    }
    // Real time may have gone past it on the way.
    if (isBack || to > now()) show(to);
  };
  /** One journey after the other; the first steps of one that nothing is in the way of are taken at once. */
  const go = (target: () => number): Promise<void> => {
    const to = target();
    check(to);
    if (journeys === undefined && stop(to) === undefined) {
      show(to);
      return Promise.resolve();
    }
    const journey = (journeys ?? Promise.resolve()).then(() => travel(target));
    const ended: Promise<void> = journey.then(arrive, arrive);
    function arrive(): void {
      if (journeys === ended) journeys = undefined;
    }
    journeys = ended;
    return journey;
  };
  return {
    now,
    agenda,
    get frozen() {
      return isFrozen();
    },
    set: (time) => go(() => Math.trunc(time)),
    advance: (milliseconds) => go(() => Math.trunc(now() + milliseconds)),
    freeze: () => keep({ frozenAt: now() }),
    unfreeze: () => {
      if (isFrozen()) keep({ offset: now() - real() });
    },
    still: (step) => {
      if (pinned !== undefined) return step();
      pinned = now();
      try {
        return step();
      } finally {
        pinned = undefined;
      }
    },
    reset: () => {
      cell.set(REAL_TIME);
      agenda.changed();
    },
  };
}

const REAL_TIME: ClockState = Object.freeze({ offset: 0 });

function createCell(): ClockCell {
  let state: ClockState | undefined;
  return {
    get: () => state,
    set: (next) => {
      state = next;
    },
  };
}

/** @throws {RangeError} */
function check(time: number): void {
  if (Number.isFinite(time) && time >= 0 && time <= LATEST) return;
  throw new RangeError(`The clock cannot show ${time}: a time is 0 to ${LATEST} milliseconds since 1970 UTC.`);
}
