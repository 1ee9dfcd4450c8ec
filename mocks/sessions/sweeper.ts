const SWEEP_MS = 1_000;

/** Looks again and again for what has expired, as long as there is anything to look at. */
export class Sweeper {
  readonly #sweep: () => boolean;
  #timer: NodeJS.Timeout | undefined;

  constructor(sweep: () => boolean) {
    this.#sweep = sweep;
  }

  start(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#sweep()) this.start();
    }, SWEEP_MS).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
