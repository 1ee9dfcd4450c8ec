import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../support/ports.js';
import { startRedis, type RedisServer } from './redis-server.js';

/** A Redis Cluster of a test's own. */
export interface RedisCluster {
  readonly nodes: readonly RedisServer[];
  /** `redis+cluster://127.0.0.1:<port>,127.0.0.1:<port>,...` */
  readonly url: string;
  /** Hands slots of one node over to another, as an administrator would: with all their keys, one slot after the other. */
  migrate(slots: readonly number[], from: RedisServer, to: RedisServer): Promise<void>;
  stop(): Promise<void>;
}

const SLOTS = 16_384;

/** Starts primaries that share all slots evenly; resolves when every one of them takes commands. */
export async function startCluster(count = 3, settings: readonly string[] = []): Promise<RedisCluster> {
  const started = await Promise.all(Array.from({ length: count }, () => startNode(settings)));
  const nodes = started.map(({ node }) => node);
  const [first, ...others] = started as [Started, ...Started[]];
  await Promise.all(
    nodes.map((node, index) =>
      node.command(
        'CLUSTER',
        'ADDSLOTSRANGE',
        String(Math.ceil((SLOTS * index) / count)),
        String(Math.ceil((SLOTS * (index + 1)) / count) - 1),
      ),
    ),
  );
  for (const { node, bus } of others) await first.node.command('CLUSTER', 'MEET', '127.0.0.1', String(node.port), String(bus));
  await Promise.all(nodes.map((node) => isReady(node, count)));
  const ids = new Map<RedisServer, string>();
  for (const node of nodes) ids.set(node, String(await node.command('CLUSTER', 'MYID')));
  return {
    nodes,
    url: `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    migrate: async (slots, from, to) => {
      const [source, target] = [ids.get(from) ?? '', ids.get(to) ?? ''];
      for (const slot of slots.map(String)) {
        await to.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', source);
        await from.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target);
        // One key after the other, so that there are moments when a world is on both.
        for (;;) {
          const keys = (await from.command('CLUSTER', 'GETKEYSINSLOT', slot, '1')) as readonly string[];
          if (keys.length === 0) break;
          await from.command('MIGRATE', '127.0.0.1', String(to.port), '', '0', '5000', 'KEYS', ...keys);
        }
        for (const node of [to, from]) await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', target);
      }
    },
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop('SIGKILL')))),
  };
}

interface Started {
  readonly node: RedisServer;
  /** Where nodes talk to each other. */
  readonly bus: number;
}

async function startNode(settings: readonly string[]): Promise<Started> {
  // By default its bus would be at a port that is not asked for here, and may be taken.
  const bus = await freePort();
  const cluster = ['--cluster-enabled', 'yes', '--cluster-port', String(bus), '--cluster-node-timeout', '2000'];
  return { node: await startRedis([...cluster, '--cluster-allow-replica-migration', 'no', ...settings]), bus };
}

async function isReady(node: RedisServer, count: number): Promise<void> {
  for (;;) {
    const info = String(await node.command('CLUSTER', 'INFO'));
    if (info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${count}`)) return;
    await wait(50);
  }
}

/** Redis' way from the tag of a key to its slot. */
export function slotOf(tag: string): number {
  let crc = 0;
  for (const byte of Buffer.from(tag)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc % SLOTS;
}
