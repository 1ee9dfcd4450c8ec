import { expect } from 'chai';
import { startMock, type Mock } from '../../mocks/index.js';
import {
  atsSuite,
  createDeployment,
  createPlan,
  createTransport,
  run,
  type CauseLine,
  type DeploymentFile,
  type Transport,
  type WireRequest,
} from '../../contracts/index.js';
import { atsContract } from './support.js';

describe('a revocation', () => {
  let mock: Mock;
  const transport = createTransport({ timeoutMs: 10_000, connections: 4 });
  before(async () => void (mock = await startMock()));
  after(async () => {
    await transport.close();
    await mock.close();
  });

  /** Lets keys that were revoked in for so many more requests, as a deployment does that caches keys. */
  const caching = (more: number, asked: WireRequest[]): Transport => {
    const [names, revoked] = [new Map<string, string>(), new Set<string>()];
    let left = more;
    return {
      close: () => Promise.resolve(),
      send: async (request) => {
        const token = request.headers['authorization']?.replace('Bearer ', '') ?? '';
        if (revoked.has(token)) asked.push(request);
        const isLetIn = revoked.has(token) && left-- > 0;
        const headers = isLetIn ? { ...request.headers, authorization: `Bearer ${mock.world.tokens.active}` } : request.headers;
        const answer = await transport.send({ ...request, headers });
        const key = answer.json as { id?: string; token?: string } | undefined;
        if (request.method === 'POST' && request.url.endsWith('/api-keys') && key?.token !== undefined) names.set(key.id ?? '', key.token);
        if (request.method === 'DELETE') revoked.add(names.get(request.url.split('/').at(-1) ?? '') ?? '');
        return answer;
      },
    };
  };

  /** The lines about the revoked key, with what was asked with it, and how long was waited. */
  async function drive(
    more: number,
    members: Partial<DeploymentFile> = {},
  ): Promise<{ lines: CauseLine[]; asked: WireRequest[]; waits: number[] }> {
    const { world } = mock;
    const deployment = createDeployment({
      url: mock.url,
      organization: world.organizations.active,
      identities: { active: { token: world.tokens.active, public: true }, admin: { token: world.admin, public: true } },
      works: { own: world.works.active },
      ...members,
    });
    const plan = createPlan(await atsContract(), atsSuite, deployment, ({ code }) => code === 'api_key.revoked');
    const [asked, waits, lines]: [WireRequest[], number[], CauseLine[]] = [[], [], []];
    const wait = (milliseconds: number): Promise<void> => Promise.resolve(void waits.push(milliseconds));
    for await (const event of run(plan, { transport: caching(more, asked), concurrency: 4, wait }))
      if (event.type === 'path-finished' && event.line.outcome !== 'not-selected') lines.push(event.line);
    expect(lines).to.have.length(8);
    return { lines, asked, waits };
  }
  const told = (lines: readonly CauseLine[]): string[] => [
    ...new Set(lines.map(({ outcome, evidence }) => `${outcome} ${evidence.notes.join().replace(/\d+\.\d s$/, '<lag> s')}`.trim())),
  ];

  it('that takes effect on the next request costs that request, once for all paths, and no time', async () => {
    const { lines, asked, waits } = await drive(0);
    expect(told(lines)).to.deep.equal(['verified']);
    expect(waits).to.deep.equal([]);
    const beyond = asked.length - 2 * lines.length;
    expect(beyond, 'each path sends its faulty request twice').to.equal(1);
  });

  it('that lags is waited for, and its lag stands in every line about the key', async () => {
    const { lines, waits } = await drive(3);
    expect(told(lines)).to.deep.equal(['verified revocation took effect after <lag> s']);
    expect(waits).to.deep.equal([100, 200, 400]);
  });

  it('ends no script: what was asked until the key was refused is part of it', async () => {
    const { lines } = await drive(1);
    const script = lines[0]?.repro ?? '';
    expect(script).to.match(/curl -sSf -o \/dev\/null \\\n {2}-X POST [^\n]*partner-sessions/);
    expect(script).to.match(/\nsleep 0\.1\ncurl -sS -o \/dev\/null \\\n {2}-X POST [^\n]*partner-sessions/);
  });

  it('that never takes effect is a finding once its time is over', async () => {
    const { lines, waits } = await drive(Infinity);
    expect(told(lines)).to.deep.equal(['not-reached the revoked key is still let in 5 s after its revocation']);
    expect(waits.reduce((sum, one) => sum + one, 0)).to.equal(5000);
  });

  it('has as long as the file says', async () => {
    const { lines, waits } = await drive(Infinity, { revocation: { withinSeconds: 0.5 } });
    expect(told(lines)).to.deep.equal(['not-reached the revoked key is still let in 0.5 s after its revocation']);
    expect(waits).to.deep.equal([100, 200, 200]);
  });

  it('that has no time is not asked about: the next request is the faulty one', async () => {
    const { lines, asked, waits } = await drive(1, { revocation: { withinSeconds: 0 } });
    expect(told(lines).sort()).to.deep.equal(['not-reached', 'verified']);
    expect(lines.filter(({ outcome }) => outcome === 'not-reached')).to.have.length(1);
    expect(waits).to.deep.equal([]);
    expect(asked.length).to.equal(2 * lines.length - 1);
  });

  it('is not measured where asking is not allowed; what is allowed is proven all the same', async () => {
    const allow = { hosts: [new URL(mock.url).host], writes: ['createApiKey', 'initWork'], revocations: true };
    const { lines } = await drive(0, { allow });
    expect(told(lines.filter(({ failure }) => failure.operation.id === 'initWork'))).to.deep.equal([
      'verified how long the revocation took is not known: the deployment file does not allow createPartnerSession',
    ]);
  });
});
