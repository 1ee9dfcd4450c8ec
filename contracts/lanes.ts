import { ONE_BY_ONE, type Lane } from './plan.js';
import { createSlots } from './slots.js';

/** Something to be done in a run. */
export interface Work<T> {
  readonly lane: Lane;
  /** Whether it makes keys, of which an organization may have only so many. */
  readonly mints: boolean;
  make(): Promise<T>;
}

/**
 * Results as they are ready: what has provisions of its own is done side by side, the rest one by one after it. Keys that exist at
 * the same time never exceed the places that the organization has left.
 *
 * @example
 * for await (const line of inLanes(works, { concurrency: 8, keyPlaces: 3, stop: () => left.abort() })) console.log(line);
 */
export async function* inLanes<T>(
  works: readonly Work<T>[],
  {
    concurrency,
    keyPlaces,
    stop,
  }: {
    readonly concurrency: number;
    readonly keyPlaces: number;
    /** Called when nothing further is to be begun. */
    stop(): void;
  },
): AsyncGenerator<T> {
  const slots = createSlots(concurrency);
  const places = createSlots(Math.max(1, keyPlaces));
  const begun = (work: Work<T>) => (): Promise<T> => {
    const inSlot = (): Promise<T> => slots.use(() => work.make());
    return work.mints ? places.use(inSlot) : inSlot();
  };
  const parallel = works.filter(({ lane }) => lane === 'parallel').map(begun);
  yield* asTheyFinish(parallel, concurrency * 8, stop);
  for (const lane of ONE_BY_ONE) for (const work of works) if (work.lane === lane) yield await work.make();
}

/** Results in the order in which they are ready; a failure, or a listener who leaves, stops the rest after what is under way has ended. */
async function* asTheyFinish<T>(tasks: readonly (() => Promise<T>)[], window: number, stop: () => void): AsyncGenerator<T> {
  const pending = new Set<Promise<unknown>>();
  const settled: (() => T)[] = [];
  let wake: () => void = () => undefined;
  const begin = (task: () => Promise<T>): void => {
    const end = (result: () => T): void => {
      pending.delete(ended);
      settled.push(result);
      wake();
    };
    const ended = task().then(
      (value) => end(() => value),
      (error: unknown) =>
        end(() => {
          throw error;
        }),
    );
    pending.add(ended);
  };
  let next = 0;
  try {
    while (next < tasks.length || pending.size > 0 || settled.length > 0) {
      while (next < tasks.length && pending.size + settled.length < window) begin(tasks[next++] as () => Promise<T>);
      if (settled.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      const result = settled.shift();
      if (result !== undefined) yield result();
    }
  } finally {
    if (pending.size > 0) stop();
    await Promise.allSettled(pending);
  }
}
