import { expect } from 'chai';
import { createAtsSandbox, RULES } from '../../mocks/ats/index.js';
import { startMock, type Mock } from '../../mocks/index.js';
import { contract, expectUnproven, judgeDeployment, linesAbout, type Judged, type Sample } from '../support/judge.js';
import { startProxy, type Answer, type Meddling } from '../support/proxy.js';
import { NGINX_413 } from './edge.js';
import { codeOf, telling, WIRE_LIES, withBody } from './wire.js';

/** Codes that no lie here is about, so that a finding that spreads is seen. */
const BYSTANDERS = ['common.unauthorized', 'registration.creators_required', 'work.not_found', 'api_key.invalid_name'];

describe('lies on the wire', () => {
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

  it('a proxy that says nothing of its own is no lie', async () => {
    expectUnproven(await judge({ answer: (answer) => answer }, { codes: BYSTANDERS }), {}, 0);
  });

  for (const lie of WIRE_LIES) {
    it(`${lie.name}: exactly the lines about it are ${lie.outcome}`, async () => {
      const judged = await judge(telling(lie), { codes: [...lie.codes, ...BYSTANDERS] });
      expectUnproven(
        judged,
        linesAbout(lie.outcome, ({ code }) => lie.codes.includes(code)),
        1,
      );
      for (const { outcome, reason } of judged.lines) if (outcome === lie.outcome) expect(reason).to.match(lie.says);
    });
  }

  it('one request id for all: every line but the first that had it', async () => {
    const requestId = (answer: Parameters<typeof withBody>[0]) =>
      withBody(answer, ({ error }) => ({ error: { ...error, request_id: 'req_0' } }));
    const codes = ['api_key.not_found'];
    const judged = await judge(telling({ codes, rewrite: requestId }), { codes: [...codes, ...BYSTANDERS] });
    const about = judged.lines.filter(({ failure }) => codes.includes(failure.code));
    expect(about.filter(({ outcome }) => outcome === 'verified')).to.have.length(1);
    for (const { outcome, reason } of about) {
      if (outcome !== 'verified')
        expect([outcome, reason]).to.deep.equal([
          'violated',
          '/error/request_id: expected an id of its own, saw "req_0", which another answer had',
        ]);
    }
    expect(judged.ledger).to.deep.include({ exitCode: 1, summary: { ...judged.ledger.summary, violated: about.length - 1 } });
  });

  it('a lie in every answer is found in every line', async () => {
    const flattened = WIRE_LIES.find(({ name }) => name === 'flattened envelope');
    const codes = [...new Set(contract.failures.map(({ code }) => code))];
    const { ledger } = await judge(telling({ codes, rewrite: (answer, asked) => flattened?.rewrite(answer, asked) ?? answer }));
    expect(ledger).to.deep.include({ exitCode: 1, verdict: 'failed', partial: false, summary: { violated: contract.failures.length } });
  });
});

