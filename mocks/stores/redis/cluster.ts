import { setTimeout as wait } from 'node:timers/promises';
import type { RedisAddress } from './address.js';
import { CONNECTING, type Attempt, type ConnectionOptions } from './attempt.js';

/** How long a slot that is on its way from one node to another is left alone. */
const PAUSE_MS = 20;

/**
 * The nodes of a Redis Cluster, found by those that were named. Whoever has a key is asked for it; where it has just gone to another node,
 * that one is asked. When one node breaks off, all is connected anew: what it looks like may have changed.
 */
export async function connectCluster(
  { urls, timeoutMs }: RedisAddress,
  { channel, probe, heard }: ConnectionOptions,
  fail: (error: unknown) => void,
): Promise<Attempt> {
  // Only whoever uses a store pays for loading the package.
  const { createCluster } = await import('redis');
  const [first] = urls.map((url) => new URL(url)) as [URL, ...URL[]];
  const connectTimeout = CONNECTING * timeoutMs;
  const isTls = first.protocol === 'rediss:';
  const cluster = createCluster({
    rootNodes: urls.map((url) => ({ url })),
    defaults: {
      ...(first.username === '' ? {} : { username: decodeURIComponent(first.username) }),
      ...(first.password === '' ? {} : { password: decodeURIComponent(first.password) }),
      disableOfflineQueue: true,
      disableClientInfo: true,
      maintNotifications: 'disabled',
      socket: { connectTimeout, reconnectStrategy: false, ...(isTls ? { tls: true } : {}) },
    },
    commandOptions: { timeout: 0 },
  });
  let ears: { destroy(): void } | undefined;
  cluster
    .on('error', fail)
    .on('node-error', fail)
    .on('node-disconnect', () => fail(new Error('Socket closed')));
  const send = async (command: readonly string[], key: string): Promise<unknown> => {
    for (const until = performance.now() + timeoutMs; ; await wait(PAUSE_MS)) {
      try {
        return await cluster.sendCommand(key, false, [...command]);
      } catch (error) {
        if (!isMoving(error) || performance.now() > until) throw error;
      }
    }
  };
  /** News reaches every node: one is enough to listen at, over a connection of its own, so that nothing is missed without being noticed. */
  const listen = async (): Promise<void> => {
    const [master] = cluster.masters;
    if (master === undefined) throw new Error('CLUSTERDOWN It has no primary');
    const client = (await cluster.nodeClient(master)).duplicate();
    ears = client;
    client.on('error', fail).on('end', () => fail(new Error('Socket closed')));
    await client.connect();
    await client.subscribe(channel, heard);
  };
  return {
    make: async () => {
      await cluster.connect();
      await Promise.all([listen(), send(['SET', probe, '1', 'PX', '1'], probe)]);
    },
    send,
    destroy: () => {
      ears?.destroy();
      cluster.destroy();
    },
  };
}

/** Some of the keys are on one node and some on the other. */
function isMoving(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('TRYAGAIN');
}
