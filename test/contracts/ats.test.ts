import { expect } from 'chai';
import {
  atsSuite,
  createDeployment,
  createPlan,
  createTransport,
  run,
  type DeploymentFile,
  type CauseLine,
  type RunEvent,
  type Transport,
} from '../../contracts/index.js';
import { startMock, type Mock } from '../../mocks/index.js';
import { atsContract } from './support.js';

/** The suite of the ATS against a sandbox of which it knows less than the whole world. */
describe('the failure paths of the ATS', () => {
  let mock: Mock;
  let transport: Transport;
  before(async () => {
    mock = await startMock({ port: 0, contract: await atsContract() });
    transport = createTransport({ timeoutMs: 10_000, connections: 8 });
  });
  beforeEach(() => mock.reset());
  after(async () => {
    await transport.close();
    await mock.close();
  });

  const drive = async (members: Partial<DeploymentFile>): Promise<{ lines: CauseLine[]; events: RunEvent[] }> => {
    const deployment = createDeployment({ url: mock.url, organization: mock.world.organizations.active, ...members });
    const events: RunEvent[] = [];
    for await (const event of run(createPlan(await atsContract(), atsSuite, deployment), { transport, concurrency: 8 })) events.push(event);
    return { events, lines: events.flatMap((event) => (event.type === 'path-finished' ? [event.line] : [])) };
  };
  const admin = (): DeploymentFile['identities'] => ({ admin: { token: mock.world.admin, public: false } });
  const works = (): DeploymentFile['works'] => {
    const { works: { active }, workIds, externalUser: { ref, work } } = mock.world; // prettier-ignore
    return { own: active, external: { externalUserRef: ref, id: work }, direct: workIds.active };
  };
  const keysOf = async (): Promise<{ name: string; revoked_at: string | null }[]> => {
    const answer = await transport.send({
      method: 'GET',
      url: `${mock.url}/v1/organizations/${mock.world.organizations.active}/api-keys`,
      headers: { authorization: `Bearer ${mock.world.admin}` },
    });
    return answer.json as { name: string; revoked_at: string | null }[];
  };
  const outcomesOf = (lines: readonly CauseLine[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { outcome } of lines) counts[outcome] = (counts[outcome] ?? 0) + 1;
    return counts;
  };
  const unexpected = (lines: readonly CauseLine[]): string[] =>
    lines
      .filter(({ outcome }) => outcome !== 'verified' && outcome !== 'not-capable')
      .map(({ failure, cause, outcome, reason }) => `${failure.key} (${cause}): ${outcome}, ${reason}`);

  it('prove what they can with nothing but an administrator and a work', async () => {
    const { lines } = await drive({ identities: admin(), works: works() });
    expect(unexpected(lines)).to.deep.equal([]);
    const lacking = new Set(
      lines.flatMap(({ outcome, reason }) => (outcome === 'not-capable' ? reason.split(' missing: ')[0]?.split(', ') : [])),
    );
    expect([...lacking]).to.have.members([
      'identity:inactiveOrg', 'identity:deletedOrg', 'org.second', 'work.other',
      'expired.upload', 'expired.versionUpload', 'expired.quote', 'expired.versionQuote', 'expired.session', 'quota.set', 'credits.set', 'chain.fault', 'commitment.fault', 'upstream.fault',
    ]); // prettier-ignore
  });

  it('register what downloads need where no work is ready, and find it by the list', async () => {
    const short = { value: 0.001, unit: 'seconds', description: '' };
    const contract = await atsContract();
    const limits = { ...contract.limits, block_seconds_testnet: short };
    const quick = await startMock({ contract: { ...contract, limits } });
    try {
      const identities = { active: { token: quick.world.tokens.active, public: true } };
      const deployment = createDeployment({ url: quick.url, organization: quick.world.organizations.active, identities });
      const plan = createPlan(contract, atsSuite, deployment, ({ operation }) => /^list.*Works|^download/.test(operation.id));
      const lines: CauseLine[] = [];
      for await (const event of run(plan, { transport, concurrency: 8 })) if (event.type === 'path-finished') lines.push(event.line);
      const looked = lines.filter(({ outcome }) => outcome !== 'not-selected');
      expect(unexpected(looked)).to.deep.equal([]);
      expect(outcomesOf(looked)).to.deep.equal({ verified: 25, 'not-capable': 9 });
    } finally {
      await quick.close();
    }
  });

  it('need a key for one path only where none is ready without works:read, and revoke it with the path', async () => {
    const { lines } = await drive({ identities: admin(), works: works() });
    const line = lines.find(({ failure }) => failure.key === 'createPartnerSession 403 api_key.scope_denied');
    expect(line?.outcome).to.equal('verified');
    const made = (await keysOf()).filter(({ name }) => name.startsWith('failpath-'));
    expect(made.every(({ revoked_at }) => revoked_at !== null)).to.equal(true);
  });

  it('leave no key of theirs behind, and none that was there is touched', async () => {
    const before = (await keysOf()).map(({ name, revoked_at }) => [name, revoked_at !== null]);
    const { events } = await drive({ identities: admin(), works: works() });
    const after = await keysOf();
    expect(after.filter(({ name }) => name.startsWith('failpath-')).every(({ revoked_at }) => revoked_at !== null)).to.equal(true);
    expect(
      after.filter(({ name }) => !name.startsWith('failpath-')).map(({ name, revoked_at }) => [name, revoked_at !== null]),
    ).to.deep.equal(before);
    expect(events.filter(({ type }) => type === 'cleanup-failed')).to.deep.equal([]);
  });

  it('prove less, and break nothing, with one key and a work', async () => {
    const { lines } = await drive({ identities: { active: { token: mock.world.tokens.active, public: true } }, works: works() });
    expect(unexpected(lines)).to.deep.equal([]);
    expect(outcomesOf(lines)['verified']).to.be.greaterThan(60);
    expect(
      (await keysOf()).some(({ name }) => name.startsWith('failpath-')),
      'a key was made',
    ).to.equal(false);
  });

  it('find keys that an aborted run left, and no others', async () => {
    const create = (name: string): ReturnType<Transport['send']> =>
      transport.send({
        method: 'POST',
        url: `${mock.url}/v1/organizations/${mock.world.organizations.active}/api-keys`,
        headers: { authorization: `Bearer ${mock.world.admin}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name, scopes: ['works:read'] }),
      });
    await create('failpath-0badcafe-1');
    await create('failpath monitoring');
    const { events } = await drive({ identities: admin(), works: works() });
    expect(events.filter(({ type }) => type === 'leftover')).to.deep.equal([
      { type: 'leftover', what: 'API key failpath-0badcafe-1', removed: false },
    ]);
  });

  it('know every cause of the contract, and nothing else', async () => {
    const { paths } = createPlan(await atsContract(), atsSuite, createDeployment({ url: mock.url }));
    expect(paths.filter(({ action }) => action.do === 'nothing' && action.reason.startsWith('no failure path'))).to.deep.equal([]);
    expect(atsSuite.paths).to.have.length(paths.length);
  });
});
