import { expect } from 'chai';
import type { Mock } from '../../mocks/index.js';
import { createMemoryStore } from '../../mocks/stores/index.js';
import { mocks, send } from '../mock/support.js';
import { advance, confirm, STEPS, track, webSocketUrl } from './support.js';

describe('tracking: several servers with one world', () => {
  const started = mocks();
  after(() => started.closeAll());

  it('tells on each of them what is done through another', async () => {
    const store = createMemoryStore();
    const one = await started.start<Mock['world']>({ store });
    const two = await started.start<Mock['world']>({ store: store.connect() });
    await send(one, 'PUT', '/__admin/clock', { body: JSON.stringify({ frozen: true }) });
    const { transaction_id } = await confirm(one);
    const path = `/v1/ws/transactions/${transaction_id}`;
    const trackers = [await track(webSocketUrl(one, path)), await track(webSocketUrl(two, path))];
    await advance(two, 12);
    for (const tracker of trackers) {
      expect(await tracker.closed).to.deep.equal([1000, 'the transaction has ended']);
      expect(tracker.told).to.deep.equal(['connected', ...STEPS, 'completed']);
    }
  });
});
