import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { generate } from 'selfsigned';
import { openRedisStore, StoreUnavailable, type Store } from '../../mocks/stores/index.js';
import { InputError } from '../../spec/index.js';
import { temporaryFile } from '../support/cli.js';
import { expectAll, startStorm } from './processes.js';
import { freePort } from '../support/ports.js';
import { startRedis, type RedisServer } from './redis-server.js';
import { commitOf, done, fresh, hear, increment, make, PATIENT, put, recordsOf, until, type Copy } from './support.js';

const ROUNDS = process.env['FAILPATH_LONG'] === '1' ? 10 : 2;

describe('a store in Redis', () => {
  let redis: RedisServer;
  let store: Store;

  beforeEach(async () => {
    redis = await startRedis();
    store = await openRedisStore(`${redis.url}${PATIENT}`);
  });

  afterEach(async () => {
    await store.close();
    await redis.stop('SIGKILL');
  });

  it('fails while Redis is away, and works once it is back', async () => {
    const world = fresh();
    const version = await make(store, world);
    await redis.stop('SIGKILL');
    const calls = everyCall(store, world, version);
    expect(await Promise.all(calls.map(failure))).to.deep.equal(calls.map(() => 'StoreUnavailable'));
    expect(await reason(() => store.load(world))).to.match(
      /^redis:\/\/127\.0\.0\.1:\d+ is not available \(.+\); it is tried again by itself\.$/,
    );
    const heard = hear(store);
    await redis.start();
    // Any world may have changed meanwhile; here all are gone, since this Redis keeps nothing.
    await heard.of(undefined);
    expect(await store.commit(commitOf(world, version, [put('a', 1)]))).to.deep.equal({ gone: true });
    await make(store, world, [put('a', 1)]);
    expect(await recordsOf(store, world)).to.deep.equal({ a: 1 });
  });

  it('is told again of what others do once Redis is back', async () => {
    const other = await openRedisStore(redis.url);
    const [heard, heardToo] = [hear(store), hear(other)];
    await redis.stop();
    await redis.start();
    await Promise.all([heard.of(undefined), heardToo.of(undefined)]);
    await make(other, 'of the other');
    await make(store, 'of the store');
    await Promise.all([heard.of('of the other'), heardToo.of('of the store')]);
    await other.close();
    expect([heard.worlds, heardToo.worlds]).to.deep.equal([
      [undefined, 'of the other'],
      [undefined, 'of the store'],
    ]);
  });

  it('does not wait for a Redis that is away', async () => {
    await redis.stop('SIGKILL');
    await failure(() => store.load('a'));
    const turns = async (): Promise<string> => {
      for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => void setImmediate(resolve));
      return 'still waiting';
    };
    expect(await Promise.race([failure(() => store.load('a')), turns()])).to.equal('StoreUnavailable');
  });

  it('fails when Redis hangs, and works once it goes on', async () => {
    const world = fresh();
    const version = await make(store, world);
    const hasty = await openRedisStore(`${redis.url}?timeout=300`);
    const heard = hear(hasty);
    redis.freeze();
    const calls = everyCall(hasty, world, version);
    expect(await Promise.all(calls.map(failure))).to.deep.equal(calls.map(() => 'StoreUnavailable'));
    // While it still hangs.
    expect(await reason(() => hasty.load(world))).to.match(/did not answer within \d+ ms/);
    redis.thaw();
    await heard.of(undefined);
    await hasty.close();
    // What it had read before it hung it may have done since: nobody can know, and versions tell.
    const later = fresh();
    done(await store.commit(commitOf(later, await make(store, later), [put('a', 1)])));
    expect(await recordsOf(store, later)).to.deep.equal({ a: 1 });
  });

  it('can be closed while Redis hangs or is away', async () => {
    const hasty = await openRedisStore(`${redis.url}?timeout=300`);
    redis.freeze();
    await failure(() => hasty.load('a'));
    await hasty.close();
    redis.thaw();
    await redis.stop();
    await failure(() => store.load('a'));
    await store.close();
    expect(await reason(() => store.load('a'))).to.match(/The store is closed/);
  });

  it('goes on when only one answer of many is late', async () => {
    const world = fresh();
    await make(store, world);
    redis.freeze();
    const late = failure(() => store.load(world));
    setImmediate(() => redis.thaw());
    expect(await late).to.equal('');
  });

  it('goes on when Redis has forgotten its scripts', async () => {
    const world = fresh();
    const version = await make(store, world);
    await redis.command('SCRIPT', 'FLUSH');
    const next = done(await store.commit(commitOf(world, version, [put('a', 1)])));
    await redis.command('SCRIPT', 'FLUSH');
    expect(await store.append(world, ['a'], 1)).to.equal(1);
    expect(await store.load(world)).to.deep.equal({ version: next, records: [put('a', 1)] });
  });

  it('goes on when its connection is cut', async () => {
    const world = fresh();
    await make(store, world);
    const heard = hear(store);
    await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await heard.of(undefined);
    expect(await recordsOf(store, world)).to.deep.equal({});
  });

  it('does nothing by half when the memory of Redis is full, and goes on when it is not', async () => {
    const world = fresh();
    const version = await make(store, world, [put('a', 1)]);
    await redis.command('CONFIG', 'SET', 'maxmemory', '1');
    expect(await reason(() => store.commit(commitOf(world, version, [put('a', 2), put('b', 2)])))).to.match(/OOM/);
    expect(await reason(() => store.create(fresh(), []))).to.match(/OOM/);
    expect(await reason(() => store.append(world, ['one'], 10))).to.match(/OOM/);
    expect(await store.load(world)).to.deep.equal({ version, records: [put('a', 1)] });
    expect(await store.commit(commitOf(world, version, []))).to.deep.equal({ version });
    await store.remove(fresh());
    await redis.command('CONFIG', 'SET', 'maxmemory', '0');
    done(await store.commit(commitOf(world, version, [put('a', 3)])));
    expect(await store.append(world, ['one'], 10)).to.equal(1);
    expect(await store.worlds()).to.deep.equal([world]);
  });

  it('takes a world that Redis has evicted for gone', async () => {
    const world = fresh();
    const version = await make(store, world, [put('a', 1)]);
    await store.commit(commitOf(world, version, [put('b', 1)], { id: 'one' }));
    await store.append(world, ['one'], 10);
    await redis.command('DEL', `{failpath}:world:${world}`);
    expect(await store.commit(commitOf(world, version + 1, [put('a', 2)]))).to.deep.equal({ gone: true });
    expect(await store.worlds()).to.deep.equal([]);
    const next = await make(store, world);
    expect(await store.entries(world, 0)).to.deep.equal([]);
    done(await store.commit(commitOf(world, next, [put('a', 3)], { id: 'one' })));
    // Without its log it cannot tell what was missed.
    await redis.command('DEL', `{failpath}:log:${world}`);
    expect(await store.commit(commitOf(world, next, []))).to.deep.equal({ reload: true });
  });

  it('fails while Redis is a replica, and goes on when it is none', async () => {
    const world = fresh();
    const version = await make(store, world, [put('a', 1)]);
    const heard = hear(store);
    await redis.command('REPLICAOF', '127.0.0.1', String(await freePort()));
    expect(await reason(() => store.commit(commitOf(world, version, [put('a', 2)])))).to.match(/READONLY/);
    await redis.command('REPLICAOF', 'NO', 'ONE');
    await heard.of(undefined);
    done(await store.commit(commitOf(world, version, [put('a', 2)])));
  });

  it('leaves no key behind', async () => {
    const keys = async (): Promise<readonly string[]> => (await redis.command('KEYS', '*')) as readonly string[];
    const world = fresh();
    const version = await make(store, world, [put('a', 1)]);
    await store.commit(commitOf(world, version, [put('a', 2)]));
    await store.append(world, ['one'], 10);
    const all = await keys();
    // One hash tag: a Redis Cluster keeps all on one node.
    expect(all.filter((key) => !key.startsWith('{failpath}:'))).to.deep.equal([]);
    expect(all).to.have.length.greaterThan(3);
    await store.remove(world);
    expect(await keys()).to.deep.equal([]);
    const next = await make(store, world, [put('a', 1)], 10);
    await store.commit(commitOf(world, next, [put('a', 2)], { ttlMs: 20 }));
    await store.append(world, ['one'], 10);
    await until(async () => (await store.worlds()).length === 0);
    expect(await keys()).to.deep.equal([]);
  });

  it('keeps worlds of another prefix and another database apart', async () => {
    const others = await Promise.all([`${redis.url}?prefix=team-b`, `${redis.url}/1`].map((url) => openRedisStore(url)));
    const heard = hear(store);
    for (const other of others) await make(other, 'same', [put('a', other.name)]);
    await make(store, 'same', [put('a', store.name)]);
    expect(await Promise.all([store, ...others].map((one) => one.worlds()))).to.deep.equal([['same'], ['same'], ['same']]);
    expect(await Promise.all(others.map((one) => recordsOf(one, 'same')))).to.deep.equal(others.map(({ name }) => ({ a: name })));
    const same = await openRedisStore(`${redis.url}/0?prefix=failpath`);
    await make(same, 'last');
    await heard.of('last');
    expect(heard.worlds).to.deep.equal(['last']);
    await Promise.all([...others, same].map((one) => one.close()));
    expect(others.map(({ name }) => name)).to.deep.equal([`${redis.url}?prefix=team-b`, `${redis.url}/1`]);
  });
});

