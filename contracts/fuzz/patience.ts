import { setTimeout as sleep } from 'node:timers/promises';
import type { WireAnswer } from '../types.js';

/** What is asked for beyond this is no pause, but a refusal. */
const MOST_MS = 30_000;
/** So often in a row it is waited for nothing. */
const MOST_VAIN = 3;

/** A clock that can be waited for. */
export interface Clock {
  now(): number;
  /** Ends early, without an error, when the signal says so. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export const CLOCK: Clock = {
  now: Date.now,
  wait: async (ms, signal) => {
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  },
};

/** Waits where a deployment asks for it, for all requests at once. */
export interface Patience {
  /** Until when a deployment has asked to be left alone. */
  ready(): Promise<void>;
  /** Whether a request is to be sent again, once the time is over that its answer has asked for. */
  again(answer: WireAnswer): Promise<boolean>;
}

/**
 * Patience with a deployment that limits requests, and says for how long (`Retry-After`, RFC 9110 10.2.3: seconds or a date).
 *
 * @example
 * while (await patience.again(answer)) answer = await send(request);
 *
 * @param told Called with the status of an answer that is waited for.
 */
export function createPatience(clock: Clock, signal: AbortSignal, told: (status: number) => void): Patience {
  let [until, vain] = [0, 0];
  let waiting: Promise<void> = Promise.resolve();
  return {
    ready: () => waiting,
    again: async ({ status, headers }) => {
      const isLimit = status === 429 || status === 503;
      if (!isLimit) vain = 0;
      const ms = isLimit ? pauseOf(headers['retry-after'], clock) : undefined;
      if (ms === undefined || ms > MOST_MS || signal.aborted) return false;
      const asked = clock.now() + ms;
      // Many are under way when the limit is reached: all of them wait for the same moment.
      if (asked > until) {
        if (vain >= MOST_VAIN) return false;
        if (clock.now() >= until) vain += 1;
        told(status);
        until = asked;
        waiting = clock.wait(ms, signal);
      }
      await waiting;
      return !signal.aborted;
    },
  };
}

/** How long an answer asks to wait; `undefined` where it does not, or not in a way that can be read. */
function pauseOf(text: string | undefined, { now }: Clock): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now());
}
