import { expect } from 'chai';
import type { Express } from 'express';
import { createDeployment, fuzz, type Finding, type FuzzEvent } from '../../../contracts/index.js';
import { SHOP_CONTRACT, SHOP_TOKEN } from '../shop/server.js';
import { shopContract, shopSuite } from '../shop/support.js';
import { whyTrue } from './judge.js';
import { carefulOrders, carelessOrders, withApp } from './orders.js';
import { Paper } from './truth.js';

const LONG = process.env['FAILPATH_LONG'] === '1';
const REQUESTS = LONG ? 20_000 : 600;

type Finished = Extract<FuzzEvent, { type: 'finished' }>;

const fuzzed = (app: Express, look: (finished: Finished, notes: readonly string[]) => Promise<void>): Promise<void> =>
  withApp(app, async (url) => {
    const deployment = createDeployment({ url, identities: { key: { token: SHOP_TOKEN, public: true } } });
    const options = { contract: await shopContract(), suite: shopSuite, deployment, seed: 7, requests: REQUESTS, concurrency: 4 };
    const notes: string[] = [];
    for await (const event of fuzz(options)) {
      if (event.type === 'note') notes.push(event.says);
      if (event.type === 'finished') await look(event, notes);
    }
  });

/** What a reader of the careless application would write down after an hour. */
const KNOWN: readonly (readonly [what: string, fits: (finding: Finding) => boolean])[] = [
  ['an item that is no text crashes', ({ cause }) => cause === 'placeOrder | server-error | body /item | 500 text/html'],
  ['a body that is not JSON crashes', ({ cause }) => cause === '* | server-error | content-type | 500 text/html'],
  ['errors are answered with a stack', ({ cause }) => cause === '* | leak | no stack trace in text/html'],
  ['the count may be anything', ({ cause }) => cause === 'placeOrder | accepted | body /count type'],
  ['the count may be nothing', ({ cause }) => cause === 'placeOrder | accepted | body /count minimum'],
  ['nobody looks at the note', ({ cause }) => cause === 'placeOrder | accepted | body /note type'],
  ['nobody looks at the lines', ({ cause }) => cause === '* | accepted | query lines type'],
  ['unknown routes are a page', ({ cause }) => cause === '* | undeclared | 404 text/html'],
];

describe('fuzz: a small application of Express', function () {
  this.timeout(LONG ? 600_000 : 120_000);

  it('with every default of the framework: each finding is true, and each known fault is found', () =>
    fuzzed(carelessOrders(), async ({ findings }) => {
      expect(KNOWN.filter(([, fits]) => !findings.some(fits)).map(([what]) => what)).to.deep.equal([]);
      const paper = new Paper(SHOP_CONTRACT);
      const untrue = findings.map(async (one) => ((await whyTrue(one, paper)) === undefined ? [`${one.cause}: ${one.curl}`] : []));
      expect((await Promise.all(untrue)).flat()).to.deep.equal([]);
    }));

  it('by somebody who has read the contract: nothing is found', () =>
    fuzzed(carefulOrders(), async ({ findings, good, accepted }, notes) => {
      expect(findings.map(({ says }) => says)).to.deep.equal([]);
      expect(notes).to.deep.equal([]);
      expect([good, accepted]).to.deep.equal([2, 2]);
    }));
});
