import { expect } from 'chai';
import { atsSuite, declareProbes } from '../../contracts/index.js';
import { contract } from '../support/judge.js';
import { probeSandbox, unverified, type Probed } from './support.js';

const SECURED = contract.operations.filter(({ credentials }) => credentials.length > 0);
const KINDS = ['none', 'malformed', 'unknown', 'active', 'revoked', 'wrong scope', 'other organization', 'inactive organization'];

describe('probes of the ATS', function () {
  this.timeout(60_000);

  for (const [name, change] of [
    ['each in a session', () => ({})],
    ['all in one world', () => ({ sessions: undefined })],
  ] as const) {
    describe(name, () => {
      let probed: Probed;
      before(async () => {
        probed = await probeSandbox({ change });
      });

      it('are all verified against the sandbox', () => {
        expect(unverified(probed.probes)).to.deep.equal({});
        expect(probed.probes).to.have.length(declareProbes(contract, atsSuite).length);
        expect(probed.ledger.exitCode).to.equal(0);
      });

      it('leave no key behind', () => {
        expect(probed.left).to.deep.equal([]);
      });

      it('have their evidence, and a script where anything was sent for them', () => {
        for (const { probe, evidence, observed, repro, takenFrom } of probed.probes) {
          const { failure } = probe.expected ?? {};
          const name = `${probe.operation.id} ${probe.name}`;
          if (failure !== undefined) expect(observed, name).to.deep.equal({ status: failure.status, code: failure.code });
          expect(evidence.requests.length, name).to.be.greaterThan(0);
          if (failure !== undefined) expect(repro, name).to.match(/^#!\/usr\/bin\/env bash\n/);
          if (takenFrom === undefined)
            expect(
              evidence.requests.filter(({ phase }) => phase === 'when'),
              name,
            ).to.have.length(1);
        }
      });

      it('of identities stand on whoever may being let in with the same request', () => {
        for (const { probe, evidence, takenFrom } of probed.probes) {
          if (probe.kind !== 'identity' || takenFrom !== undefined) continue;
          const { successes, id } = probe.operation;
          expect(
            successes.map(({ status }) => status),
            `${id} ${probe.name}`,
          ).to.include(evidence.control?.status);
        }
      });
    });
  }

  it('there is a cell for every identity on every secured operation', () => {
    const cells = declareProbes(contract, atsSuite).filter(({ kind }) => kind === 'identity');
    expect(SECURED).to.have.length(13);
    for (const operation of SECURED) {
      const names = cells.filter((cell) => cell.operation === operation).map(({ name }) => name);
      expect(names, operation.id).to.include.members([...KINDS, 'deleted organization', 'administrator', 'partner session']);
      expect(new Set(names).size, operation.id).to.equal(names.length);
      expect(cells.filter((cell) => cell.operation === operation && cell.expected === undefined)).to.have.length(1);
    }
  });

  it('nothing that a failure path sends anyway is sent again', async () => {
    const { probes } = await probeSandbox({ selected: ({ operation }) => operation.id === 'listApiKeys' });
    const taken = probes.filter(({ takenFrom }) => takenFrom !== undefined).map(({ probe, takenFrom }) => [probe.name, takenFrom]);
    expect(taken).to.deep.equal([
      ['none', 'listApiKeys common.unauthorized (none)'],
      ['active', 'listApiKeys common.unauthorized (an API key)'],
      ['administrator', 'the control twin of listApiKeys common.unauthorized (none)'],
    ]);
  });

  it('a filter selects the probes of which it selects every code', async () => {
    const codes = ['api_key.revoked', 'api_key.org_mismatch'];
    const { probes } = await probeSandbox({ selected: ({ operation, code }) => operation.id === 'initWork' && codes.includes(code) });
    expect(probes.map(({ probe }) => `${probe.kind} ${probe.operation.id} ${probe.name}`)).to.deep.equal([
      'identity initWork active',
      'identity initWork revoked',
      'identity initWork other organization',
      'precedence initWork api_key.revoked (revoked) before api_key.org_mismatch (another organization)',
    ]);
    expect(unverified(probes)).to.deep.equal({});
    const { probes: none } = await probeSandbox({ selected: ({ code }) => code === 'registration.title_required' });
    expect(none).to.deep.equal([]);
  });
});