describe('commits while Redis dies and comes back', () => {
  for (let round = 1; round <= ROUNDS; round += 1) {
    it(`are neither lost nor doubled, when its disk has what it acknowledged (${round})`, async function () {
      this.timeout(60_000);
      const redis = await startRedis(['--appendonly', 'yes', '--appendfsync', 'always']);
      const stores = await Promise.all([redis.url, redis.url].map((url) => openRedisStore(url)));
      const world = fresh();
      const version = await make(stores[0] ?? expect.fail(), world, [put('counter', 0)]);
      let counted = 0;
      const work = async (store: Store): Promise<void> => {
        const copy: Copy = { version, counter: 0 };
        for (let number = 0; number < 200; number += 1) {
          await again(store, (id) => increment(store, world, copy, id));
          counted += 1;
        }
      };
      const working = Promise.all(stores.flatMap((store) => [work(store), work(store)]));
      for (let death = 1; death <= 3; death += 1) {
        await until(async () => counted >= 150 * death);
        await redis.stop('SIGKILL');
        await redis.start();
      }
      await working;
      expect(await recordsOf(stores[1] ?? expect.fail(), world)).to.deep.equal({ counter: 800 });
      await Promise.all(stores.map((store) => store.close()));
      await redis.stop();
    });

    it(`of a server that is killed are there for the others (${round})`, async function () {
      this.timeout(60_000);
      const redis = await startRedis();
      const world = fresh();
      const storms = ['one', 'two'].map((name) =>
        startStorm({ at: ['--store', redis.url], world, name, times: name === 'two' ? 150 : 1_000_000 }),
      );
      const [one, two] = storms as [(typeof storms)[0], (typeof storms)[0]];
      await one.reaches(30 * round);
      await one.kill();
      await two.ended;
      const store = await openRedisStore(redis.url);
      await expectAll(store, world, [...one.acknowledged, ...two.acknowledged]);
      await store.close();
      await redis.stop();
    });
  }
});

