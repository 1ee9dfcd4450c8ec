const SWEEP_MS = 1_000;

/** Looks again and again for what has expired, as long as there is anything to look at. */
export class Sweeper {
  readonly #sweep: () => boolean | Promise<boolean>;
  #isOver = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(sweep: () => boolean | Promise<boolean>) {
    this.#sweep = sweep;
  }

  start(): void {
    this.#timer ??= setTimeout(() => void this.#again(), SWEEP_MS).unref();
  }

  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  async #again(): Promise<void> {
    this.#timer = undefined;
    if ((await this.#sweep()) && !this.#isOver) this.start();
  }
}
