import { expect } from 'chai';
import { createDeployment, fuzz, type Finding, type FuzzEvent } from '../../../contracts/index.js';
import { SHOP_CONTRACT, SHOP_TOKEN } from '../shop/server.js';
import { shopContract, shopSuite } from '../shop/support.js';
import type { App } from './express.js';
import { whyTrue } from './judge.js';
import { carefulOrders, carelessOrders } from './orders.js';
import { Paper } from './truth.js';

const LONG = process.env['FAILPATH_LONG'] === '1';
const REQUESTS = LONG ? 20_000 : 600;

type Finished = Extract<FuzzEvent, { type: 'finished' }>;

async function fuzzed(app: App, look: (finished: Finished, notes: readonly string[]) => Promise<void>): Promise<void> {
  const server = await app.listen();
  try {
    const deployment = createDeployment({ url: server.url, identities: { key: { token: SHOP_TOKEN, public: true } } });
    const options = { contract: await shopContract(), suite: shopSuite, deployment, seed: 7, requests: REQUESTS, concurrency: 4 };
    const notes: string[] = [];
    for await (const event of fuzz(options)) {
      if (event.type === 'note') notes.push(event.says);
      if (event.type === 'finished') await look(event, notes);
    }
  } finally {
    await server.close();
  }
}

/** What a reader of the careless application would write down after an hour. */
const KNOWN: readonly (readonly [what: string, fits: (finding: Finding) => boolean])[] = [
  ['an item that is no text crashes', ({ kind, cause }) => kind === 'server-error' && cause.includes('body /item')],
  ['a body that is not JSON crashes', ({ kind, cause }) => kind === 'server-error' && cause.includes('content-type')],
  ['malformed JSON is answered with a stack', ({ kind, cause }) => kind === 'leak' && cause.includes('body text')],
  ['nobody looks at the count', ({ kind, cause }) => kind === 'accepted' && cause.includes('body /count')],
  ['nobody looks at the lines', ({ kind, cause }) => kind === 'accepted' && cause.includes('query lines')],
  ['unknown routes are a page', ({ kind, cause }) => kind === 'undeclared' && cause.includes('route')],
  ['a broken encoding is answered with a stack', ({ kind, cause }) => kind === 'leak' && cause.includes('path order_id')],
];

describe('fuzz: a small application in the manner of Express', function () {
  this.timeout(LONG ? 600_000 : 120_000);

  it('with every default of the framework: each finding is true, and each known fault is found', () =>
    fuzzed(carelessOrders(), async ({ findings }) => {
      expect(KNOWN.filter(([, fits]) => !findings.some(fits)).map(([what]) => what)).to.deep.equal([]);
      const paper = new Paper(SHOP_CONTRACT);
      const untrue: string[] = [];
      for (const finding of findings) if ((await whyTrue(finding, paper)) === undefined) untrue.push(`${finding.cause}: ${finding.curl}`);
      expect(untrue).to.deep.equal([]);
    }));

  it('by somebody who has read the contract: nothing is found', () =>
    fuzzed(carefulOrders(), async ({ findings, good, accepted }, notes) => {
      expect(findings.map(({ says }) => says)).to.deep.equal([]);
      expect(notes).to.deep.equal([]);
      expect([good, accepted]).to.deep.equal([2, 2]);
    }));
});
