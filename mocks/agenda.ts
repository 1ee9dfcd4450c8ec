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
  /** Nothing is due until it is let go again: for those who build a world up, and move its time about. Answers how to let go. */
  hold(): () => void;
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
 * const agenda = createAgenda({ now: () => clock.now(), runs: () => !clock.frozen });
 * agenda.add({ next: () => retryAt, run: () => deliver() });
 */
export function createAgenda(time: Time): Agenda {
  return new WatchedAgenda(time);
}

/** What an agenda knows of the time. */
interface Time {
  now(): number;
  /** Whether the time passes by itself. */
  runs(): boolean;
}

interface Failed {
  readonly until: number;
  readonly pause: number;
}

const NOTHING: ReadonlySet<DueSource> = new Set();

/** A class whose parts are made when they are first needed: most worlds never have anything to do. */
class WatchedAgenda implements Agenda {
  readonly #time: Time;
  #sources: Set<DueSource> | undefined;
  #failed: WeakMap<DueSource, Failed> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #holds = 0;
  #turn: Promise<void> | undefined;

  constructor(time: Time) {
    this.#time = time;
  }

  add(source: DueSource): () => void {
    const sources = (this.#sources ??= new Set());
    sources.add(source);
    this.changed();
    return () => {
      sources.delete(source);
      this.changed();
    };
  }

  next(): number | undefined {
    let first: number | undefined;
    if (this.#isIdle || this.#sources === undefined) return undefined;
    for (const source of this.#sources) {
      const due = this.#dueOf(source);
      if (due !== undefined && (first === undefined || due < first)) first = due;
    }
    return first;
  }

  run(now: number): Promise<void> {
    // One after the other: two at once would do the same things twice.
    this.#turn = (this.#turn ?? Promise.resolve()).then(() => this.#runDue(now)).finally(() => this.changed());
    return this.#turn;
  }

  async settle(): Promise<void> {
    await Promise.all(Array.from(this.#sources ?? NOTHING, (source) => this.#settle(source)));
  }

  changed(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isIdle) return;
    const due = this.next();
    // A clock that stands still may have been moved past it: by another server, or by a snapshot that was restored.
    if (due === undefined || (!this.#time.runs() && due > this.#time.now())) return;
    const wait = Math.min(Math.max(due - this.#time.now(), 0), LONGEST_WAIT);
    this.#timer = setTimeout(() => void this.run(this.#time.now()), wait).unref();
  }

  hold(): () => void {
    this.#holds++;
    clearTimeout(this.#timer);
    return () => {
      this.#holds--;
      this.changed();
    };
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  get #isIdle(): boolean {
    return this.#closed || this.#holds > 0;
  }

  /** It must not keep the others from being done, nor be asked again at the same moment for ever. */
  #leaveAlone(source: DueSource, error: unknown): void {
    const failed = (this.#failed ??= new WeakMap());
    const pause = Math.min((failed.get(source)?.pause ?? FIRST_PAUSE / 2) * 2, LONGEST_PAUSE);
    failed.set(source, { until: this.#time.now() + pause, pause });
    process.emitWarning(error instanceof Error ? error : String(error));
  }

  /** Until when a source is left alone; a clock that went back has no part in it. */
  #pausedUntil(source: DueSource): number {
    const { until, pause } = this.#failed?.get(source) ?? { until: -Infinity, pause: 0 };
    return until - this.#time.now() > pause ? -Infinity : until;
  }

  #dueOf(source: DueSource): number | undefined {
    const until = this.#pausedUntil(source);
    try {
      const due = source.next();
      return due === undefined ? undefined : Math.max(due, until);
    } catch (error) {
      if (until <= this.#time.now()) this.#leaveAlone(source, error);
      return this.#failed?.get(source)?.until;
    }
  }

  async #runDue(time: number): Promise<void> {
    const sources = this.#sources ?? NOTHING;
    const due = Array.from(sources, (source) => ({ source, at: this.#dueOf(source) ?? Infinity })).filter(({ at }) => at <= time);
    due.sort((a, b) => a.at - b.at);
    for (const { source } of due) {
      if (this.#isIdle || !sources.has(source)) continue;
      try {
        await source.run(time);
        this.#failed?.delete(source);
      } catch (error) {
        this.#leaveAlone(source, error);
      }
    }
  }

  async #settle(source: DueSource): Promise<void> {
    try {
      await source.settle?.();
    } catch (error) {
      this.#leaveAlone(source, error);
    }
  }
}