describe('a Redis that cannot be used', () => {
  let redis: RedisServer;
  const running: { close(): unknown }[] = [];

  before(async () => {
    redis = await startRedis(['--requirepass', 'pa#ss-word']);
  });

  after(async () => {
    for (const one of running) one.close();
    await redis.stop();
  });

  const at = (userInfo: string, rest = ''): string => `redis://${userInfo}127.0.0.1:${redis.port}${rest}`;

  async function serve(server: Server): Promise<string> {
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => sockets.add(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    running.push(server, { close: () => sockets.forEach((socket) => socket.destroy()) });
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('is told with the reason and what to do', async () => {
    const port = await freePort();
    expect(await refusal(`redis://127.0.0.1:${port}`)).to.equal(
      [
        `store-unusable  redis://127.0.0.1:${port} cannot be used (connect ECONNREFUSED 127.0.0.1:${port})`,
        '    why: Nothing listens there.',
        '    fix: Start Redis, or correct host and port.',
      ].join('\n'),
    );
  });

  it('asks for a password, or refuses it, and the password is never shown', async () => {
    expect(await refusal(at(''))).to.match(/NOAUTH[^]*It asks for a password/);
    const told = await Promise.all(['wrong-secret', 'other-secret'].map((secret) => refusal(at(`:${secret}@`))));
    told.push(await refusal(at('somebody:hidden-secret@')));
    for (const text of told) expect(text).to.match(/WRONGPASS[^]*It refuses the user or the password/);
    expect(told.join('\n')).not.to.include('secret');
  });

  it('takes a password with special characters, when they are escaped, and a user', async () => {
    const store = await openRedisStore(at(`:${encodeURIComponent('pa#ss-word')}@`));
    expect(store.name).to.equal(`redis://127.0.0.1:${redis.port}`);
    await store.close();
    const named = await openRedisStore(at(`default:${encodeURIComponent('pa#ss-word')}@`, '/2'));
    expect(await named.worlds()).to.deep.equal([]);
    expect(named.name).to.equal(`redis://127.0.0.1:${redis.port}/2`);
    await named.close();
  });

  it('has no such database', async () => {
    expect(await refusal(at(`:${encodeURIComponent('pa#ss-word')}@`, '/99'))).to.match(/It has no database of that number/);
  });

  it('does not speak TLS', async () => {
    expect(await refusal(`rediss://127.0.0.1:${redis.port}?timeout=100`)).to.match(/^store-unusable {2}rediss:[^]*whether it speaks TLS/);
  });

  it('is a web server', async () => {
    const web = await serve(createHttpServer((_request, response) => response.end('hello')));
    expect(await refusal(`redis://${web}?timeout=300`)).to.match(/does not speak the protocol of Redis/);
  });

  it('says nothing', async () => {
    const silent = await serve(createServer());
    expect(await refusal(`redis://${silent}?timeout=50`)).to.match(/It does not answer in time[^]*\?timeout=5000/);
  });

  it('hangs up', async () => {
    const rude = await serve(createServer((socket) => socket.end()));
    expect(await refusal(`redis://${rude}`)).to.match(/does not speak the protocol of Redis/);
  });

  it('is older than what is needed', async () => {
    const old = await serve(createServer((socket) => socket.on('data', () => socket.write("-ERR unknown command 'HELLO'\r\n"))));
    expect(await refusal(`redis://${old}`)).to.match(/older than Redis 6/);
  });

  it('is a node of a cluster that has other keys', async () => {
    const node = await serve(
      createServer((socket) =>
        socket.on('data', (data) => socket.write(/HELLO/.test(String(data)) ? '%0\r\n' : '-MOVED 99 10.0.0.7:6379\r\n'.repeat(9))),
      ),
    );
    expect(await refusal(`redis://${node}`)).to.match(/MOVED 99 10\.0\.0\.7:6379[^]*Name the node that has them/);
  });

  it('has no host of that name', async () => {
    expect(await refusal('redis://no-such-host.invalid?timeout=2000')).to.match(/There is no host of that name/);
  });

  it('is a replica, is full, or is closed to this user', async () => {
    const own = await startRedis();
    await own.command('REPLICAOF', '127.0.0.1', String(await freePort()));
    expect(await refusal(own.url)).to.match(/READONLY[^]*It is a replica[^]*Name the primary/);
    await own.command('REPLICAOF', 'NO', 'ONE');
    await own.command('CONFIG', 'SET', 'maxmemory', '1');
    expect(await refusal(own.url)).to.match(/OOM[^]*Its memory is full[^]*maxmemory/);
    await own.command('CONFIG', 'SET', 'maxmemory', '0');
    await own.command('ACL', 'SETUSER', 'guest', 'on', '>guest-secret', '~other:*', '&*', '+@all');
    const told = await refusal(own.url.replace('//', '//guest:guest-secret@'));
    expect(told)
      .to.match(/NOPERM[^]*access rules/)
      .and.not.include('guest-secret');
    await own.command('ACL', 'SETUSER', 'tester', 'on', '>tester-secret', '~{failpath}:*', 'resetchannels', '&failpath:*', '+@all');
    const store = await openRedisStore(own.url.replace('//', '//tester:tester-secret@'));
    const version = await make(store, 'a', [], 60_000);
    done(await store.commit(commitOf('a', version, [put('a', 1)])));
    expect(await store.worlds()).to.deep.equal(['a']);
    await store.close();
    await own.stop();
  });

  it('has no address that can be read', async () => {
    const addresses: Readonly<Record<string, RegExp>> = {
      'localhost:6379': /localhost:\/\/ is not the protocol|not the protocol of Redis/,
      'http://127.0.0.1': /http:\/\/ is not the protocol of Redis/,
      '': /it is no URL/,
      'redis://:hid#den@127.0.0.1': /%23/,
      'redis://user:hid den/@:6379': /./,
      'redis://': /it names no host|it is no URL/,
      'redis://127.0.0.1:99999': /it is no URL/,
      'redis://127.0.0.1/zero': /zero is no number of a database/,
      'redis://127.0.0.1?prefixx=a': /\?prefixx is not known/,
      'redis://127.0.0.1?prefix={a}': /\?prefix=\{a\} has other characters/,
      'redis://127.0.0.1?prefix=': /\?prefix= has other characters/,
      'redis://127.0.0.1?timeout=soon': /\?timeout=soon is no number/,
      'redis://127.0.0.1?timeout=0': /\?timeout=0 is no number/,
    };
    const told = await Promise.all(Object.keys(addresses).map(refusal));
    expect(Object.values(addresses).map((pattern, index) => (pattern.test(told[index] ?? '') ? '' : told[index]))).to.deep.equal(
      told.map(() => ''),
    );
    for (const text of told)
      expect(text)
        .to.match(/^store-unusable {2}[^]*fix: Write it as redis:\/\/user:password@/)
        .and.not.match(/hid/);
  });
});

describe('a Redis with TLS', () => {
  it('is trusted when its authority is, and not spoken to without TLS', async function () {
    this.timeout(60_000);
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'a test' }], {
      keyType: 'ec',
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
      ],
    });
    const [certificate, keyFile] = [temporaryFile('cert.pem', cert), temporaryFile('key.pem', key)];
    const port = await freePort();
    const files = ['--tls-cert-file', certificate, '--tls-ca-cert-file', certificate, '--tls-key-file', keyFile];
    const redis = await startRedis(['--tls-port', String(port), ...files, '--tls-auth-clients', 'no']);
    const url = `rediss://127.0.0.1:${port}`;
    expect(await refusal(url)).to.match(/Its certificate is not trusted[^]*NODE_EXTRA_CA_CERTS/);
    expect(await refusal(`redis://127.0.0.1:${port}`)).to.match(/write rediss:\/\/ if it asks for TLS/);
    await startStorm({ at: ['--store', url], world: 'safe', name: 'storm', times: 3, env: { NODE_EXTRA_CA_CERTS: certificate } }).ended;
    const store = await openRedisStore(redis.url);
    expect(await store.worlds()).to.deep.equal(['safe']);
    await store.close();
    await redis.stop();
  });
});

