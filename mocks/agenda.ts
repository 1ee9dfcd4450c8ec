/** Something that has to be done when the time has come: a delivery, the next frame of a connection. */
export interface DueSource {
  /** When there is next something to do, in milliseconds since 1970 UTC; `undefined` while there is nothing. */
  next(): number | undefined;
  /** Does all that is due by now, and resolves when it is done. A source that fails is left alone for a while. */
  run(now: number): Promise<void> | void;
  /**
   * Waits for what was begun and goes on outside, such as an answer, as long as that is worth the while. Only somebody who makes the
   * time pass waits for it: while it passes by itself, nothing else has to be late.
   */
  settle?(): Promise<void>;
}

/** What falls due in a world, in order, whoever makes the time pass. */
export interface Agenda {
  /** Answers how to remove the source. */
  add(source: DueSource): () => void;
  /** When anything is next due. */
  next(): number | undefined;
  /** Does what is due at this moment. */
  run(now: number): Promise<void>;
  /** Waits for what was begun, as long as its sources find it worth the while. */
  settle(): Promise<void>;
  /** To be called when a source has something else to do next than before, and when the clock was changed. */
  changed(): void;
  /** Waits for real time no more. */
  close(): void;
}

/** A timer cannot wait for longer. */
const LONGEST_WAIT = 2_147_483_647;

/** How long a source that failed is left alone, by the clock; twice as long after each further failure, but not for ever. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 3_600_000;

/**
 * An agenda that also watches real time, as long as the clock runs with it.
 *
 * @example
 * const agenda = createAgenda({ now: clock.now, runs: () => !clock.frozen });
 * agenda.add({ next: () => retryAt, run: () => deliver() });
 */
export function createAgenda({ now, runs }: { readonly now: () => number; readonly runs: () => boolean }): Agenda {
  const sources = new Set<DueSource>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let turn: Promise<void> = Promise.resolve();

  const failed = new WeakMap<DueSource, { readonly until: number; readonly pause: number }>();

  /** It must not keep the others from being done, nor be asked again at the same moment for ever. */
  const leaveAlone = (source: DueSource, error: unknown): void => {
    const pause = Math.min((failed.get(source)?.pause ?? FIRST_PAUSE / 2) * 2, LONGEST_PAUSE);
    failed.set(source, { until: now() + pause, pause });
    process.emitWarning(error instanceof Error ? error : String(error));
  };
  /** Until when a source is left alone; a clock that went back has no part in it. */
  const pausedUntil = (source: DueSource): number => {
    const { until, pause } = failed.get(source) ?? { until: -Infinity, pause: 0 };
    return until - now() > pause ? -Infinity : until;
  };
  const dueOf = (source: DueSource): number | undefined => {
    const until = pausedUntil(source);
    try {
      const due = source.next();
      return due === undefined ? undefined : Math.max(due, until);
    } catch (error) {
      if (until <= now()) leaveAlone(source, error);
      return failed.get(source)?.until;
    }
  };
  const next = (): number | undefined => {
    let first: number | undefined;
    if (closed) return undefined;
    for (const source of sources) {
      const due = dueOf(source);
      if (due !== undefined && (first === undefined || due < first)) first = due;
    }
    return first;
  };
  const changed = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (closed || !runs()) return;
    const due = next();
    if (due === undefined) return;
    timer = setTimeout(() => void run(now()), Math.min(Math.max(due - now(), 0), LONGEST_WAIT)).unref();
  };
  const runDue = async (time: number): Promise<void> => {
    const due = [...sources].map((source) => ({ source, at: dueOf(source) ?? Infinity })).filter(({ at }) => at <= time);
    due.sort((a, b) => a.at - b.at);
    for (const { source } of due) {
      if (closed || !sources.has(source)) continue;
      try {
        await source.run(time);
        failed.delete(source);
      } catch (error) {
        leaveAlone(source, error);
      }
    }
  };
  const settle = async (source: DueSource): Promise<void> => {
    try {
      await source.settle?.();
    } catch (error) {
      leaveAlone(source, error);
    }
  };
  const run = (time: number): Promise<void> => {
    // One after the other: two at once would do the same things twice.
    turn = turn.then(() => runDue(time)).finally(changed);
    return turn;
  };
  return {
    add: (source) => {
      sources.add(source);
      changed();
      return () => {
        sources.delete(source);
        changed();
      };
    },
    next,
    run,
    settle: async () => {
      await Promise.all([...sources].map(settle));
    },
    changed,
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}
