import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ledger } from '../../contracts/index.js';
import { ok } from '../sessions/support.js';
import { startRedis } from '../stores/redis-server.js';
import { PATIENT } from '../stores/support.js';
import { failpath, temporaryFolder } from '../support/cli.js';
import { contract } from '../support/judge.js';
import { startProxy } from '../support/proxy.js';
import { processes } from './support.js';

describe('failpath verify, of two mocks on one Redis behind a load balancer', function () {
  this.timeout(60_000);
  const { serve, killAll } = processes();
  after(killAll);

  it('proves every failure, whichever of them answers', async () => {
    const redis = await startRedis();
    const store = ['--store', `${redis.url}${PATIENT}`];
    const served = await Promise.all([serve(...store), serve(...store)]);
    const balancer = await startProxy(served.map(({ url }) => url));
    try {
      const out = temporaryFolder();
      const { exitCode, stderr } = await failpath(['verify', '--url', balancer.url, '--out', out]);
      const { failures, summary } = JSON.parse(readFileSync(join(out, 'ledger.json'), 'utf8')) as Ledger;
      const unproven = failures.filter(({ outcome }) => outcome !== 'verified');
      expect(unproven.map(({ operation, status, code, reason }) => `${operation} ${status} ${code}: ${reason}`)).to.deep.equal([]);
      expect({ exitCode, stderr, summary }).to.deep.equal({ exitCode: 0, stderr: '', summary: { verified: contract.failures.length } });
      for (const { client } of served) {
        const { at } = ok(await client.admin('GET', '/coverage'));
        expect(at('/requests')).to.be.greaterThan(contract.failures.length / 4);
      }
    } finally {
      await balancer.close();
      await redis.stop('SIGKILL');
    }
  });
});
