/** Somebody who is asked again and again whether they are there. */
export interface Beats {
  /** Whether the last few questions have no answer yet. */
  readonly isSilent: boolean;
  stop(): void;
}

/** How often a worker is asked, and after how many questions without an answer it is taken for one that will not answer any more. */
const EVERY_MS = 1_000;
const MOST = 10;
/** A worker that has much to do answers late. */
const FEW = 3;

/**
 * Asks somebody again and again whether they are there, until they do not answer for long. Counts questions, and not time: a process that was
 * stopped itself, with its machine or by hand, has asked nothing meanwhile.
 *
 * @param lost Told once, after so many seconds without an answer; nobody is asked any more then.
 */
export function listenFor(ask: () => Promise<unknown>, lost: (seconds: number) => void, everyMs: number = EVERY_MS): Beats {
  let unanswered = 0;
  const beat = (): void => {
    if (unanswered >= MOST) {
      clearInterval(timer);
      return lost((MOST * everyMs) / 1_000);
    }
    unanswered += 1;
    ask().then(
      () => (unanswered = 0),
      () => undefined,
    );
  };
  const timer = setInterval(beat, everyMs).unref();
  return {
    get isSilent() {
      return unanswered > FEW;
    },
    stop: () => clearInterval(timer),
  };
}
