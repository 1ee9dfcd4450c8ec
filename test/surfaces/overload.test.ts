import { expect } from 'chai';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { startMock, type Mock } from '../../mocks/index.js';
import { createLoadWatch } from '../../mocks/http/index.js';

const DEADLINE = 10_000;

describe('surfaces: more to do than can be done', () => {
  let mock: Mock;
  // A turn of any length is too long here, so that the number of requests alone decides.
  before(async () => void (mock = await startMock({ load: { requests: 200, turnMs: -1_000 } })));
  after(() => mock.close());

  const ask = (): Promise<Response> => mock.fetch('/v1/transactions/0d5c7b1e-0000-4000-8000-000000000000');
  /** As many at once as are too many, until one of them is turned away. */
  const overload = async (): Promise<Response> => {
    const began = performance.now();
    while (performance.now() - began < DEADLINE) {
      const answers = await Promise.all(Array.from({ length: 400 }, ask));
      const shed = answers.find(({ status }) => status === 503);
      if (shed !== undefined) return shed;
      // In process, nothing else would let the loop turn.
      await turn();
    }
    throw new Error('Nothing was turned away.');
  };

  it('is answered with the 503 that the operation declares, and says when to come again', async () => {
    const shed = await overload();
    expect(shed.headers.get('retry-after')).to.equal('1');
    expect(shed.headers.get('x-failpath-origin')).to.equal('mock');
    expect(shed.headers.get('x-failpath-why')).to.equal('the mock has more to do than it can');
    expect(((await shed.json()) as { error: { code: string } }).error.code).to.equal('common.service_unavailable');
    const kept = mock.journal.entries().find(({ status }) => status === 503);
    expect(kept).to.include({ answeredBy: 'routing', code: 'common.service_unavailable', why: 'the mock has more to do than it can' });
  });

  it('does not keep the control API from being asked', async () => {
    const answers = await Promise.all([overload(), ...Array.from({ length: 20 }, () => mock.fetch('/__admin/health'))]);
    expect(answers.slice(1).map(({ status }) => status)).to.deep.equal(Array(20).fill(200));
  });

  it('is over as soon as there is less to do', async () => {
    await overload();
    const began = performance.now();
    let { status } = await ask();
    while (status === 503 && performance.now() - began < DEADLINE) {
      await pause(1);
      ({ status } = await ask());
    }
    expect(status).to.equal(404);
  });

  it('is never said to a few, however slow the machine is', async () => {
    let now = 0;
    // Each look at the time takes a second.
    const load = createLoadWatch({ now: () => (now += 1_000) });
    const few = createLoadWatch({ now: () => (now += 1_000), requests: 1 });
    const began = performance.now();
    while (!few.arrives() && performance.now() - began < DEADLINE) {
      expect(load.arrives()).to.equal(false);
      await pause(1);
    }
    expect(few.arrives()).to.equal(true);
    load.close();
    few.close();
  });

  it('is never said to many that come one after the other, whatever holds the loop up then', async () => {
    let now = 0;
    const clocks = { now: () => (now += 1_000), requests: 10 };
    const apart = createLoadWatch(clocks);
    const together = createLoadWatch(clocks);
    const began = performance.now();
    let refused = false;
    while (!refused && performance.now() - began < DEADLINE) {
      for (let count = 0; count < 20; count++) refused ||= together.arrives();
      for (let times = 0; times < 5; times++) {
        for (let count = 0; count < 5; count++) expect(apart.arrives()).to.equal(false);
        await turn();
      }
      await pause(1);
    }
    expect(refused).to.equal(true);
    apart.close();
    together.close();
  });

  it('is not said of an operation that declares no 503', async () => {
    const answers = await Promise.all([overload(), ...Array.from({ length: 50 }, () => mock.fetch('/nowhere'))]);
    expect(answers.slice(1).map(({ status }) => status)).to.deep.equal(Array(50).fill(404));
  });
});
