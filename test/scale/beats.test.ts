import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { listenFor } from '../../mocks/workers/beats.js';
import { send } from '../mock/support.js';
import { startFailpath } from '../support/cli.js';
import { until } from '../stores/support.js';

const inFull = process.env['FAILPATH_LONG'] === '1' ? it : it.skip;

describe('a process that is asked whether it is there', () => {
  it('is silent after a few questions without an answer, and lost after ten, once', async () => {
    let asked = 0;
    const lost: number[] = [];
    const seen: boolean[] = [];
    const beats = listenFor(
      () => {
        asked += 1;
        seen.push(beats.isSilent);
        return new Promise(() => undefined);
      },
      (seconds) => lost.push(seconds),
      5,
    );
    await until(async () => lost.length > 0);
    expect(asked).to.equal(10);
    expect(seen).to.deep.equal(Array.from({ length: 10 }, (_, at) => at >= 3));
    expect(lost).to.deep.equal([0.05]);
    beats.stop();
  });

  it('is there again with one answer, and is not asked once nobody listens', async () => {
    let asked = 0;
    const lost: number[] = [];
    const beats = listenFor(
      async () => {
        asked += 1;
        // Every fifth is answered.
        if (asked % 5 !== 0) await new Promise(() => undefined);
      },
      (seconds) => lost.push(seconds),
      5,
    );
    await until(async () => asked >= 23);
    beats.stop();
    const then = asked;
    await wait(30);
    expect([asked, lost]).to.deep.equal([then, []]);
  });

  inFull('is replaced when it was stopped, and not dead', async () => {
    const running = startFailpath(['mock', '--port', '0', '--workers', '2', '--json']);
    const [line] = await running.printed(/^\{.*"event":"start".*\}$/m);
    const { url, workers } = JSON.parse(line) as { readonly url: string; readonly workers: readonly number[] };
    const [pid = 0] = workers;
    try {
      process.kill(pid, 'SIGSTOP');
      const [silent] = await running.printed(/^\{.*"event":"worker","type":"silent".*\}$/m);
      expect(JSON.parse(silent)).to.include({ pid, why: 'it has not answered for 10 seconds' });
      const [replaced] = await running.printed(/^\{.*"event":"worker","type":"replaced".*\}$/m);
      const { pid: other } = JSON.parse(replaced) as { readonly pid: number };
      const health = await send({ url }, 'GET', '/__admin/health', { headers: { connection: 'close' } });
      expect(health.at('/workers')).to.deep.equal([workers[1], other].map((one) => ({ pid: one, status: 'ok' })));
    } finally {
      running.kill('SIGTERM');
      await running.ended;
    }
  }).timeout(60_000);
});
