import { startRedis, type RedisServer } from '../stores/redis-server.js';
import { PATIENT } from '../stores/support.js';
import { mocks } from '../mock/support.js';
import { temporaryFolder } from '../support/cli.js';
import { holdsTogether } from './suite.js';

/** A disk is slow, and most of what can go wrong is not about it. */
const FEW = process.env['FAILPATH_LONG'] === '1' ? {} : { scenarios: 4 };

describe('the model: a world in a folder', () => {
  const suite = mocks();
  after(() => suite.closeAll());
  holdsTogether(async () => {
    const mock = await suite.start({ state: temporaryFolder() });
    return { urls: [mock.url], admin: `${mock.url}/__admin` };
  }, FEW);
});

describe('the model: two servers on one Redis', () => {
  const suite = mocks();
  let redis: RedisServer;
  before(async () => {
    redis = await startRedis();
  });
  after(async () => {
    await suite.closeAll();
    await redis.stop('SIGKILL');
  });
  holdsTogether(async () => {
    const store = `${redis.url}${PATIENT}`;
    const servers = [await suite.start({ store }), await suite.start({ store })];
    return { urls: servers.map(({ url }) => url), admin: `${servers[0]?.url}/__admin` };
  });
});