describe('lies about a WebSocket', () => {
  const NOT_FOUND = 'trackTransaction transaction.not_found (unknown)';
  let mock: Mock;
  before(async () => void (mock = await startMock()));
  after(() => mock.close());

  const judge = async (meddling: Meddling, target: Mock = mock): Promise<Judged> => {
    const proxy = await startProxy(target.url, meddling);
    try {
      return await judgeDeployment(proxy.url, { operations: ['getTransaction', 'trackTransaction'] });
    } finally {
      await proxy.close();
    }
  };
  const refusing = (change: (answer: Answer) => Answer): Meddling => ({
    answer: (answer, { operation }) => (operation.id === 'trackTransaction' && answer.status === 404 ? change(answer) : answer),
  });

  it('a proxy that passes it on is no lie', async () => {
    expectUnproven(await judge({ answer: (answer) => answer }), {}, 0);
  });

  it('200 instead of 404: violated', async () => {
    const judged = await judge(refusing((answer) => ({ ...answer, status: 200 })));
    expectUnproven(judged, { [NOT_FOUND]: 'violated' }, 1);
    expect(judged.lines.find(({ outcome }) => outcome === 'violated')?.reason).to.match(/^status: expected 404, saw 200/);
  });

  it('the envelope is missing, as where a library refuses the handshake: violated', async () => {
    const bare = (answer: Answer): Answer => ({ ...answer, headers: { 'content-type': 'text/plain' }, text: 'Not Found' });
    const judged = await judge(refusing(bare));
    expectUnproven(judged, { [NOT_FOUND]: 'violated' }, 1);
    expect(judged.lines.find(({ outcome }) => outcome === 'violated')?.reason).to.match(/^\/error\/code: expected .*the body is not JSON/);
  });

  it('connects for an unknown transaction: not-reached', async () => {
    const transactionExists: (typeof RULES)['transactionExists'] = (facts) =>
      facts.call.operation.id === 'trackTransaction' ? undefined : RULES.transactionExists(facts);
    const careless = await startMock({ sandbox: (context) => createAtsSandbox(context, { rules: { transactionExists } }) });
    try {
      expectUnproven(await judge({}, careless), { [NOT_FOUND]: 'not-reached' }, 1);
    } finally {
      await careless.close();
    }
  });

  it('a proxy that keeps WebSockets from opening: unproven, and the reason asks for it', async () => {
    const judged = await judge({ dropsUpgrades: true });
    expectUnproven(
      judged,
      { [NOT_FOUND]: 'setup-failed', 'trackTransaction common.service_unavailable (upstream down)': 'setup-failed' },
      2,
    );
    for (const { reason } of judged.lines.filter(({ outcome }) => outcome === 'setup-failed')) {
      expect(reason)
        .to.match(/trackTransaction|control twin/)
        .and.to.match(/answered 426 .*, not 101 \(does a proxy on the way keep WebSockets/);
    }
  });
});

describe('an edge in front of the application', () => {
  let mock: Mock;
  before(async () => void (mock = await startMock()));
  after(() => mock.close());

  it('its page in place of an answer is edge-intercepted, not a finding', async () => {
    const proxy = await startProxy(mock.url, {
      answer: (answer) => (codeOf(answer) === 'registration.audio_too_large' ? NGINX_413 : answer),
    });
    try {
      const judged = await judgeDeployment(proxy.url, {
        operations: ['prepareWork'],
        codes: ['registration.audio_too_large', 'registration.audio_empty'],
      });
      expectUnproven(judged, { 'prepareWork registration.audio_too_large (over the maximum)': 'edge-intercepted' }, 2);
    } finally {
      await proxy.close();
    }
  });

  it('its limit on uploads is edge-intercepted as well: the application never saw the audio', async () => {
    const proxy = await startProxy(mock.url, {
      instead: ({ method, headers }) => (method === 'PUT' && Number(headers['content-length']) > 65_536 ? NGINX_413 : undefined),
    });
    try {
      const judged = await judgeDeployment(proxy.url, {
        operations: ['prepareWork'],
        codes: ['registration.audio_too_large', 'registration.audio_empty'],
      });
      expectUnproven(judged, { 'prepareWork registration.audio_too_large (over the maximum)': 'edge-intercepted' }, 2);
      expect(judged.lines.find(({ outcome }) => outcome === 'edge-intercepted')?.reason).to.match(/upload of 65537 bytes.*413.*proxy/);
    } finally {
      await proxy.close();
    }
  });

  it('an edge that answers everything leaves nothing to judge', async () => {
    const proxy = await startProxy(mock.url, { instead: ({ url = '' }) => (url.startsWith('/v1') ? NGINX_413 : undefined) });
    try {
      const { ledger } = await judgeDeployment(proxy.url, { codes: ['api_key.not_found'] });
      expect(ledger).to.deep.include({ exitCode: 3, verdict: 'unjudged' });
    } finally {
      await proxy.close();
    }
  });
});
