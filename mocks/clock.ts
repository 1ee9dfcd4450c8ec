import type { Clock } from './types.js';

/** The mock's clock, which can also go back to real time. */
export interface MockClock extends Clock {
  /** Real time again, running. */
  reset(): void;
}

/** 1970-01-01T00:00:00Z to 9999-12-31T23:59:59.999Z: what RFC 3339 can write with four digits. */
export const LATEST = 253_402_300_799_999;

/**
 * A clock that runs with real time until it is set, frozen or advanced.
 *
 * @example
 * const clock = createClock();
 * clock.freeze();
 * clock.advance(300_000); // every quote has expired, and no one has waited
 *
 * @param real The time to run with, in milliseconds since 1970 UTC.
 * @param onChange Told when the clock is set, frozen or let go.
 */
export function createClock(real: () => number = Date.now, onChange: () => void = () => undefined): MockClock {
  let offset = 0;
  let frozenAt: number | undefined;
  const now = (): number => frozenAt ?? Math.min(real() + offset, LATEST);
  const set = (time: number): void => {
    if (!Number.isFinite(time) || time < 0 || time > LATEST) {
      throw new RangeError(`The clock cannot show ${time}: a time is 0 to ${LATEST} milliseconds since 1970 UTC.`);
    }
    const whole = Math.trunc(time);
    onChange();
    if (frozenAt === undefined) offset = whole - real();
    else frozenAt = whole;
  };
  return {
    now,
    get frozen() {
      return frozenAt !== undefined;
    },
    set,
    freeze: () => {
      onChange();
      frozenAt = now();
    },
    unfreeze: () => {
      if (frozenAt === undefined) return;
      onChange();
      offset = frozenAt - real();
      frozenAt = undefined;
    },
    advance: (milliseconds) => set(now() + milliseconds),
    reset: () => {
      offset = 0;
      frozenAt = undefined;
    },
  };
}
