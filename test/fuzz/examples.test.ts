import { expect } from 'chai';
import { createDeployment, type Finding, type FuzzEvent, type Suite } from '../../contracts/index.js';
import { SHOP_TOKEN, startShop, type Bug, type Shop } from './shop/server.js';
import { fuzzShop, shopSuite } from './shop/support.js';

/** What is known of an API that has no suite. */
const alone: Suite = { ...shopSuite, identityOf: {}, params: () => ({}), scenarios: {}, fuzz: { ids: [] } };
const notes = (events: readonly FuzzEvent[]): readonly string[] => events.flatMap((event) => (event.type === 'note' ? [event.says] : []));
const deploymentOf = ({ url }: Shop, token?: string): ReturnType<typeof createDeployment> =>
  createDeployment({ url, ...(token === undefined ? {} : { identities: { key: { token, public: true } } }) });

describe('fuzz: an API without a suite', function () {
  this.timeout(60_000);
  let shop: Shop;
  const open = async (...bugs: readonly Bug[]): Promise<Shop> => (shop = await startShop(...bugs));
  afterEach(() => shop.close());

  it('takes the examples of its contract for good requests, and says how many were accepted', async () => {
    const { finished, events } = await fuzzShop(await open(), { suite: alone, requests: 400 });
    expect(finished).to.include({ good: 2, accepted: 2 }).and.not.to.have.property('unjudged');
    expect([finished.findings.length, ...notes(events)]).to.deep.equal([0]);
  });

  for (const [what, token, who] of [
    ['no key', undefined, 'the identity key is not given'],
    ['a wrong key', 'wrong-Token-0123456789', 'the credential of the identity key is refused'],
  ] as const)
    it(`concludes nothing with ${what}, and says why`, async () => {
      await open();
      const { finished, events } = await fuzzShop(shop, { suite: alone, requests: 100, deployment: deploymentOf(shop, token) });
      const says = `${who}: no good request that needs one was let in (placeOrder: 401 shop.unauthorized), so that nothing behind it is judged`;
      expect(finished).to.include({ good: 2, accepted: 0, unjudged: says });
      expect(notes(events)).to.deep.equal([says]);
    });

  it('says which examples are refused, and finds what there is all the same', async () => {
    const suite = { ...alone, params: () => ({ order_id: 'order-9' }) };
    const { finished, events } = await fuzzShop(await open('null crashes'), { suite, requests: 400 });
    expect(finished).to.include({ good: 2, accepted: 1 }).and.not.to.have.property('unjudged');
    expect(notes(events)).to.deep.equal([
      'the request to getOrder that the examples of the contract make is answered with 404 shop.not_found',
    ]);
    expect(finished.findings.map(({ kind }) => kind)).to.deep.equal(['server-error']);
  });

  it('does not take a finding for gone where a good request cannot get in', async () => {
    const [finding] = (await fuzzShop(await open('null crashes'), { suite: alone })).finished.findings;
    const replay = { suite: alone, requests: 0, corpus: [finding as Finding] };
    shop.bugs = new Set();
    const wrong = await fuzzShop(shop, { ...replay, deployment: deploymentOf(shop, 'wrong-Token-0123456789') });
    expect(wrong.finished.unjudged).to.match(
      /^nobody knows whether it is gone \(placeOrder \| server-error .*\): a good placeOrder is answered with 401 shop\.unauthorized$/,
    );
    expect(notes(wrong.events)).to.deep.equal([wrong.finished.unjudged]);
    const right = await fuzzShop(shop, { ...replay, deployment: deploymentOf(shop, SHOP_TOKEN) });
    expect([right.finished.unjudged, right.finished.findings.length]).to.deep.equal([undefined, 0]);
  });
});
