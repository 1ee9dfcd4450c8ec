/** Those who want to be told of something. */
export interface Listeners<Args extends readonly unknown[]> {
  /** Answers how to stop; whoever is added twice is told twice. */
  add(listener: (...args: Args) => void): () => void;
  tell(...args: Args): void;
  clear(): void;
}

/** Listeners of which each may go, and take others with it, while they are told. */
export function createListeners<Listener extends (...args: never) => void>(): Listeners<Parameters<Listener>> {
  type Args = Parameters<Listener>;
  const all = new Set<(...args: Args) => void>();
  return {
    add: (listener) => {
      const entry = (...args: Args): void => listener(...args);
      all.add(entry);
      return () => void all.delete(entry);
    },
    tell: (...args) => {
      for (const listener of [...all]) if (all.has(listener)) listener(...args);
    },
    clear: () => all.clear(),
  };
}
