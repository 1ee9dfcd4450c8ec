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

/** Whoever serves the line; neither may throw. */
interface Server<Of> {
  begin(one: Of, isTooMuch: boolean): void;
  /** Asked only of those who would have to wait. */
  hurries(one: Of): boolean;
}

interface Waiting<Of> {
  readonly one: Of;
  readonly since: number;
}

/**
 * A line for what is done in one go each, however many come at once. Of those who have waited too long, with too many behind, every second is
 * begun as one for whom there is no time; a few never are, however slow the machine is.
 *
 * @example
 * const line = createLine({ begin: (response, isTooMuch) => (isTooMuch ? refuse(response) : answer(response)), hurries: () => false });
 * server.on('connection', () => line.accepted());
 * server.on('request', (_, response) => line.take(response));
 */
export function createLine<Of>(
  { begin, hurries }: Server<Of>,
  { requests = LOAD_LIMITS.requests, turnMs = LOAD_LIMITS.turnMs, now: clock = now }: LoadOptions = {},
): Line<Of> {
  let waiting: Waiting<Of>[] = [];
  let first = 0;
  let begun = 0;
  let late = 0;
  let hasAccepted = false;
  let isTurnSet = false;
  const turn = (): void => {
    begun = 0;
    isTurnSet = first < waiting.length;
    if (!isTurnSet) return;
    setImmediate(turn);
    const most = hasAccepted ? FEW : MOST;
    hasAccepted = false;
    const time = clock();
    for (let next = waiting[first]; next !== undefined && begun < most; next = waiting[first]) {
      // Every second at most: what takes several requests would never come to its end otherwise.
      const isLate = waiting.length - first >= requests && time - next.since >= turnMs;
      if (isLate) late++;
      const isTooMuch = isLate && late % 2 === 0;
      first++;
      begun++;
      begin(next.one, isTooMuch);
    }
    // What has been begun is let go of, at times.
    if (2 * first > waiting.length) [waiting, first] = [waiting.slice(first), 0];
  };
  return {
    take: (one) => {
      if (!isTurnSet) {
        isTurnSet = true;
        setImmediate(turn);
      }
      if (first === waiting.length && begun < (hasAccepted ? FEW : MOST)) {
        begun++;
        begin(one, false);
      } else if (hurries(one)) begin(one, false);
      else waiting.push({ one, since: clock() });
    },
    accepted: () => {
      hasAccepted = true;
    },
  };
}
