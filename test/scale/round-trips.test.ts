import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect } from 'chai';
import { startMock, type Mock } from '../../mocks/index.js';
import { begin, Client, clientOf, ok } from '../sessions/support.js';
import { startRedis, type RedisServer } from '../stores/redis-server.js';
import { atsContract } from '../mock/support.js';

/** Stands before a Redis, and counts how often somebody has to wait for it. */
interface CountingProxy {
  readonly url: string;
  /** What was sent since it was last asked, each time after an answer to what was sent before. */
  trips(): number;
  close(): Promise<void>;
}

async function countTrips(port: number): Promise<CountingProxy> {
  let count = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const redis = connect(port, '127.0.0.1');
    let isWaiting = false;
    for (const socket of [client, redis]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => (client.destroy(), redis.destroy()));
    }
    client.on('data', (chunk) => {
      if (!isWaiting) count += 1;
      isWaiting = true;
      redis.write(chunk);
    });
    redis.on('data', (chunk) => {
      isWaiting = false;
      client.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    trips: () => {
      const counted = count;
      count = 0;
      return counted;
    },
    close: async () => {
      sockets.forEach((socket) => socket.destroy());
      server.close();
      await once(server, 'close');
    },
  };
}

describe('a mock on a Redis: how often a request waits for it', () => {
  let redis: RedisServer;
  let proxy: CountingProxy;
  let mock: Mock;

  before(async () => {
    redis = await startRedis();
    proxy = await countTrips(redis.port);
    mock = await startMock({ contract: await atsContract(), store: `${proxy.url}?timeout=20000` });
  });

  after(async () => {
    await mock.close();
    await proxy.close();
    await redis.stop();
  });

  /** What it takes to be answered, by what is asked; for each the most of three times. */
  async function counted(client: Client): Promise<Readonly<Record<string, number>>> {
    const most: Record<string, number> = {};
    const count = async <T extends { readonly status: number }>(name: string, ask: () => Promise<T>): Promise<T> => {
      proxy.trips();
      const seen = await ask();
      most[name] = Math.max(most[name] ?? 0, proxy.trips());
      return seen;
    };
    for (let time = 0; time < 3; time += 1) {
      const opened = ok(await count('init', () => client.init()));
      await count('prepare, refused', () => client.post('works/prepare', { job_id: opened.at('/job_id') }));
      expect((await count('upload', () => client.upload(opened))).status).to.equal(200);
      const long = ok(await client.init());
      expect((await count('upload, long', () => client.upload(long, 1_100_000))).status).to.equal(200);
      ok(await count('prepare', () => client.post('works/prepare', { job_id: opened.at('/job_id') })));
      ok(await count('confirm', () => client.post('works/confirm', { job_id: opened.at('/job_id') })));
      await count('confirm, refused', () => client.post('works/confirm', { job_id: opened.at('/job_id') }));
      await count('a look', () => client.transaction('x'));
      const prefer = { headers: { prefer: 'error=common.service_unavailable' } };
      expect((await count('forced', () => client.ask('GET', '/v1/transactions/x', undefined, prefer))).status).to.equal(503);
    }
    return most;
  }

  const AT_MOST: Readonly<Record<string, number>> = {
    ...{ init: 2, upload: 2, prepare: 2, confirm: 2, 'prepare, refused': 2, 'confirm, refused': 2, 'a look': 2 },
    // Rules, and whether the URL is good before anything is read; that it is used up; and the journal.
    'upload, long': 3,
    // Nothing of the world is looked at: it is only noted down.
    forced: 1,
  };

  it('is twice, and once for an answer that was asked for', async () => {
    expect(await counted(new Client(mock.url, mock.world))).to.deep.equal(AT_MOST);
  });

  it('is as often in a session', async () => {
    expect(await counted(clientOf(await begin(mock)))).to.deep.equal(AT_MOST);
  });

  it('is not even that, for each of many at once', async () => {
    const client = new Client(mock.url, mock.world);
    await client.transaction('x');
    proxy.trips();
    const seen = await Promise.all(Array.from({ length: 40 }, () => client.transaction('x')));
    expect(seen.map(({ status }) => status)).to.deep.equal(seen.map(() => 404));
    expect(proxy.trips()).to.be.lessThan(60);
  });
});
