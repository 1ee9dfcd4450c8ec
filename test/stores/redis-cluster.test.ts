import { expect } from 'chai';
import { openRedisStore, type Store } from '../../mocks/stores/index.js';
import { readAddress } from '../../mocks/stores/redis/address.js';
import { startCluster, slotOf, type RedisCluster } from './redis-cluster.js';
import type { RedisServer } from './redis-server.js';
import { commitOf, done, fresh, hear, increment, make, put, recordsOf, until, type Copy } from './support.js';

/** Meeting takes the nodes of a cluster some seconds. */
const LONG = process.env['FAILPATH_LONG'] === '1';
const inFull = LONG ? it : it.skip;

describe('a store in a Redis Cluster', function () {
  this.timeout(120_000);
  let cluster: RedisCluster;
  let store: Store;
  let other: Store;

  before(async () => {
    cluster = await startCluster();
    store = await openRedisStore(`${cluster.url}?timeout=20000`);
    other = await openRedisStore(`${cluster.url}?timeout=20000`);
  });

  after(async () => {
    await store.close();
    await other.close();
    await cluster.stop();
  });

  it('spreads worlds over the nodes, each with all its keys on one', async () => {
    const worlds = Array.from({ length: 60 }, () => fresh());
    for (const world of worlds) {
      const version = await make(store, world, [put('a', 1)]);
      done(await other.commit(commitOf(world, version, [put('a', 2)])));
      await store.append(world, ['one'], 10);
    }
    const listed = await other.worlds();
    expect(listed.filter((world) => worlds.includes(world))).to.have.members(worlds);
    const keys = await Promise.all(cluster.nodes.map(async (node) => (await node.command('KEYS', '*')) as string[]));
    for (const own of keys) expect(own.length).to.be.greaterThan(20);
    const tagged = keys.flat().filter((key) => worlds.some((world) => key.endsWith(`:${world}`)));
    expect(tagged).to.have.length(4 * worlds.length);
    expect(await Promise.all(worlds.map((world) => recordsOf(other, world)))).to.deep.equal(worlds.map(() => ({ a: 2 })));
    for (const world of worlds) await store.remove(world);
    expect((await Promise.all(cluster.nodes.map((node) => node.command('DBSIZE')))).map(Number)).to.deep.equal([0, 0, 0]);
  });

  it('tells others of what is done on any node', async () => {
    const heard = hear(other);
    const worlds = Array.from({ length: 20 }, () => fresh());
    for (const world of worlds) await make(store, world);
    for (const world of worlds) await heard.of(world);
    heard.stop();
    expect(new Set(heard.worlds)).to.deep.equal(new Set(worlds));
  });

  inFull('goes on while slots move from node to node, and loses nothing', async () => {
    const worlds = Array.from({ length: 12 }, () => fresh('moving'));
    const version = new Map<string, number>();
    for (const world of worlds) version.set(world, await make(store, world, [put('counter', 0)]));
    let counted = 0;
    const migration = { isOver: false };
    const work = async (one: Store, world: string): Promise<number> => {
      const copy: Copy = { version: version.get(world) ?? 0, counter: 0 };
      let times = 0;
      for (; !migration.isOver || times < 20; times += 1) {
        await increment(one, world, copy);
        counted += 1;
      }
      return times;
    };
    const working = Promise.all(worlds.map(async (world) => Promise.all([work(store, world), work(other, world)])));
    await until(async () => counted > 20);
    const keys = await Promise.all(cluster.nodes.map(async (node) => (await node.command('KEYS', '{*moving*')) as string[]));
    for (const [index, node] of cluster.nodes.entries()) {
      const slots = new Set(keys[index]?.map((key) => slotOf(/\{(.*?)\}/.exec(key)?.[1] ?? '')));
      const to = cluster.nodes[(index + 1) % cluster.nodes.length];
      if (to !== undefined) await cluster.migrate([...slots], node, to);
    }
    migration.isOver = true;
    const times = await working;
    expect(keys.flat()).to.not.have.length(0);
    expect(await Promise.all(worlds.map((world) => recordsOf(store, world)))).to.deep.equal(
      times.map(([one, two]) => ({ counter: (one ?? 0) + (two ?? 0) })),
    );
  });

  inFull('fails while a node is away, and works once it is back', async () => {
    const [, node] = cluster.nodes as [RedisServer, RedisServer];
    const hasty = await openRedisStore(`${cluster.url}?timeout=500`);
    const worlds = Array.from({ length: 12 }, () => fresh());
    for (const world of worlds) await make(hasty, world);
    const heard = hear(hasty);
    node.freeze();
    const nameOf = (error: unknown): string => (error as Error).name;
    const load = async (world: string): Promise<string> =>
      hasty.load(world).then((loaded) => (loaded === undefined ? 'gone' : 'there'), nameOf);
    expect(new Set(await Promise.all(worlds.map(load)))).to.include('StoreUnavailable');
    node.thaw();
    await heard.of(undefined);
    for (const world of worlds) await until(async () => (await load(world)) === 'there');
    heard.stop();
    await hasty.close();
  });
});

describe('the address of a Redis Cluster', () => {
  it('names several nodes, or says that it is one', () => {
    const read = (address: string): readonly unknown[] => {
      const { urls, isCluster, name, prefix } = readAddress(address);
      return [urls, isCluster, name, prefix];
    };
    expect(read('redis+cluster://user:p%23w@one:7000,two?prefix=team-a')).to.deep.equal([
      ['redis://user:p%23w@one:7000/0', 'redis://user:p%23w@two/0'],
      true,
      'redis+cluster://one:7000,two:6379?prefix=team-a',
      'team-a',
    ]);
    expect(read('rediss://one:7000,two:7001')[2]).to.equal('rediss+cluster://one:7000,two:7001');
    expect(read('redis+cluster://one')[1]).to.equal(true);
    expect(() => readAddress('redis+cluster://one:7000/2')).to.throw(/a Redis Cluster has no databases but 0/);
    expect(() => readAddress('redis://:hidden@one:7000,tw o:1'))
      .to.throw(/is no address of a Redis/)
      .and.not.match(/hidden/);
  });
});
