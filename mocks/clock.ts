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
export function createClock(real: () => number = Date.now, onChange?: () => void, cell: ClockCell = createCell()): MockClock {
  return new SetClock(real, onChange, cell);
}

class SetClock implements MockClock {
  readonly agenda: Agenda;
  readonly #real: () => number;
  readonly #onChange: (() => void) | undefined;
  readonly #cell: ClockCell;
  #pinned: number | undefined;
  #journeys: Promise<void> | undefined;

  constructor(real: () => number, onChange: (() => void) | undefined, cell: ClockCell) {
    this.#real = real;
    this.#onChange = onChange;
    this.#cell = cell;
    this.agenda = createAgenda({ now: () => this.now(), runs: () => !this.frozen });
  }

  now(): number {
    if (this.#pinned !== undefined) return this.#pinned;
    const shown = this.#shown;
    return 'frozenAt' in shown ? shown.frozenAt : Math.min(this.#real() + shown.offset, LATEST);
  }

  get frozen(): boolean {
    return 'frozenAt' in this.#shown;
  }

  set(time: number): Promise<void> {
    return this.#go(() => Math.trunc(time));
  }

  advance(milliseconds: number): Promise<void> {
    return this.#go(() => Math.trunc(this.now() + milliseconds));
  }

  freeze(): void {
    this.#keep({ frozenAt: this.now() });
  }

  unfreeze(): void {
    if (this.frozen) this.#keep({ offset: this.now() - this.#real() });
  }

  still<T>(step: () => T): T {
    if (this.#pinned !== undefined) return step();
    this.#pinned = this.now();
    try {
      return step();
    } finally {
      this.#pinned = undefined;
    }
  }

  reset(): void {
    this.#cell.set(REAL_TIME);
    this.agenda.changed();
  }

  get #shown(): ClockState {
    return this.#cell.get() ?? REAL_TIME;
  }

  #keep(next: ClockState): void {
    this.#cell.set(next);
    this.#onChange?.();
    this.agenda.changed();
  }

  #show(time: number): void {
    this.#keep(this.frozen ? { frozenAt: time } : { offset: time - this.#real() });
  }

  /** When to stop on the way to a time. */
  #stop(to: number): number | undefined {
    const [due, present] = [this.agenda.next(), this.now()];
    return due !== undefined && due <= to && present <= to ? Math.max(due, present) : undefined;
  }

  async #travel(target: () => number): Promise<void> {
    const to = target();
    const isBack = to < this.now();
    for (let at = this.#stop(to); at !== undefined; at = this.#stop(to)) {
      this.#show(at);
      await this.agenda.run(at);
      await this.agenda.settle();
    }
    // Real time may have gone past it on the way.
    if (isBack || to > this.now()) this.#show(to);
  }

  /** One journey after the other; the first steps of one that nothing is in the way of are taken at once. */
  #go(target: () => number): Promise<void> {
    const to = target();
    check(to);
    if (this.#journeys === undefined && this.#stop(to) === undefined) {
      this.#show(to);
      return Promise.resolve();
    }
    const journey = (this.#journeys ?? Promise.resolve()).then(() => this.#travel(target));
    const arrive = (): void => {
      if (this.#journeys === ended) this.#journeys = undefined;
    };
    const ended: Promise<void> = journey.then(arrive, arrive);
    this.#journeys = ended;
    return journey;
  }
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
