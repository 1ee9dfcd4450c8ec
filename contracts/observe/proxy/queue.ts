/** Work that is done when there is nothing else to do, a little at a time. */
export interface Queue {
  /** `false` when there is no room: it will not be done. */
  add(work: () => void): boolean;
  /** Does everything that is left, at once. */
  finish(): void;
}

/** Answers that wait to be judged. */
const MOST_WAITING = 10_000;
/** For how long requests may have to wait at a time, in milliseconds. */
const SLICE_MS = 1;

/**
 * Creates a queue that gives way to the traffic: work is done between requests.
 *
 * @example
 * const queue = createQueue();
 * queue.add(() => judge(exchange));
 */
export function createQueue(): Queue {
  let waiting: (() => void)[] = [];
  let next = 0;
  let planned = false;
  const work = (until: number): void => {
    while (next < waiting.length) {
      waiting[next++]?.();
      if (performance.now() >= until) break;
    }
    if (next < waiting.length) return;
    [waiting, next] = [[], 0];
  };
  const turn = (): void => {
    planned = false;
    work(performance.now() + SLICE_MS);
    plan();
  };
  const plan = (): void => {
    if (planned || waiting.length === 0) return;
    planned = true;
    setImmediate(turn);
  };
  return {
    add: (one) => {
      if (waiting.length - next >= MOST_WAITING) return false;
      waiting.push(one);
      plan();
      return true;
    },
    finish: () => work(Number.POSITIVE_INFINITY),
  };
}
