/**
 * Where records of one kind live. Four operations are all that the sandbox asks of a store, so that one on disk or one
 * shared by several servers can take the place of this one.
 */
export interface Table<T> {
  get(id: string): T | undefined;
  /** Adds a record, or replaces it where it is in the order. */
  put(id: string, record: T): void;
  /** Removes a record and returns it, in one step: of two callers at the same moment, one gets it. */
  delete(id: string): T | undefined;
  /** Oldest first. */
  list(): Iterable<T>;
}

export interface Bounds<T> {
  /** How many records are kept at most; beyond it, the oldest that may go goes. */
  readonly capacity: number;
  /** Whether nobody will miss the record any more. */
  readonly over?: (record: T) => boolean;
  /** Whether the record may go before it is over, when there is no room. */
  readonly expendable?: (record: T) => boolean;
}

/** Below this size, looking for what is over is not worth the while. */
const SMALL = 256;

/**
 * A table in memory that cannot grow for ever. It is swept when it has doubled since the last time, and gives up a tenth
 * when it is full: no timer, and a cost per record that does not depend on how many there are.
 *
 * @example
 * const jobs = memoryTable<{ until: number }>({ capacity: 1000, over: ({ until }) => until < clock.now() });
 * jobs.put('a', { until: 5 });
 */
export function memoryTable<T>({ capacity, over = () => false, expendable = () => true }: Bounds<T>): Table<T> {
  const records = new Map<string, T>();
  let sweepAt = Math.min(SMALL, capacity);

  const drop = (condition: (record: T) => boolean, downTo: number): void => {
    for (const [id, record] of records) {
      if (records.size <= downTo) return;
      if (condition(record)) records.delete(id);
    }
  };
  const sweep = (): void => {
    drop(over, 0);
    if (records.size >= capacity) drop(expendable, Math.floor(capacity * 0.9));
    const { size } = records;
    sweepAt = Math.max(Math.min(Math.max(2 * size, SMALL), capacity), Math.ceil(size * 1.1));
  };

  return {
    get: (id) => records.get(id),
    put: (id, record) => {
      if (records.size >= sweepAt && !records.has(id)) sweep();
      records.set(id, record);
    },
    delete: (id) => {
      const record = records.get(id);
      records.delete(id);
      return record;
    },
    list: () => records.values(),
  };
}
