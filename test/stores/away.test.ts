import { expect } from 'chai';
import { send } from '../mock/support.js';
import { startFailpath } from '../support/cli.js';
import { startRedis } from './redis-server.js';

interface StoreLine {
  readonly level: string;
  readonly type: string;
  readonly store: string;
  readonly why?: string;
}

describe('a mock whose store goes away', function () {
  this.timeout(60_000);

  it('says so once, and once when it is back, whatever is asked meanwhile; health and metrics go on', async () => {
    const redis = await startRedis();
    const running = startFailpath(['mock', '--port', '0', '--json', '--store', redis.url]);
    const [line] = await running.printed(/^\{.*"event":"start".*\}$/m);
    const { url } = JSON.parse(line) as { readonly url: string };
    const health = async (): Promise<unknown[]> => {
      const seen = await send({ url }, 'GET', '/__admin/health');
      return [seen.status, seen.at('/status'), seen.at('/store/name'), seen.at('/store/status')];
    };
    try {
      expect(await health()).to.deep.equal([200, 'ok', redis.url, 'ok']);
      await redis.stop('SIGKILL');
      await running.printed(/"event":"store","type":"away"/);
      for (let time = 0; time < 3; time += 1) expect((await send({ url }, 'GET', '/v1/transactions/x')).status).to.equal(503);
      expect(await health()).to.deep.equal([200, 'store-away', redis.url, 'away']);
      expect((await fetch(`${url}/__admin/metrics`)).status).to.equal(200);
      const ready = await send({ url }, 'GET', '/__admin/ready');
      expect([ready.status, ready.at('/type')]).to.deep.equal([503, 'failpath:store-unavailable']);
      await redis.start();
      await running.printed(/"event":"store","type":"back"/);
      expect(await health()).to.deep.equal([200, 'ok', redis.url, 'ok']);
    } finally {
      running.kill('SIGTERM');
      await running.ended;
      await redis.stop('SIGKILL');
    }
    const lines = (await running.ended).stdout.split('\n').filter((one) => one.includes('"event":"store"'));
    const events = lines.map((one) => JSON.parse(one) as StoreLine);
    expect(events.map(({ level, type, store }) => [level, type, store])).to.deep.equal([
      ['warn', 'away', redis.url],
      ['info', 'back', redis.url],
    ]);
    expect(events[0]?.why).to.match(/^redis:\S+ is not available \(.+\); it is tried again by itself\.$/);
  });
});
