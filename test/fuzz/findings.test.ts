import { expect } from 'chai';
import { startShop, type Bug, type Shop } from './shop/server.js';
import { essence, essences, fuzzShop, shopSuite } from './shop/support.js';

const JSON_TYPE = 'content-type: application/json';
const TOKEN = 'authorization: Bearer ${key}';
const place = (kind: string, body: string, headers: readonly string[] = [JSON_TYPE, TOKEN], target = '/v1/orders'): unknown => ({
  kind,
  operation: 'placeOrder',
  method: 'POST',
  target,
  headers,
  body,
});
const get = (kind: string, target: string, headers: readonly string[] = [TOKEN]): unknown => ({
  kind,
  operation: 'getOrder',
  method: 'GET',
  target,
  headers,
  body: undefined,
});
const GOOD = '{"item":"x","count":2}';

/** What each bug comes to, and nothing else: the smallest request that shows it. */
const SHOWN: readonly (readonly [bug: Bug, found: readonly unknown[]])[] = [
  ['null crashes', [place('server-error', '{"item":"x","count":null}')]],
  ['no upper limit', [place('accepted', '{"item":"x","count":11}')]],
  ['token in any case', [get('accepted', '/v1/orders/${order_id}', ['authorization: Bearer ${key!case}'])]],
  ['slash opens', [place('accepted', GOOD, [JSON_TYPE], '/v1/orders/'), get('undeclared', '/v1/orders/')]],
  ['content type ignored', [place('accepted', GOOD, ['content-type: another', TOKEN])]],
  ['trace shown', [place('leak', '{"item":"x","count":2,"note":null}')]],
  ['bytes crash', [place('server-error', '${bytes ff}')]],
  ['declared but for nothing', [get('server-error', '/v1/orders/${order_id}?lines=x')]],
];

async function withShop<T>(bugs: readonly Bug[], use: (shop: Shop) => Promise<T>): Promise<T> {
  const shop = await startShop(...bugs);
  try {
    return await use(shop);
  } finally {
    await shop.close();
  }
}

