import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { decide, EXIT } from '../../ci/index.js';
import {
  atsSuite,
  buildLedger,
  createPlan,
  createTransport,
  discoverWorld,
  formatRun,
  toJunit,
  verifyWebhooks,
  type Deployment,
  type WebhookLine,
} from '../../contracts/index.js';
import { createAtsSandbox, POLICIES, startMock, type Policies } from '../../mocks/index.js';
import { contract } from '../support/judge.js';
import { Receiver } from './receiver.js';

const HERE = { listen: { host: '127.0.0.1', port: 0 }, url: undefined, timeoutMs: 5_000 };

/** What becomes of the webhooks of a sandbox that lies about them; `change` says how the deployment file differs. */
async function verify(
  lies: Partial<Policies> = {},
  change: (deployment: Deployment) => Partial<Deployment> = () => ({}),
): Promise<WebhookLine[]> {
  const mock = await startMock({ contract, sandbox: (context) => createAtsSandbox(context, { policies: lies }) });
  const transport = createTransport({ timeoutMs: 10_000, connections: 2 });
  try {
    const found = await discoverWorld(mock.url, transport);
    if (found === undefined) throw new Error('the mock does not say its world');
    const deployment = { ...found, webhooks: HERE, ...change(found) };
    const { lines, events } = await verifyWebhooks(createPlan(contract, atsSuite, deployment), { transport });
    expect(events).to.deep.equal([]);
    const { world, scripts: _ } = mock;
    const keys = await fetch(`${mock.url}/v1/organizations/${world.organizations.active}/api-keys`, {
      headers: { authorization: `Bearer ${world.admin}` },
    });
    const left = ((await keys.json()) as { name: string; revoked_at: string | null }[]).filter(
      (key) => key.name.startsWith('failpath-') && key.revoked_at === null,
    );
    expect(left, 'keys that the run left').to.deep.equal([]);
    return [...lines];
  } finally {
    await transport.close();
    await mock.close();
  }
}

const outcomes = (lines: readonly WebhookLine[]): string[] => lines.map(({ webhook, outcome }) => `${webhook.name} ${outcome}`);
const ALL = contract.webhooks.map(({ name }) => name);

function ledgerOf(webhooks: readonly WebhookLine[]): ReturnType<typeof buildLedger> {
  return buildLedger({ contract, url: 'http://toy.test', startedAt: new Date(0), durationMs: 0, lines: [], webhooks, decide });
}

interface Lie {
  readonly name: string;
  readonly lies: Partial<Policies>;
  readonly at: string;
  readonly says: RegExp;
  /** All of them by default. */
  readonly about?: readonly string[];
}

const hmac = (key: Buffer, text: string): string => createHmac('sha256', key).update(text).digest('hex');
const unixOf = (at: number): number => Math.floor(at / 1_000);
const sorted = (body: string): string =>
  JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(body) as object).sort(([a], [b]) => (a < b ? -1 : 1))));
const without =
  (name: string): Policies['report'] =>
  (event) =>
    Object.fromEntries(Object.entries(event).filter(([member]) => member !== name));

