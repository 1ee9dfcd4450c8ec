import { setTimeout as sleep } from 'node:timers/promises';
import { TransportError, type Transport } from './types.js';

/** What is waited for, and how long. */
export interface Waiting {
  readonly url: string;
  /** Whether only a 2xx will do: of an address that says how the deployment is; otherwise any answer of an application is enough. */
  readonly healthy: boolean;
  readonly seconds: number;
  /** Ends the wait, with what is told instead: what was started for it has ended. */
  readonly lost?: () => string | undefined;
  /** Called before each further try, with the seconds that have passed. */
  readonly waiting?: (seconds: number) => void;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/** How time passes; a test's own takes none. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<unknown>;
}

const REAL: Clock = { now: () => performance.now(), sleep };
const FIRST_MS = 100;
const LONGEST_MS = 1_000;
/** What stands in front of an application says so while there is none behind it (RFC 9110, 15.6.3 to 15.6.5). */
const NOT_YET: readonly number[] = [502, 503, 504];

/** Whether an answer says that somebody is there, be it to refuse. */
export const isThere = (status: number): boolean => !NOT_YET.includes(status);

/** Nothing that could be judged: the deployment was not there in time. */
export class Unready extends Error {
  override readonly name = 'Unready';
  /** Somebody did not want to wait any longer. */
  readonly interrupted: boolean;

  constructor(message: string, { interrupted = false }: { readonly interrupted?: boolean } = {}) {
    super(message);
    this.interrupted = interrupted;
  }
}

/**
 * Waits until a deployment answers, by asking again and again; returns after how many seconds it did.
 *
 * @example
 * await waitUntilReady(transport, { url: 'https://staging.example.com', healthy: false, seconds: 60 });
 *
 * @throws {Unready} when it did not in time, or what was started for it has ended
 */
export async function waitUntilReady(transport: Pick<Transport, 'send'>, waiting: Waiting): Promise<number> {
  const { url, healthy, seconds, lost, signal, clock = REAL } = waiting;
  const began = clock.now();
  const passed = (): number => Math.round((clock.now() - began) / 100) / 10;
  for (let pause = FIRST_MS; ; pause = Math.min(pause * 2, LONGEST_MS)) {
    const seen = await look(transport, url);
    const why = lost?.();
    if (why !== undefined) throw new Unready(`${url} will not be ready: ${why}`);
    if (typeof seen === 'number' && (healthy ? seen >= 200 && seen < 300 : isThere(seen))) return passed();
    const told = typeof seen === 'number' ? `it was last answered with ${seen}` : `it was last not answered: ${seen}`;
    if (signal?.aborted === true) throw new Unready(`interrupted while waiting for ${url}: ${told}`, { interrupted: true });
    if (clock.now() - began + pause > seconds * 1000) throw new Unready(`${url} was not ready within ${seconds} s: ${told}`);
    waiting.waiting?.(passed());
    await clock.sleep(pause);
  }
}

async function look(transport: Pick<Transport, 'send'>, url: string): Promise<number | string> {
  try {
    return (await transport.send({ method: 'GET', url, headers: {} }, { phase: 'given', label: 'ready?' })).status;
  } catch (error) {
    if (error instanceof TransportError) return error.message;
    throw error;
  }
}
