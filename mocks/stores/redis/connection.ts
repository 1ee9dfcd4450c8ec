import type { RedisAddress } from './address.js';
import { CONNECTING, type Attempt, type ConnectionOptions } from './attempt.js';
import { connectCluster } from './cluster.js';
import { BATCH } from './scripts.js';
import { within } from './within.js';

/** One connection, from when it works until it breaks. */
export interface Connection {
  send(command: readonly string[], key: string): Promise<unknown>;
  /** Resolves, with the reason, when it is of no more use. */
  readonly broken: Promise<unknown>;
  /** Declares it broken. */
  fail(error: unknown): void;
  /** Closes it; what is under way on it fails. */
  end(): void;
}

/** A connection that is known to work: subscribed, with the script, and to a Redis that can be written to. */
export async function connect(address: RedisAddress, options: ConnectionOptions, stop: AbortSignal): Promise<Connection> {
  let fail: (error: unknown) => void = () => undefined;
  const broken = new Promise<unknown>((resolve) => (fail = resolve));
  const attempt = await (address.isCluster ? connectCluster : connectOne)(address, options, (error) => fail(error));
  stop.addEventListener('abort', fail, { once: true });
  const end = (): void => {
    stop.removeEventListener('abort', fail);
    attempt.destroy();
  };
  const refused = broken.then((error) => Promise.reject(error));
  try {
    await within(CONNECTING * address.timeoutMs, Promise.race([refused, attempt.make()]));
  } catch (error) {
    end();
    throw error;
  }
  refused.catch(() => undefined);
  return { send: (command, key) => attempt.send(command, key), broken, fail, end };
}

async function connectOne(
  { urls, timeoutMs }: RedisAddress,
  { channel, probe, heard }: ConnectionOptions,
  fail: (error: unknown) => void,
): Promise<Attempt> {
  // Only whoever uses a store pays for loading the package.
  const { createClient } = await import('redis');
  const [url] = urls;
  const client = createClient({
    url,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    // Whoever waits has a clock of its own.
    commandOptions: { timeout: 0 },
    socket: { connectTimeout: CONNECTING * timeoutMs, reconnectStrategy: false },
  });
  // Listeners are never taken away again: the client stands before another object that has them, and would only forget its own.
  client.on('error', fail).on('end', () => fail(new Error('Socket closed')));
  return {
    make: async () => {
      await client.connect();
      await Promise.all([
        client.subscribe(channel, heard),
        client.set(probe, '1', { expiration: { type: 'PX', value: 1 } }),
        client.scriptLoad(BATCH.text),
      ]);
    },
    send: (command) => client.sendCommand([...command]),
    destroy: () => client.destroy(),
  };
}
