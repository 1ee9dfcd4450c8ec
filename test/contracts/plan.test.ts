import { expect } from 'chai';
import { createPlan, type FailurePath, type Plan, type Suite } from '../../contracts/index.js';
import type { Contract } from '../../spec/index.js';
import { findingsOf, toyContract, toyDeployment, toySuite } from './support.js';

const path = (members: Partial<FailurePath> = {}): FailurePath => ({
  operation: 'makeThing',
  code: 'thing.forbidden',
  cause: 'foreign',
  ...members,
});

describe('a plan', () => {
  let contract: Contract;
  before(async () => {
    contract = await toyContract();
  });

  const actionOf = (plan: Plan, cause = 'foreign'): Plan['paths'][number]['action'] | undefined =>
    plan.paths.find((one) => one.cause === cause && one.failure.operation.id === 'makeThing')?.action;
  const planned = (suite: Suite, ...more: [deployment?: Parameters<typeof toyDeployment>[0]]): ReturnType<typeof actionOf> =>
    actionOf(createPlan(contract, suite, toyDeployment(more[0])));

  it('has a line for every cause of every failure, in the order of the contract', () => {
    const { paths } = createPlan(contract, toySuite([path()]), toyDeployment());
    expect(paths.map(({ failure, cause }) => `${failure.operation.id} ${failure.code} ${cause}`)).to.deep.equal(
      contract.failures.flatMap((failure) => failure.causes.map((cause) => `${failure.operation.id} ${failure.code} ${cause}`)),
    );
  });

  it('runs a path whose needs are met', () => {
    expect(planned(toySuite([path({ needs: ['admin.session', 'upload:1044'] })]))).to.include({
      do: 'run',
      lane: 'parallel',
      mints: false,
    });
  });

  it('says where the path of a cause without one would go', () => {
    expect(planned(toySuite([]))).to.deep.equal({
      do: 'nothing',
      outcome: 'not-capable',
      reason: 'no failure path leads there yet: write one beside its siblings in failpath.suite.js',
    });
  });

  it('names every capability that a path lacks, and how to meet it', () => {
    expect(planned(toySuite([path({ needs: ['org.second', 'clock.advance'] })]))).to.deep.equal({
      do: 'nothing',
      outcome: 'not-capable',
      reason:
        'org.second, clock.advance missing: give identities.otherOrg with its own organization; give capabilities.clock.advance: a call that advances the clock by {{seconds}}',
    });
  });

  it("counts the scenario's needs as the path's own", () => {
    const scenarios = { makeThing: { needs: ['work.own'] as const, given: () => Promise.resolve({ operation: 'makeThing' }) } };
    expect(planned(toySuite([path()], { scenarios }))).to.include({
      outcome: 'not-capable',
      reason: 'work.own missing: give works.own, the ats_id of a registered work',
    });
  });

  it('puts paths that move shared state into the lane that is run alone', () => {
    expect(planned(toySuite([path({ needs: ['upstream.fault'] })]))).to.include({ lane: 'alone' });
    expect(planned(toySuite([path({ alone: true })]))).to.include({ lane: 'alone' });
    expect(planned(toySuite([path({ needs: ['key.create'] })]))).to.include({ lane: 'parallel', mints: true });
  });

  it('asks for the failure where it cannot be driven to it, if the deployment says how', () => {
    const simulate = { headers: { 'x-fail': '{{code}}' }, query: {} };
    expect(planned(toySuite([]), { simulate })).to.deep.equal({ do: 'simulate' });
    expect(planned(toySuite([path({ needs: ['org.second'] })]), { simulate })).to.deep.equal({ do: 'simulate' });
    expect(planned(toySuite([path()]), { simulate })).to.include({ do: 'run' });
  });

  it('leaves out what is not selected, and says so', () => {
    const plan = createPlan(contract, toySuite([path()]), toyDeployment(), ({ code }) => code === 'thing.forbidden');
    const outcomes = plan.paths.map(({ action, failure }) => [failure.code, action.do === 'nothing' ? action.outcome : action.do]);
    expect(outcomes.filter(([code]) => code === 'thing.forbidden')).to.deep.equal([['thing.forbidden', 'run']]);
    expect(outcomes.filter(([code]) => code !== 'thing.forbidden').every(([, outcome]) => outcome === 'not-selected')).to.equal(true);
  });

  describe('refuses paths', () => {
    const refused = (...paths: FailurePath[]): ReturnType<typeof findingsOf> =>
      findingsOf(() => createPlan(contract, toySuite(paths), toyDeployment()));

    it('to an operation that is not declared, with the nearest', () => {
      const [finding] = refused(path({ operation: 'makeThings' }));
      expect(finding).to.include({ problem: 'path-undeclared', remedy: 'Did you mean "makeThing"?' });
      expect(finding?.what).to.equal('the path makeThings thing.forbidden (foreign) names "makeThings", which is no declared operation');
    });

    it('to a code that the operation does not declare', () => {
      const [finding] = refused(path({ code: 'thing.forbiden' }));
      expect(finding).to.include({ problem: 'path-undeclared', remedy: 'Did you mean "thing.forbidden"?' });
      expect(finding?.what).to.contain('"thing.forbiden", which is no declared code of makeThing');
      expect(finding?.location).to.deep.equal(contract.locate(contract.operation('makeThing')?.pointer ?? ''));
    });

    it('to a cause that the failure does not have', () => {
      const [finding] = refused(path({ cause: 'foriegn' }));
      expect(finding).to.include({ problem: 'path-undeclared', remedy: 'Did you mean "foreign"?' });
      expect(finding?.location?.file).to.match(/toy\.yaml$/);
    });

    it('to something that resembles nothing declared', () => {
      expect(refused(path({ code: 'zzz' }))[0]?.remedy).to.match(/^Declare it in .*toy\.yaml, or delete the path\.$/);
    });

    it('of which there are two', () => {
      expect(refused(path(), path())).to.have.length(1);
      expect(refused(path(), path())[0]).to.include({
        problem: 'path-duplicate',
        what: 'there are two paths for makeThing thing.forbidden (foreign)',
      });
    });

    it('all at once', () => {
      expect(refused(path({ operation: 'x' }), path(), path(), path({ cause: 'x' })).map(({ problem }) => problem)).to.deep.equal([
        'path-undeclared',
        'path-duplicate',
        'path-undeclared',
      ]);
    });
  });
});
