/** So many things at once, in the order in which they asked. */
export interface Slots {
  use<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * A fair limit on what runs at the same time.
 *
 * @example
 * const slots = createSlots(8);
 * await Promise.all(urls.map((url) => slots.use(() => fetch(url))));
 */
export function createSlots(size: number): Slots {
  const waiting: (() => void)[] = [];
  let free = size;
  return {
    async use(work) {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) free += 1;
        else next();
      }
    },
  };
}