describe('fuzz: what it finds', function () {
  this.timeout(60_000);

  it('is nothing in a shop that keeps its contract', () =>
    withShop([], async (shop) => {
      const { finished, events } = await fuzzShop(shop, { requests: 3000 });
      expect(finished.findings.map(({ says }) => says)).to.deep.equal([]);
      expect(events.filter(({ type }) => type === 'note')).to.deep.equal([]);
      // One request asks whether anybody is there.
      expect(finished).to.include({ good: 2, accepted: 2, sent: shop.count() - 1, answered: shop.count() - 1 });
    }));

  for (const [bug, found] of SHOWN)
    it(`is one finding for each cause, as small as it gets: ${bug}`, () =>
      withShop([bug], async (shop) => {
        const { finished } = await fuzzShop(shop);
        expect(essences(finished.findings)).to.deep.equal(found);
      }));

  it('is found again by its seed and number, by its request, and not once it is mended', () =>
    withShop(['null crashes'], async (shop) => {
      const [finding] = (await fuzzShop(shop)).finished.findings;
      const number = Number(finding?.replay?.split(':')[1]);
      const corpus = finding === undefined ? [] : [finding];
      const causes = async (options: Parameters<typeof fuzzShop>[1]): Promise<readonly string[]> =>
        (await fuzzShop(shop, options)).finished.findings.map(({ cause }) => cause);
      expect(await causes({ requests: 1, number })).to.deep.equal([finding?.cause]);
      expect(await causes({ requests: 0, corpus })).to.deep.equal([finding?.cause]);
      shop.bugs = new Set();
      expect(await causes({ requests: 1, number })).to.deep.equal([]);
      expect(await causes({ requests: 0, corpus })).to.deep.equal([]);
    }));

  it('is the same for the same seed', () =>
    withShop(['null crashes', 'no upper limit', 'trace shown'], async (shop) => {
      const runs = [await fuzzShop(shop, { seed: 11 }), await fuzzShop(shop, { seed: 11, concurrency: 1 })];
      const told = runs.map(({ finished: { findings, sent } }) => ({
        sent,
        findings: findings.map((one) => ({ ...one, times: 0, answer: '' })),
      }));
      expect(told[0]?.findings).to.have.lengthOf(3);
      expect(told[0]).to.deep.equal(told[1]);
    }));

  it('is told once where the answer is wrong whatever was asked, and counted', () =>
    withShop(['message missing'], async (shop) => {
      const { findings } = (await fuzzShop(shop)).finished;
      expect(findings.map(({ cause }) => cause)).to.deep.equal(['* | undeclared | envelope /error/message']);
      expect(findings[0]?.times).to.be.greaterThan(20);
    }));

  it('is one for a trace and one for a credential, though both leak in the same refusal', () =>
    withShop(['trace shown', 'token shown'], async (shop) => {
      const { findings } = (await fuzzShop(shop)).finished;
      expect(findings.map(({ cause }) => cause).toSorted()).to.deep.equal(['* | leak | no credential', '* | leak | no stack trace']);
    }));

  it('is a hang only where the same hangs twice', () =>
    withShop(['silent on a word'], async (shop) => {
      const { finished } = await fuzzShop(shop, { timeoutMs: 300, requests: 400, seed: 3, selected: ({ id }) => id === 'placeOrder' });
      expect(finished.findings.map(essence)).to.deep.equal([place('no-answer', '{"item":"%s","count":2}')]);
      expect(finished.findings[0]?.says).to.match(
        /^placeOrder with \/item "%s" got no answer \(no answer within 300 ms\), where a declared answer was due$/,
      );
    }));

  for (const [bug, concurrency, says] of [
    [
      'ends on a word',
      8,
      /^the deployment has ended: .*; (?:one request was|\d+ requests were) under way, .*placeOrder with \S+ format characters/,
    ],
    [
      'ends on a word',
      1,
      /^placeOrder with \S+ format characters got no answer, and the deployment has ended: nobody listens there any more$/,
    ],
    [
      'ends behind a word',
      1,
      /^the deployment has ended: .*; the last request that it answered was placeOrder with \S+ format characters, with \d/,
    ],
  ] as const)
    it(`is what has ended the deployment, and what was under way: ${bug}, ${concurrency} at once`, () =>
      withShop([bug], async (shop) => {
        const { finished, events } = await fuzzShop(shop, { concurrency, selected: ({ id }) => id === 'placeOrder' });
        const [finding, ...others] = finished.findings;
        expect(others).to.deep.equal([]);
        expect(finding?.cause).to.match(/no-answer.* \| ended$/);
        expect(finding?.says).to.match(says);
        expect(finding?.curl.split('\n')).to.have.lengthOf(1);
        expect(events.filter((event) => event.type === 'note' && /gives no answer any more/.test(event.says))).to.have.lengthOf(1);
      }));

  it('shows no credential, not even changed ones', () =>
    withShop(['token in any case', 'trace shown'], async (shop) => {
      const { events } = await fuzzShop(shop);
      const shown = JSON.stringify(events).toLowerCase();
      expect(shown).to.contain('failpath_key');
      expect(shown).not.to.contain('shop-token-0123456789');
    }));

  it('is a control that is refused, said once and no finding where the request is not at fault', () =>
    withShop(['refuses everything'], async (shop) => {
      const { finished, events } = await fuzzShop(shop, { requests: 200 });
      expect(finished).to.include({ good: 2, accepted: 0 });
      expect(finished.findings).to.deep.equal([]);
      expect(events.flatMap((event) => (event.type === 'note' ? [event.says] : []))).to.deep.equal([
        'the credential of the identity key is refused: no good request that needs one was let in (placeOrder: 401 shop.unauthorized), so that nothing behind it is judged',
        'a good placeOrder is answered with 401 shop.unauthorized, which is no fault of the request',
        'a good getOrder is answered with 401 shop.unauthorized, which is no fault of the request',
      ]);
    }));

  for (const [bug, status] of [
    ['gateway down', 502],
    ['gateway limits', 429],
    ['limits in the envelope', 429],
  ] as const)
    it(`is nothing that a proxy answers, also to HEAD, and no more is sent to it: ${bug}`, () =>
      withShop([bug], async (shop) => {
        const { finished, events } = await fuzzShop(shop);
        expect(finished.findings.map(({ says }) => says)).to.deep.equal([]);
        expect(finished.sent).to.be.lessThan(300);
        expect(finished.unjudged).to.match(
          new RegExp(`^the last \\d+ requests were answered with ${status} by a rate limiter, or in place of `),
        );
        expect(events.filter((event) => event.type === 'note' && event.says === finished.unjudged)).to.have.lengthOf(1);
        expect(shop.methods()).to.include('HEAD');
      }));

  it('says what was not got through in its time, and which operations were reached', () =>
    withShop([], async (shop) => {
      const ends = new AbortController();
      const suite = { ...shopSuite, scenarios: {}, created: () => (shop.count() > 20 ? ends.abort() : undefined, undefined) };
      const { finished, events } = await fuzzShop(shop, { suite, signal: ends.signal, concurrency: 1 });
      const notes = events.flatMap((event) => (event.type === 'note' ? [event.says] : []));
      expect(finished.reached).to.equal(2);
      expect(notes.join()).to.match(
        /^it ended after \d+ of the \d{3} requests in which one thing is wrong, and before those in which several are$/,
      );
    }));

  it('is nothing where nobody answers', async () => {
    const shop = await startShop();
    await shop.close();
    const { finished, events } = await fuzzShop(shop);
    expect(finished).to.include({ sent: 0, answered: 0 });
    expect(events.flatMap((event) => (event.type === 'note' ? [event.says] : []))[0]).to.match(/gives no answer/);
  });
});
