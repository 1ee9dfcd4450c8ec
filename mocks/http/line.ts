import { now } from '../moment.js';
import { LOAD_LIMITS, type LoadOptions } from './load.js';

/** Who comes is served in order, and not all in one turn of the loop. */
export interface Line<Of> {
  /** Begins it now, or in a later turn; what hurries, now. */
  take(one: Of): void;
  /** To be called when a connection was accepted: others may wait for that. */
  accepted(): void;
}

/** In one turn. More of them make turns so long that whoever opens a connection waits; fewer make more turns than they are worth. */
const MOST = 64;
/** In a turn before which a connection was accepted: the loop accepts one in each turn, so that many are only accepted in many turns. */
const FEW = 1;
/** How many times as long as one may wait all have to wait too long, until any is turned away: many may come at once, and no more for a while. */
const PATIENCE = 5;

/** Whoever serves the line; nothing of it may throw. */
interface Server<Of> {
  begin(one: Of, isTooMuch: boolean): void;
  /** Asked only of those who would have to wait. */
  hurries(one: Of): boolean;
  /** Who has sent it: the line is never longer than there are such. */
  sender(one: Of): unknown;
}

interface Waiting<Of> {
  readonly one: Of;
  readonly since: number;
}

/**
 * A line for what is done in one go each, however many come at once. Where too many have waited too long for a while, half of them are begun as
 * those for whom there is no time; a few never are, however slow the machine is. Nobody waits twice: with the second, the first is begun, so
 * that what one sends is begun in order, and the line has an end.
 *
 * @example
 * const line = createLine({
 *   begin: (response, isTooMuch) => (isTooMuch ? refuse(response) : answer(response)),
 *   hurries: () => false,
 *   sender: ({ req }) => req.socket,
 * });
 * server.on('connection', () => line.accepted());
 * server.on('request', (_, response) => line.take(response));
 */
export function createLine<Of>(server: Server<Of>, load: LoadOptions = {}): Line<Of> {
  return new FairLine(server, load);
}

class FairLine<Of> implements Line<Of> {
  readonly #server: Server<Of>;
  readonly #load: Required<LoadOptions>;
  /** By sender, in the order in which they came. */
  readonly #waiting = new Map<unknown, Waiting<Of>>();
  #begun = 0;
  /** Since when all that is begun has waited too long. */
  #lateSince: number | undefined = undefined;
  #hasAccepted = false;
  #isTurnSet = false;

  constructor(server: Server<Of>, { requests = LOAD_LIMITS.requests, turnMs = LOAD_LIMITS.turnMs, now: clock = now }: LoadOptions) {
    this.#server = server;
    this.#load = { requests, turnMs, now: clock };
  }

  accepted(): void {
    this.#hasAccepted = true;
  }

  take(one: Of): void {
    if (!this.#isTurnSet) {
      this.#isTurnSet = true;
      setImmediate(this.#turn);
    }
    if (this.#waiting.size === 0 && this.#begun < this.#most) {
      this.#begun++;
      this.#server.begin(one, false);
    } else this.#wait(one);
  }

  #wait(one: Of): void {
    const sender = this.#server.sender(one);
    const before = this.#waiting.get(sender);
    if (before !== undefined) {
      this.#waiting.delete(sender);
      this.#server.begin(before.one, false);
    }
    if (before !== undefined || this.#server.hurries(one)) this.#server.begin(one, false);
    else this.#waiting.set(sender, { one, since: this.#load.now() });
  }

  get #most(): number {
    return this.#hasAccepted ? FEW : MOST;
  }

  readonly #turn = (): void => {
    this.#begun = 0;
    this.#isTurnSet = this.#waiting.size > 0;
    const most = this.#most;
    this.#hasAccepted = false;
    if (!this.#isTurnSet) return;
    setImmediate(this.#turn);
    this.#serve(most);
  };

  #serve(most: number): void {
    const time = this.#load.now();
    for (const [sender, { one, since }] of this.#waiting) {
      if (this.#begun >= most) return;
      this.#begun++;
      const isTooMuch = this.#isTooMuch(since, time);
      this.#waiting.delete(sender);
      this.#server.begin(one, isTooMuch);
    }
  }

  /** By chance: whatever order requests come in, one of several kinds must not always be the one that is turned away. */
  #isTooMuch(since: number, time: number): boolean {
    const { requests, turnMs } = this.#load;
    if (this.#waiting.size < requests || time - since < turnMs) {
      this.#lateSince = undefined;
      return false;
    }
    this.#lateSince ??= time;
    return time - this.#lateSince >= PATIENCE * turnMs && Math.random() < 0.5;
  }
}
