import { expect } from 'chai';
import { startMock, type Mock } from '../../mocks/index.js';
import { contract, expectUnproven, judgeDeployment, type Judged, type Sample } from '../support/judge.js';
import { startProxy, type Answer, type Meddling } from '../support/proxy.js';
import { NGINX_413 } from './index.js';
import { telling, withBody } from './wire/index.js';

/** What no mutant of the zoo is: deployments of which nothing, or everything, is wrong, and what stands before a WebSocket. */
describe('a proxy before a deployment', () => {
  const NOT_FOUND = 'trackTransaction transaction.not_found (unknown)';
  const TRANSACTIONS: Sample = { operations: ['getTransaction', 'trackTransaction'] };
  let mock: Mock;
  before(async () => void (mock = await startMock()));
  after(() => mock.close());

  const judge = async (meddling: Meddling, sample?: Sample): Promise<Judged> => {
    const proxy = await startProxy(mock.url, meddling);
    try {
      return await judgeDeployment(proxy.url, sample);
    } finally {
      await proxy.close();
    }
  };
  const refusing = (change: (answer: Answer) => Answer): Meddling => ({
    answer: (answer, { operation }) => (operation.id === 'trackTransaction' && answer.status === 404 ? change(answer) : answer),
  });

  it('that says nothing of its own is no lie', async () => {
    const codes = ['common.unauthorized', 'registration.creators_required', 'work.not_found', 'transaction.not_found'];
    expectUnproven(await judge({ answer: (answer) => answer }, { codes }), {}, 0);
  });

  it('that lies in every answer is found in every line', async () => {
    const codes = [...new Set(contract.failures.map(({ code }) => code))];
    const { ledger } = await judge(telling(codes, (answer) => withBody(answer, ({ error }) => error)));
    expect(ledger).to.deep.include({ exitCode: 1, verdict: 'failed', partial: false, summary: { violated: contract.failures.length } });
  });

  it('that answers everything leaves nothing to judge', async () => {
    const { ledger } = await judge(
      { instead: ({ url = '' }) => (url.startsWith('/v1') ? NGINX_413 : undefined) },
      { codes: ['api_key.not_found'] },
    );
    expect(ledger).to.deep.include({ exitCode: 3, verdict: 'unjudged' });
  });

  it('that refuses a WebSocket without the envelope, as a library does: violated', async () => {
    const bare = (answer: Answer): Answer => ({ ...answer, headers: { 'content-type': 'text/plain' }, text: 'Not Found' });
    const judged = await judge(refusing(bare), TRANSACTIONS);
    expectUnproven(judged, { [NOT_FOUND]: 'violated' }, 1);
    expect(judged.lines.find(({ outcome }) => outcome === 'violated')?.reason).to.match(/^\/error\/code: expected .*the body is not JSON/);
  });

  it('that keeps WebSockets from opening: unproven, and the reason asks for it', async () => {
    const judged = await judge({ dropsUpgrades: true }, TRANSACTIONS);
    const unproven = {
      [NOT_FOUND]: 'setup-failed',
      'trackTransaction common.service_unavailable (upstream down)': 'setup-failed',
    } as const;
    expectUnproven(judged, unproven, 2);
    for (const { reason } of judged.lines.filter(({ outcome }) => outcome === 'setup-failed')) {
      expect(reason)
        .to.match(/trackTransaction|control twin/)
        .and.to.match(/answered 426 .*, not 101 \(does a proxy on the way keep WebSockets/);
    }
  });
});
