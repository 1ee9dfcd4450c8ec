import { expect } from 'chai';
import { startShop, type Bug } from './shop/server.js';
import { essence, fuzzShop } from './shop/support.js';

const JSON_TYPE = 'content-type: application/json';
const TOKEN = 'authorization: Bearer ${key}';
const ORDERS = { operation: 'placeOrder', method: 'POST', target: '/v1/orders' };

/** What each bug comes to, and nothing else: the smallest request that shows it. */
const SHOWN: Readonly<Partial<Record<Bug, readonly unknown[]>>> = {
  'null crashes': [{ ...ORDERS, kind: 'server-error', headers: [JSON_TYPE, TOKEN], body: '{"item":"x","count":null}' }],
  'no upper limit': [{ ...ORDERS, kind: 'accepted', headers: [JSON_TYPE, TOKEN], body: '{"item":"x","count":11}' }],
  'token in any case': [
    { ...ORDERS, kind: 'accepted', headers: [JSON_TYPE, 'authorization: Bearer ${key!swapped}'], body: '{"item":"x","count":2}' },
    {
      operation: 'getOrder',
      method: 'GET',
      target: '/v1/orders/${order_id}',
      kind: 'accepted',
      headers: ['authorization: Bearer ${key!upper}'],
      body: undefined,
    },
  ],
};

describe('fuzz: what it finds', function () {
  this.timeout(60_000);

  it('finds nothing in a shop that keeps its contract', async () => {
    const shop = await startShop();
    try {
      const { finished, events } = await fuzzShop(shop, { requests: 3000 });
      expect(finished.findings.map(({ says }) => says)).to.deep.equal([]);
      expect(events.filter(({ type }) => type === 'note')).to.deep.equal([]);
      expect(finished).to.include({ good: 2, accepted: 2, sent: shop.count() - 1, answered: shop.count() - 1 });
    } finally {
      await shop.close();
    }
  });

  for (const bug of [
    'null crashes',
    'no upper limit',
    'token in any case',
    'slash opens',
    'content type ignored',
    'trace shown',
    'declared but for nothing',
    'message missing',
  ] as const)
    it(bug, async () => {
      const shop = await startShop(bug);
      try {
        const { finished } = await fuzzShop(shop);
        console.log(
          JSON.stringify(finished.findings.map(essence), null, 1),
          finished.findings.map(({ says, curl, times, cause }) => ({ says, curl, times, cause })),
          finished.sent,
        );
      } finally {
        await shop.close();
      }
    });
});
