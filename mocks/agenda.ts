/** Something that has to be done when the time has come: a delivery, the next frame of a connection. */
export interface DueSource {
  /** When there is next something to do, in milliseconds since 1970 UTC; `undefined` while there is nothing. */
  next(): number | undefined;
  /** Does all that is due by now, and resolves when it is done. What fails is the source's own to deal with. */
  run(now: number): Promise<void> | void;
}

/** What falls due in a world, in order, whoever makes the time pass. */
export interface Agenda {
  /** Answers how to remove the source. */
  add(source: DueSource): () => void;
  /** When anything is next due. */
  next(): number | undefined;
  /** Does what is due at this moment. */
  run(now: number): Promise<void>;
  /** To be called when a source has something else to do next than before, and when the clock was changed. */
  changed(): void;
  /** Waits for real time no more. */
  close(): void;
}

/** A timer cannot wait for longer. */
const LONGEST_WAIT = 2_147_483_647;

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

  const next = (): number | undefined => {
    let first: number | undefined;
    for (const source of sources) {
      const due = source.next();
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
    const due = [...sources].filter((source) => (source.next() ?? Infinity) <= time);
    due.sort((a, b) => (a.next() ?? 0) - (b.next() ?? 0));
    for (const source of due) await source.run(time);
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
    changed,
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}
