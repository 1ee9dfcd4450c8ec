import { expect } from 'chai';
import { atsSuite, createPlan, createTransport, discoverWorld, rehearse, type Deployment } from '../../contracts/index.js';
import { startMock } from '../../mocks/index.js';
import { contract } from '../support/judge.js';
import { causesOf, planOf, type Planned } from './support.js';

/** A deployment that has everything; it is gone again, so that whoever sends anything there is found out. */
async function goneDeployment(): Promise<Deployment> {
  const mock = await startMock({ port: 0 });
  const transport = createTransport({ timeoutMs: 10_000, connections: 1 });
  const deployment = await discoverWorld(mock.url, transport);
  await transport.close();
  await mock.close();
  if (deployment === undefined) throw new Error('the mock does not say its world');
  return deployment;
}

describe('a rehearsal', () => {
  let everything: Deployment;
  before(async () => {
    everything = await goneDeployment();
  });

  for (const [name, change] of [
    ['with sessions', (): Partial<Deployment> => ({})],
    ['without sessions', (): Partial<Deployment> => ({ sessions: undefined })],
    [
      'with nothing ready-made but what only the file can give',
      ({ identities }: Deployment): Partial<Deployment> => ({
        sessions: undefined,
        identities: new Map([...identities].filter(([one]) => ['admin', 'otherOrg', 'inactiveOrg', 'deletedOrg'].includes(one))),
        works: { own: undefined, other: undefined, external: undefined, direct: undefined },
      }),
    ],
  ] as const) {
    it(`takes every path to its end ${name}`, async () => {
      const { promises } = await planOf({ ...everything, ...change(everything) });
      const unproven = Object.entries(causesOf(promises)).filter(([, outcome]) => outcome !== 'verified');
      expect(unproven.slice(0, 5)).to.deep.equal([]);
      expect(promises.failures.flatMap(({ causes }) => causes)).to.have.length(
        contract.failures.reduce((sum, { causes }) => sum + causes.length, 0),
      );
    });
  }

  it('takes paths that magic values or asking help to their end as simulated', async () => {
    const magic = { magic: { headers: { 'x-magic': 'on' }, body: {} } };
    const ways: Deployment['ways'] = new Map([...everything.ways.keys()].map((name) => [name, magic]));
    const simulate = { headers: { prefer: 'error={{code}}' }, query: {} };
    const { promises } = await planOf({ ...everything, ways, works: { ...everything.works, direct: undefined }, simulate });
    const outcomes = new Set(promises.failures.flatMap(({ causes }) => causes.map(({ outcome }) => outcome)));
    expect([...outcomes].sort()).to.deep.equal(['simulated', 'verified']);
    const nowhere = await planOf({ ...everything, identities: new Map(), works: { ...everything.works, own: undefined }, simulate });
    expect(new Set(nowhere.promises.failures.flatMap(({ causes }) => causes.map(({ route }) => route)))).to.include('simulate');
    expect(nowhere.promises.summary['setup-failed'], 'asked for in vain').to.equal(undefined);
  });

  it('is the same every time', async () => {
    const plan = createPlan(contract, atsSuite, { ...everything, sessions: undefined });
    const [one, other] = [await rehearse(plan), await rehearse(plan)];
    expect(JSON.stringify(one.sent)).to.equal(JSON.stringify(other.sent));
  });

  it('gives every request an id of its own, by which stories name it', async () => {
    const { rehearsal } = await planOf({ ...everything, sessions: undefined });
    const ids = rehearsal.sent.map(({ id }) => id);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it('counts what the run waits for', async () => {
    const works = { own: undefined, other: undefined, external: undefined, direct: undefined };
    const { promises }: Planned = await planOf({ ...everything, sessions: undefined, works });
    // Four works, a block of twelve seconds each; of one path, two of them.
    const waits = promises.failures.flatMap(({ causes }) => causes.map(({ waitSeconds }) => waitSeconds));
    expect([...new Set(waits)].sort((a, b) => a - b)).to.deep.equal([0, 12, 24]);
    expect(promises.costs.bound).to.equal('about');
  });
});