const LIES: readonly Lie[] = [
  { name: 'unsigned', lies: { sign: () => '' }, at: 'x-allfeat-signature', says: /must match pattern/ },
  {
    name: 'signed over the parsed body',
    lies: { sign: (body, secret, at) => `t=${unixOf(at)},v1=${hmac(Buffer.from(secret, 'base64'), `${unixOf(at)}.${sorted(body)}`)}` },
    at: 'x-allfeat-signature',
    says: /expected the HMAC-SHA256 over `<unix>.<raw body>`.*saw another/,
  },
  {
    name: 'signed without the time',
    lies: { sign: (body, secret, at) => `t=${unixOf(at)},v1=${hmac(Buffer.from(secret, 'base64'), body)}` },
    at: 'x-allfeat-signature',
    says: /saw another/,
  },
  {
    name: 'signed with the secret that is not decoded',
    lies: { sign: (body, secret, at) => `t=${unixOf(at)},v1=${hmac(Buffer.from(secret), `${unixOf(at)}.${body}`)}` },
    at: 'x-allfeat-signature',
    says: /saw one with the secret not decoded/,
  },
  {
    name: 'signed an hour ago',
    lies: { sign: (body, secret, at) => POLICIES.sign(body, secret, at - 3_600_000) },
    at: 'x-allfeat-signature',
    says: /within 300 s of the deployment's, saw 3\d{3} s off/,
  },
  {
    name: 'another event',
    lies: { report: (event) => ({ ...event, event: 'work_done' }) },
    at: '/event',
    says: /must be "work_\w+", saw "work_done"/,
  },
  {
    name: 'another transaction',
    lies: { report: (event) => ({ ...event, transaction_id: '5e2b9c74-80d1-4a3f-b6c9-d1f04e7a2385' }) },
    at: '/transaction_id',
    says: /saw "5e2b9c74/,
  },
  {
    name: 'another key',
    lies: { report: (event) => ({ ...event, api_key_id: '5e2b9c74-80d1-4a3f-b6c9-d1f04e7a2385' }) },
    at: '/api_key_id',
    says: /saw "5e2b9c74/,
  },
  {
    name: 'no hash',
    lies: { report: without('tx_hash') },
    at: '/tx_hash',
    says: /is required, saw absent/,
    about: ['work_registered', 'work_updated'],
  },
  { name: 'no reason', lies: { report: without('reason') }, at: '/reason', says: /is required/, about: ['work_failed'] },
  {
    name: 'no user',
    lies: { report: without('external_user_ref') },
    at: '/external_user_ref',
    says: /saw absent/,
    about: ['work_registered', 'work_failed'],
  },
  {
    name: 'an ats_id of its own',
    lies: { report: (event) => ('ats_id' in event ? { ...event, ats_id: 7 } : event) },
    at: '/ats_id',
    says: /saw 7/,
    about: ['work_registered', 'work_updated'],
  },
];

