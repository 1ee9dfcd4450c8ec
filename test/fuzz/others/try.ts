import { createDeployment, fuzz, type Suite } from '../../../contracts/index.js';
import { SHOP_CONTRACT, SHOP_TOKEN } from '../shop/server.js';
import { shopContract, shopSuite } from '../shop/support.js';
import { carefulOrders, carelessOrders } from './orders.js';
import { Paper } from './truth.js';
import { whyTrue } from './judge.js';
for (const app of [carefulOrders(), carelessOrders()]) {
  const s = await app.listen();
  const deployment = createDeployment({ url: s.url, identities: { key: { token: SHOP_TOKEN, public: true } } });
  const paper = new Paper(SHOP_CONTRACT);
  for await (const e of fuzz({ contract: await shopContract(), suite: shopSuite as Suite, deployment, seed: 7, requests: 1200, concurrency: 4, timeoutMs: 2000 })) {
    if (e.type === 'note') console.log('note', e.says);
    if (e.type === 'finished') for (const f of e.findings) console.log(f.cause, f.times, '|', f.says.slice(0, 200), '|', await whyTrue(f, paper));
    if (e.type === 'finished') console.log('##', e.sent, e.good, e.accepted, e.findings.length);
  }
  await s.close();
}