function everyCall(store: Store, world: string, version: number): readonly (() => Promise<unknown>)[] {
  return [
    () => store.create(fresh(), []),
    () => store.load(world),
    () => store.commit(commitOf(world, version, [])),
    () => store.commit(commitOf(world, version, [put('a', 1)])),
    () => store.worlds(),
    () => store.append(world, ['a'], 1),
    () => store.entries(world, 0),
    () => store.forget(world),
    () => store.remove(world),
  ];
}

/** The name of what a call throws; '' for nothing. */
async function failure(call: () => Promise<unknown>): Promise<string> {
  return call().then(
    () => '',
    (error: unknown) => (error instanceof Error ? error.name : 'no error'),
  );
}

async function reason(call: () => Promise<unknown>): Promise<string> {
  return call().then(
    () => 'it was done',
    (error: unknown) => (error instanceof StoreUnavailable ? error.message : `no StoreUnavailable: ${String(error)}`),
  );
}

async function refusal(url: string): Promise<string> {
  try {
    await (await openRedisStore(url)).close();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'opened';
}

/** Does it with the same id until the store is there. */
async function again(store: Store, run: (id: string) => Promise<void>): Promise<void> {
  const id = fresh('again');
  for (;;) {
    try {
      return await run(id);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      const heard = hear(store);
      if ((await failure(() => store.worlds())) !== '') await heard.of(undefined);
      heard.stop();
    }
  }
}
