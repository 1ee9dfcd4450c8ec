import { setTimeout as wait } from 'node:timers/promises';
import type { StoreUnavailable } from '../types.js';
import type { RedisAddress } from './address.js';
import type { ConnectionOptions } from './attempt.js';
import { connect, type Connection } from './connection.js';
import { unavailable, unusable } from './problems.js';
import type { Script } from './scripts.js';
import { Late, within } from './within.js';

/** A connection to Redis that is made anew whenever it breaks. */
export interface Link {
  /**
   * What Redis answers; fails at once while there is no connection, and after the time that a call may take.
   *
   * @param key Where there are several nodes, that which has it is asked.
   * @throws {StoreUnavailable}
   */
  send(command: readonly string[], key: string): Promise<unknown>;
  /** A command that runs a script; sent with its text when Redis has forgotten it. */
  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown>;
  /** What it comes to that Redis has refused a part of what was sent. */
  refused(why: string): StoreUnavailable;
  close(): Promise<void>;
}

export interface LinkOptions extends ConnectionOptions {
  /** There is no connection any more, and why; it is looked for. */
  readonly away: (why: string) => void;
  /** The connection is back; messages may have been missed. */
  readonly back: () => void;
}

const FIRST_PAUSE_MS = 50;
const LAST_PAUSE_MS = 1_000;

/**
 * Connects to Redis.
 *
 * @throws {InputError} `store-unusable`
 */
export async function openLink(address: RedisAddress, options: LinkOptions): Promise<Link> {
  const { name, timeoutMs, isCluster } = address;
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
    options.away(unavailable(name, error).message);
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

  const send = async (command: readonly string[], key: string): Promise<unknown> => {
    const current = connection;
    if (current === undefined) throw unavailable(name, closed ? new Error('The store is closed') : reason);
    const sentAt = performance.now();
    try {
      const answer = await within(timeoutMs, current.send(command, key));
      answeredAt = performance.now();
      return answer;
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('NOSCRIPT')) throw error;
      // One slow answer among others is no reason to give up the connection; silence is, and so is a primary that became a replica. A node of a
      // cluster that is silent may have been replaced, whatever the others say.
      if (error instanceof Late ? isCluster || answeredAt < sentAt : isDemoted(error)) current.fail(error);
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
      const [key = ''] = keys;
      const rest = [String(keys.length), ...keys, ...args];
      try {
        return await send(['EVALSHA', sha1, ...rest], key);
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
        return send(['EVAL', text, ...rest], key);
      }
    },
    refused: (why) => {
      const error = new Error(why);
      if (isDemoted(error)) connection?.fail(error);
      return unavailable(name, error);
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

function isDemoted(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('READONLY');
}