describe('webhooks: verify receives them', () => {
  it('verifies an honest deployment, and leaves nothing behind', async () => {
    const lines = await verify();
    expect(outcomes(lines)).to.deep.equal(ALL.map((name) => `${name} verified`));
    expect(formatRun(ledgerOf(lines), [], { color: false })).to.include(`✓ webhooks  verified  ${ALL.join(', ')}\n`);
  });

  it('hides the secret and shows the signature', async () => {
    const [line] = await verify();
    expect(line?.received).to.match(/^POST\ncontent-type: application\/json\nx-allfeat-signature: t=\d+,v1=[0-9a-f]{64}\n/);
    expect(line?.received).not.to.match(/afo_sk_live_[0-9a-f]{48}/);
  });

  describe('lies', () => {
    for (const { name, lies, at, says, about = ALL } of LIES) {
      it(`${name}: exactly the webhooks that it is about are violated, for that reason alone`, async () => {
        const lines = await verify(lies);
        expect(outcomes(lines)).to.deep.equal(ALL.map((webhook) => `${webhook} ${about.includes(webhook) ? 'violated' : 'verified'}`));
        for (const line of lines.filter(({ outcome }) => outcome === 'violated')) {
          expect(line.discrepancies.map((one) => one.at)).to.include(at);
          expect(line.reason).to.match(says);
        }
        const { exitCode, webhooks } = ledgerOf(lines);
        expect([exitCode, webhooks.filter(({ outcome }) => outcome === 'violated').length]).to.deep.equal([EXIT.finding, about.length]);
        expect(formatRun(ledgerOf(lines), [], { color: false })).to.include(`✗ violated  webhook ${about[0]}\n`);
      });
    }

    it('none sent: each is violated, with what to look at', async () => {
      const lines = await verify({ report: () => undefined }, () => ({ webhooks: { ...HERE, timeoutMs: 50 } }));
      expect(outcomes(lines)).to.deep.equal(ALL.map((name) => `${name} violated`));
      expect(lines[0]?.reason).to.match(/^webhook: expected a request to http:\/\/127\.0\.0\.1:\d+, saw nothing within 0\.05 s$/);
      expect(lines[0]?.received).to.equal(undefined);
    });
  });

  describe('what it takes', () => {
    it('is said where the deployment file has no webhooks, which changes no verdict', async () => {
      const lines = await verify({}, () => ({ webhooks: undefined }));
      expect(outcomes(lines)).to.deep.equal(ALL.map((name) => `${name} not-capable`));
      expect(lines[0]?.reason).to.match(/^give webhooks: \{ url: /);
      expect(
        decide({
          failures: [{ outcome: 'verified', causes: [] }] as never,
          answered: true,
          webhooks: lines.map(({ outcome }) => ({ outcome })),
        }),
      ).to.include({
        exitCode: EXIT.proven,
      });
    });

    it('is said of what is missing, each with its remedy', async () => {
      const lines = await verify({}, ({ ways }) => ({ ways: new Map([...ways].filter(([name]) => name !== 'submission.fault')) }));
      expect(outcomes(lines)).to.deep.equal(['work_registered verified', 'work_updated verified', 'work_failed not-capable']);
      expect(lines[2]?.reason).to.equal('give capabilities.submission.fault: a call that makes the chain refuse what is submitted to it');
      const none = await verify({}, () => ({ forbidden: new Set(['key.create']) }));
      expect(none.map(({ outcome, reason }) => `${outcome}: ${reason}`)).to.deep.equal(
        Array(3).fill('not-capable: delete capabilities.key.create: false'),
      );
    });

    it('is an address that a deployment elsewhere can reach', async () => {
      const [line] = await verify({}, ({ url }) => ({ url: url.replace('127.0.0.1', '0.0.0.0') }));
      expect([line?.outcome, line?.reason]).to.satisfy(
        ([outcome, reason]: string[]) => outcome === 'not-capable' && String(reason).startsWith('give webhooks: { url'),
      );
    });

    it('is another address where something stands between, whatever path it has', async () => {
      const listener = await Receiver.start();
      const { port } = listener;
      await listener.stop();
      const lines = await verify({}, () => ({
        webhooks: { ...HERE, listen: { host: '127.0.0.1', port }, url: `http://localhost:${port}/behind/a/tunnel?x=1` },
      }));
      expect(outcomes(lines)).to.deep.equal(ALL.map((name) => `${name} verified`));
    });

    it('is an address that is free', async () => {
      const taken = await Receiver.start();
      const refused = await verify({}, () => ({ webhooks: { ...HERE, listen: { host: '127.0.0.1', port: taken.port } } })).catch(
        (error: Error) => error.message,
      );
      await taken.stop();
      expect(refused).to.include('address-unavailable  webhooks.listen is 127.0.0.1:');
    });

    it('is a deployment that answers, and does what the path needs', async () => {
      const broken = await verify({}, ({ ways, identities }) => ({
        ways,
        identities: new Map([...identities].map(([name, one]) => [name, name === 'admin' ? { ...one, value: 'nobody-at-all' } : one])),
      }));
      expect(broken.map(({ outcome }) => outcome)).to.deep.equal(Array(3).fill('setup-failed'));
      expect(broken[0]?.reason).to.match(/^createApiKey answered 401 common.unauthorized/);
      expect(ledgerOf(broken)).to.include({ exitCode: EXIT.unproven });
      const silent = await verify({}, () => ({ url: 'http://127.0.0.1:1' }));
      expect(silent[0]?.reason).to.include('gives no answer');
    });
  });
});

describe('webhooks: in a JUnit report', () => {
  it('have a suite of their own, skipped with its reason where nothing could be looked at', async () => {
    const suiteIn = (lines: readonly WebhookLine[]): string =>
      /<testsuite name="webhooks"[^]*?<\/testsuite>/.exec(toJunit(ledgerOf(lines)))?.[0] ?? '';
    const honest = suiteIn(await verify());
    expect(honest).to.include('tests="3" failures="0" errors="0" skipped="0"').and.to.include('name="work_failed" time="0"/>');
    const lying = suiteIn(await verify({ report: without('reason') }));
    expect(lying)
      .to.include('tests="3" failures="1"')
      .and.to.match(/<failure message="violated: \/reason: expected a value that is required, saw absent"/);
    expect(suiteIn(await verify({}, () => ({ webhooks: undefined }))))
      .to.include('tests="3" failures="0" errors="0" skipped="3"')
      .and.to.include('<skipped message="not-capable: give webhooks:');
  });
});
