/** How much a mock takes on at once before it turns requests away. */
export interface LoadLimits {
  /** Requests that wait, or in process come in one turn of the loop; with fewer, it takes long for another reason, and nobody is turned away. */
  readonly requests: number;
  /** How long a request may wait, or in process a turn of the loop may take, in milliseconds. */
  readonly turnMs: number;
}

/** Watches how long requests wait that come in process, where there is no line. */
export interface LoadWatch {
  /** Counts a request, and answers whether there is more to do than can be done. */
  arrives(): boolean;
  close(): void;
}

export const LOAD_LIMITS: LoadLimits = Object.freeze({ requests: 500, turnMs: 30 });

/** How often it is looked at, in milliseconds; a turn that takes longer is looked at when it is over. */
const PERIOD = 20;

export interface LoadOptions extends Partial<LoadLimits> {
  /** In milliseconds, from a clock that never goes back. */
  readonly now?: () => number;
}

/**
 * Watches the load of this process by how long its turns take, which costs a request one addition, and a turn one callback. A client, or many, that ask for less
 * than `requests` at once never see it, however slow the machine is.
 *
 * @example
 * const load = createLoadWatch();
 * if (load.arrives()) return refuse();
 */
export function createLoadWatch({
  requests = LOAD_LIMITS.requests,
  turnMs = LOAD_LIMITS.turnMs,
  now = () => performance.now(),
}: LoadOptions = {}): LoadWatch {
  return new Watch({ requests, turnMs }, now);
}

class Watch implements LoadWatch {
  readonly #limits: LoadLimits;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #since = 0;
  /** In the turn that is being taken. */
  #arrived = 0;
  /** In any turn since it was looked at. */
  #most = 0;
  #isTooMuch = false;
  #isClosed = false;

  constructor(limits: LoadLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  arrives(): boolean {
    if (this.#arrived++ === 0) {
      setImmediate(this.#endTurn);
      if (this.#timer === undefined && !this.#isClosed) this.#begin();
    }
    return this.#isTooMuch;
  }

  readonly #endTurn = (): void => {
    if (this.#arrived > this.#most) this.#most = this.#arrived;
    this.#arrived = 0;
  };

  close(): void {
    this.#isClosed = true;
    this.#end();
  }

  #begin(): void {
    this.#since = this.#now();
    this.#timer = setInterval(() => this.#look(), PERIOD).unref();
  }

  #look(): void {
    const now = this.#now();
    const took = now - this.#since;
    // However many came one after the other before something else held the loop up, they were not there at once.
    this.#isTooMuch = this.#most >= this.#limits.requests && took - PERIOD >= this.#limits.turnMs;
    if (this.#most === 0) this.#end();
    this.#since = now;
    this.#most = 0;
  }

  #end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#isTooMuch = false;
  }
}
