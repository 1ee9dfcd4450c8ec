import { setTimeout as wait } from 'node:timers/promises';
import type { RedisAddress } from './address.js';
import { unavailable, unusable } from './problems.js';
import { SCRIPTS, type Script } from './scripts.js';

/** A connection to Redis that is made anew whenever it breaks. */
export interface Link {
  /**
   * What Redis answers; fails at once while there is no connection, and after the time that a call may take.
   *
   * @throws {StoreUnavailable}
   */
  send(command: readonly string[]): Promise<unknown>;
  /** A command that runs a script; sent with its text when Redis has forgotten it. */
  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown>;
  close(): Promise<void>;
}

export interface LinkOptions {
  readonly channel: string;
  /** A key that is written to, to see whether Redis can be. */
  readonly probe: string;
  readonly heard: (message: string) => void;
  /** The connection is back; messages may have been missed. */
  readonly back: () => void;
}

/** Making a connection takes some round trips, of TLS as well. */
const CONNECTING = 3;
const FIRST_PAUSE_MS = 50;
const LAST_PAUSE_MS = 1_000;

/**
 * Connects to Redis.
 *
 * @throws {InputError} `store-unusable`
 */
export async function openLink(address: RedisAddress, options: LinkOptions): Promise<Link> {
  const { name, timeoutMs } = address;
  let closed = false;
  let connection: Connection | undefined;
  /** Why there is none. */
  let reason: unknown;
  let answeredAt = 0;
  const stop = new AbortController();

  const use = async (made: Connection): Promise<void> => {
    connection = made;
    const error = await made.broken;
    if (connection !== made) return;
    connection = undefined;
    reason = error;
    made.end();
    await reconnect();
  };
  const reconnect = async (): Promise<void> => {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LAST_PAUSE_MS)) {
      await wait(pause * (0.5 + Math.random() / 2), undefined, { signal: stop.signal }).catch(() => undefined);
      if (closed) return;
      const made = await connect(address, options, stop.signal).catch((error: unknown) => void (reason = error));
      if (made === undefined) continue;
      if (closed) return made.end();
      void use(made);
      options.back();
      return;
    }
  };

  const send = async (command: readonly string[]): Promise<unknown> => {
    const current = connection;
    if (current === undefined) throw unavailable(name, closed ? new Error('The store is closed') : reason);
    const sentAt = performance.now();
    try {
      const answer = await within(timeoutMs, current.send(command));
      answeredAt = performance.now();
      return answer;
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('NOSCRIPT')) throw error;
      // One slow answer among others is no reason to give up the connection; silence is, and so is a primary that became a replica.
      if (error instanceof Late ? answeredAt < sentAt : isDemoted(error)) current.fail(error);
      throw unavailable(name, error);
    }
  };
  try {
    void use(await connect(address, options, stop.signal));
  } catch (error) {
    throw unusable(name, error);
  }
  return {
    send,
    run: async ({ text, sha1 }, keys, args) => {
      const rest = [String(keys.length), ...keys, ...args];
      try {
        return await send(['EVALSHA', sha1, ...rest]);
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
        return send(['EVAL', text, ...rest]);
      }
    },
    close: async () => {
      closed = true;
      stop.abort();
      const last = connection;
      connection = undefined;
      last?.end();
    },
  };
}

/** One connection, from when it works until it breaks. */
interface Connection {
  send(command: readonly string[]): Promise<unknown>;
  /** Resolves, with the reason, when it is of no more use. */
  readonly broken: Promise<unknown>;
  /** Declares it broken. */
  fail(error: unknown): void;
  /** Closes it; what is under way on it fails. */
  end(): void;
}

/** A connection that is known to work: subscribed, with the scripts, and to a Redis that can be written to. */
async function connect({ url, timeoutMs }: RedisAddress, { channel, probe, heard }: LinkOptions, stop: AbortSignal): Promise<Connection> {
  // Only whoever uses a store pays for loading the package.
  const { createClient } = await import('redis');
  const client = createClient({
    url,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    socket: { connectTimeout: CONNECTING * timeoutMs, reconnectStrategy: false },
  });
  let fail: (error: unknown) => void = () => undefined;
  const broken = new Promise<unknown>((resolve) => (fail = resolve));
  // Listeners are never taken away again: the client stands before another object that has them, and would only forget its own.
  client.on('error', fail).on('end', () => fail(new Error('Socket closed')));
  stop.addEventListener('abort', fail, { once: true });
  const made = async (): Promise<void> => {
    await client.connect();
    await Promise.all([
      client.subscribe(channel, heard),
      client.set(probe, '1', { expiration: { type: 'PX', value: 1 } }),
      ...Object.values(SCRIPTS).map(({ text }) => client.scriptLoad(text)),
    ]);
  };
  const end = (): void => {
    stop.removeEventListener('abort', fail);
    client.destroy();
  };
  const refused = broken.then((error) => Promise.reject(error));
  try {
    await within(CONNECTING * timeoutMs, Promise.race([refused, made()]));
  } catch (error) {
    end();
    throw error;
  }
  refused.catch(() => undefined);
  return { send: (command) => client.sendCommand([...command]), broken, fail, end };
}

class Late extends Error {
  override readonly name = 'Late';
}

/** The same, unless it takes too long. */
function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new Late(`Redis did not answer within ${ms} ms`));
    // When this process was busy, the answer may have arrived without being read yet.
    const timer = setTimeout(() => void setImmediate(late), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function isDemoted(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('READONLY');
}
