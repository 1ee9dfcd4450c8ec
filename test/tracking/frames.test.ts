import { expect } from 'chai';
import fc from 'fast-check';
import { startMock, type Mock } from '../../mocks/index.js';
import { mocks, send } from '../mock/support.js';
import { advance, confirm, nextDue, STEPS, track, webSocketUrl, type Frame } from './support.js';

describe('tracking: what is told', () => {
  const started = mocks();
  let mock: Mock;
  before(async () => void (mock = await started.start()));
  after(() => started.closeAll());
  beforeEach(() => {
    mock.reset();
    mock.clock.freeze();
  });
  const put = (faults: object): Promise<unknown> => send(mock, 'PUT', '/__admin/faults', { body: JSON.stringify(faults) });

  it('connected, one update for each step at its time, and the close', async () => {
    const { ws_url, status_url, transaction_id } = await confirm(mock);
    const tracker = await track(ws_url);
    await tracker.caughtUp();
    expect(tracker.frames[0]).to.deep.equal({ type: 'connected', transaction_id });
    expect(tracker.told).to.deep.equal(['connected', 'validating']);
    for (const [index, step] of [...STEPS, 'completed'].entries()) {
      if (index > 0) await advance(mock, step === 'completed' ? 4 : 2);
      await tracker.caughtUp();
      expect(tracker.told).to.deep.equal(['connected', ...STEPS.slice(0, index + 1), ...(step === 'completed' ? [step] : [])]);
      const polled: unknown = await (await fetch(status_url)).json();
      expect(tracker.frames.at(-1), 'as GET shows it').to.deep.equal({ type: 'update', transaction: polled });
    }
    expect(await tracker.closed).to.deep.equal([1000, 'the transaction has ended']);
    expect(nextDue(mock)).to.equal(undefined);
  });

  it('nothing while the clock is frozen, and nothing early', async () => {
    const tracker = await track((await confirm(mock)).ws_url);
    await mock.clock.advance(1_999);
    await tracker.caughtUp();
    expect(tracker.told).to.deep.equal(['connected', 'validating']);
    await mock.clock.advance(1);
    await tracker.caughtUp();
    expect(tracker.told).to.deep.equal(['connected', 'validating', 'preparing_transaction']);
    tracker.socket.terminate();
  });

  it('every frame on the way, in order, when the clock jumps', async () => {
    const [one, two] = [await track((await confirm(mock)).ws_url), await track((await confirm(mock, { network: 'mainnet' })).ws_url)];
    await mock.clock.advance(3_600_000);
    for (const tracker of [one, two]) {
      await tracker.closed;
      expect(tracker.told).to.deep.equal(['connected', ...STEPS, 'completed']);
    }
    const times = one.frames.slice(1).map(({ transaction }) => Date.parse(String(transaction?.['updated_at'])));
    expect(times.map((time) => time - (times[0] ?? 0))).to.deep.equal([0, 2_000, 4_000, 6_000, 8_000, 12_000]);
  });

  it('by itself while the clock runs', async () => {
    const { ws_url } = await confirm(mock, { network: 'mainnet' });
    const tracker = await track(ws_url);
    await mock.clock.advance(5_950);
    mock.clock.unfreeze();
    expect(await tracker.closed).to.deep.equal([1000, 'the transaction has ended']);
    expect(tracker.told).to.deep.equal(['connected', ...STEPS, 'completed']);
  });

  it('who comes late: where the transaction is, then the rest', async () => {
    const { ws_url } = await confirm(mock);
    await mock.clock.advance(5_000);
    const tracker = await track(ws_url);
    await mock.clock.advance(60_000);
    await tracker.closed;
    expect(tracker.told).to.deep.equal(['connected', 'signing', 'submitting', 'confirming', 'completed']);
  });

  it('who comes after the end: the last update and the close', async () => {
    const { ws_url } = await confirm(mock);
    await mock.clock.advance(60_000);
    const tracker = await track(ws_url);
    expect(await tracker.closed).to.deep.equal([1000, 'the transaction has ended']);
    expect(tracker.told).to.deep.equal(['connected', 'completed']);
  });

  it('a transaction that fails: its last update says so, and nothing is wrong with the tracking', async () => {
    await put({ submission: 'the chain is full' });
    const tracker = await track((await confirm(mock)).ws_url);
    await mock.clock.advance(12_000);
    expect(await tracker.closed).to.deep.equal([1000, 'the transaction has ended']);
    expect(tracker.told).to.deep.equal(['connected', ...STEPS, 'failed']);
    expect(tracker.frames.at(-1)?.transaction).to.deep.include({ is_complete: true, result: { error: 'the chain is full' } });
  });

  it('something that the API depends on is down: error, at the next step', async () => {
    const tracker = await track((await confirm(mock)).ws_url);
    await put({ upstream: true });
    await mock.clock.advance(60_000);
    expect(await tracker.closed).to.deep.equal([1011, 'common.service_unavailable']);
    expect(tracker.told).to.deep.equal(['connected', 'validating', 'common.service_unavailable']);
    expect(tracker.frames.at(-1)?.error?.request_id).to.equal(tracker.headers['x-request-id']);
  });

  it('the transaction is gone with a reset: error, at once', async () => {
    const tracker = await track((await confirm(mock)).ws_url);
    mock.reset();
    expect(await tracker.closed).to.deep.equal([1011, 'transaction.not_found']);
    expect(tracker.told).to.deep.equal(['connected', 'validating', 'transaction.not_found']);
  });

  it('a clock that goes back makes nobody hear anything twice', async () => {
    const tracker = await track((await confirm(mock)).ws_url);
    const begun = mock.clock.now();
    await mock.clock.advance(4_000);
    await mock.clock.set(begun);
    await mock.clock.set(begun + 60_000);
    await tracker.closed;
    expect(tracker.told).to.deep.equal(['connected', ...STEPS, 'completed']);
  });

  it('any number of connections of one transaction hear the same', async () => {
    const { ws_url } = await confirm(mock);
    const trackers = await Promise.all(Array.from({ length: 200 }, () => track(ws_url)));
    await advance(mock, 12);
    const heard = new Set<string>();
    for (const tracker of trackers) {
      expect((await tracker.closed)[0]).to.equal(1000);
      heard.add(JSON.stringify(tracker.frames));
    }
    expect(heard.size).to.equal(1);
    expect(nextDue(mock)).to.equal(undefined);
  });

  it('clients that vanish leave nothing behind', async () => {
    const { ws_url } = await confirm(mock);
    const trackers = await Promise.all(Array.from({ length: 20 }, () => track(ws_url)));
    expect(nextDue(mock)).to.equal(mock.clock.now() + 2_000);
    for (const { socket, closed } of trackers) {
      socket.terminate();
      await closed;
    }
    // The server hears of it a moment later than the client.
    while (nextDue(mock) !== undefined) await new Promise(setImmediate);
    expect(nextDue(mock)).to.equal(undefined);
  });

  it('whatever the steps of the clock, the frames are the same and in order', async () => {
    const heard = async (jumps: readonly number[]): Promise<readonly Frame[]> => {
      const tracker = await track((await confirm(mock)).ws_url);
      for (const jump of jumps) await mock.clock.advance(jump);
      await mock.clock.advance(12_000);
      await tracker.closed;
      return tracker.frames;
    };
    const shape = (frames: readonly Frame[]): unknown => {
      const begun = Date.parse(String(frames[1]?.transaction?.['created_at']));
      return frames.map(({ type, transaction }) => [
        type,
        transaction?.current_step,
        transaction?.['progress'],
        transaction === undefined ? 0 : Date.parse(String(transaction['updated_at'])) - begun,
      ]);
    };
    const expected = shape(await heard([]));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 8 }), async (jumps) => {
        expect(shape(await heard(jumps))).to.deep.equal(expected);
      }),
      { numRuns: 40 },
    );
  });
});

describe('tracking: without the sandbox', () => {
  it("the contract's examples, then the close", async () => {
    const mock = await startMock({ sandbox: false });
    try {
      const tracker = await track(webSocketUrl(mock, '/v1/ws/transactions/any'));
      expect(await tracker.closed).to.deep.equal([1000, 'these were the examples']);
      expect(tracker.told).to.deep.equal(['connected', 'preparing_transaction', 'failed', 'common.service_unavailable']);
    } finally {
      await mock.close();
    }
  });
});
