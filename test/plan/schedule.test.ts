import { expect } from 'chai';
import { atsSuite, createPlan, promisesOf, rehearse, type Deployment, type Promises, type Rehearsal } from '../../contracts/index.js';
import { startMock, type Mock } from '../../mocks/index.js';
import { contract } from '../support/judge.js';
import { deploymentOf, DESCRIBED } from './deployments.js';

const described = (name: string): (typeof DESCRIBED)[number] => {
  const found = DESCRIBED.find((one) => one.name === name);
  if (found === undefined) throw new Error(`nothing is described as ${name}`);
  return found;
};

interface Scheduled {
  readonly rehearsal: Rehearsal;
  readonly schedule: Promises['schedule'];
}

async function scheduled(deployment: Deployment): Promise<Scheduled> {
  const rehearsal = await rehearse(createPlan(contract, atsSuite, deployment), { probes: true });
  return { rehearsal, schedule: promisesOf(rehearsal).schedule };
}

describe('the schedule of a plan', () => {
  let mock: Mock;
  let shared: Scheduled;
  let apart: Scheduled;
  before(async () => {
    mock = await startMock({ port: 0 });
    shared = await scheduled(deploymentOf(described('everything'), mock));
    apart = await scheduled(deploymentOf(described('everything, with sessions'), mock));
  });
  after(() => mock.close());

  const lanesOf = ({ schedule }: Scheduled): string[] => schedule.lanes.map(({ of, lane }) => `${of} ${lane}`);

  it('has lanes in their order: what moves shared state after all others, quotas at the very end', () => {
    expect(lanesOf(shared)).to.deep.equal([
      'paths parallel',
      'paths alone',
      'paths quota',
      'probes parallel',
      'probes alone',
      'probes quota',
    ]);
  });

  it('needs no lane where every path has a session of its own', () => {
    expect(apart.schedule.sessions).to.equal(true);
    expect(lanesOf(apart)).to.deep.equal(['paths parallel', 'probes parallel']);
    const [paths] = apart.schedule.lanes;
    expect(paths?.count).to.equal(contract.failures.reduce((sum, { causes }) => sum + causes.length, 0));
  });

  it('counts every request once, in the lane that it is sent in', () => {
    for (const { rehearsal, schedule } of [shared, apart]) {
      const inLanes = schedule.lanes.reduce((sum, { requests }) => sum + requests, 0);
      expect(rehearsal.opening.length + inLanes + rehearsal.closing.length).to.equal(rehearsal.sent.length);
    }
  });

  it('is as long as its longest path where paths run side by side, and as all of them where they take turns', () => {
    for (const { lane, requests, length } of shared.schedule.lanes) {
      if (lane === 'parallel') expect(length).to.be.lessThan(requests / 5);
      else expect(length).to.equal(requests);
    }
    const { rehearsal } = apart;
    const longest = Math.max(...rehearsal.paths.map(({ own }) => own.length));
    expect(apart.schedule.lanes[0]?.length).to.equal(longest);
  });

  it('has a critical path that sessions shorten many times', () => {
    for (const { rehearsal, schedule } of [shared, apart]) {
      const lengths = schedule.lanes.reduce((sum, { length }) => sum + length, 0);
      expect(schedule.criticalPath).to.equal(rehearsal.opening.length + lengths + rehearsal.closing.length);
    }
    expect(apart.schedule.criticalPath * 5).to.be.lessThan(shared.schedule.criticalPath);
  });

  it('waits where something has to pass, side by side or in turns', async () => {
    const { schedule } = await scheduled(deploymentOf(described('nothing that can be moved, and time'), mock));
    const waits = (of: string): number => schedule.lanes.filter((one) => one.of === of).reduce((sum, one) => sum + one.waits, 0);
    // A partner session lives longest; the others run out meanwhile.
    expect(waits('paths')).to.equal((contract.limits['partner_session_ttl_seconds']?.value ?? 0) + 1);
    expect(schedule.waits).to.equal(waits('paths') + waits('probes'));
  });
});
