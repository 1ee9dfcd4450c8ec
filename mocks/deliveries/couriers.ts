import { setMaxListeners } from 'node:events';
import { groupBy } from '../../spec/index.js';
import { createSender, type Parcel, type Sent } from './send.js';

/** A request to be sent, and who is told what came of it. */
export interface Errand {
  /** Unique among those under way. */
  readonly id: string;
  readonly parcel: Parcel;
  done(sent: Sent): Promise<void>;
}

/** What is under way to other servers. It is derived from records, and can be lost: whoever sends says when an answer is overdue. */
export interface Couriers {
  /** Sends errands; of those to one origin the next is sent once the one before was answered, or has been silent for a while. */
  send(errands: readonly Errand[]): void;
  /** For how long an errand has been under way, in milliseconds of real time; `undefined` when it is not. */
  age(id: string): number | undefined;
  /** Gives an errand up: nobody is told. */
  recall(id: string): void;
  /** Waits for the answers to all errands, and for what is done about them; for none longer than the patience. */
  settle(): Promise<void>;
  /** Gives everything up, and ends every connection. */
  close(): void;
}

interface Flight {
  /** Since when it is on its way, by `performance.now()`; `undefined` while it waits for those before it. */
  since: number | undefined;
  readonly giveUp: AbortController;
}

/**
 * Sends to other servers, and waits for each only as long as somebody who makes the time pass would.
 *
 * @example
 * const couriers = createCouriers({ patienceMs: 1_000 });
 * couriers.send([{ id: 'a', parcel, done: async (sent) => note(sent) }]);
 * await couriers.settle();
 */
export function createCouriers({ patienceMs }: { readonly patienceMs: number }): Couriers {
  const sender = createSender();
  const flights = new Map<string, Flight>();
  const rounds = new Set<Promise<void>>();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);

  const age = (id: string): number | undefined => {
    const flight = flights.get(id);
    return flight === undefined ? undefined : performance.now() - (flight.since ?? performance.now());
  };
  const launch = async ({ id, parcel, done }: Errand, flight: Flight): Promise<void> => {
    const { signal } = flight.giveUp;
    flight.since = performance.now();
    try {
      const sent = await sender.send(parcel, signal);
      if (!signal.aborted) await done(sent);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
    } finally {
      if (flights.get(id) === flight) flights.delete(id);
    }
  };
  /** To one origin: in order, as long as it answers. Then nobody waits any more, but each has as much time as the first. */
  const sendRound = async (errands: readonly [Errand, Flight][]): Promise<void> => {
    const until = performance.now() + patienceMs;
    let last = until;
    const unanswered: Promise<void>[] = [];
    for (const [errand, flight] of errands) {
      if (flight.giveUp.signal.aborted) continue;
      const over = launch(errand, flight);
      unanswered.push(over);
      last = performance.now() + patienceMs;
      await within(over, until - performance.now(), closing.signal);
    }
    await within(Promise.all(unanswered), last - performance.now(), closing.signal);
  };
  const recall = (id: string): void => {
    flights.get(id)?.giveUp.abort();
    flights.delete(id);
  };
  return {
    age,
    recall,
    send: (errands) => {
      for (const group of groupBy(errands, ({ parcel }) => new URL(parcel.url).origin).values()) {
        const flying = group.map((errand): [Errand, Flight] => [errand, { since: undefined, giveUp: new AbortController() }]);
        for (const [{ id }, flight] of flying) flights.set(id, flight);
        const round: Promise<void> = sendRound(flying).finally(() => rounds.delete(round));
        rounds.add(round);
      }
    },
    settle: async () => {
      await Promise.all(rounds);
    },
    close: () => {
      closing.abort();
      for (const id of [...flights.keys()]) recall(id);
      sender.close();
    },
  };
}

/** Waits for so many milliseconds of real time at most, and not at all once the signal says so. */
async function within(promise: Promise<unknown>, milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds <= 0 || signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end);
    promise.then(end, end);
  });
}
