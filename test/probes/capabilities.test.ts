import { expect } from 'chai';
import { WORLD } from '../../mocks/index.js';
import { probeSandbox } from './support.js';

describe('probes of a deployment that can do little', () => {
  it('what needs nobody but a key and an administrator is proven, the rest says what to give', async () => {
    const { probes, ledger } = await probeSandbox({
      change: ({ identities }) => ({
        sessions: undefined,
        ways: new Map(),
        identities: new Map([...identities].filter(([name]) => ['active', 'admin'].includes(name))),
      }),
    });
    const cells = probes.filter(({ probe }) => probe.kind === 'identity' && probe.operation.id === 'listApiKeys');
    expect(Object.fromEntries(cells.map(({ probe, outcome }) => [probe.name, outcome]))).to.deep.equal({
      none: 'verified',
      malformed: 'verified',
      unknown: 'verified',
      active: 'verified',
      revoked: 'verified',
      'wrong scope': 'verified',
      'other organization': 'not-capable',
      'inactive organization': 'not-capable',
      'deleted organization': 'not-capable',
      administrator: 'verified',
      'partner session': 'verified',
    });
    for (const { probe, outcome, reason } of probes) {
      if (outcome === 'verified') continue;
      expect(outcome, probe.name).to.equal('not-capable');
      expect(reason, probe.name).to.match(/give |set |permit|allow/);
    }
    expect(ledger.exitCode, 'what is missing is told by the lines').to.equal(2);
  });

  it('a magic value says nothing of the order', async () => {
    const { probes } = await probeSandbox({
      change: ({ ways }) => ({
        ways: new Map(ways).set('upstream.fault', { magic: { headers: { prefer: 'error=common.service_unavailable' }, body: {} } }),
      }),
      selected: ({ operation, code }) => operation.id === 'listApiKeys' && code !== 'common.not_found',
    });
    const [pair] = probes.filter(({ probe }) => probe.kind === 'precedence');
    expect(pair).to.include({ outcome: 'not-capable' });
    expect(pair?.reason).to.match(/^upstream\.fault is only pretended by a magic value, .+ as a call$/);
  });

  it('an organization that the deployment does not have is nobody', async () => {
    const { probes, ledger } = await probeSandbox({
      change: () => ({ organization: WORLD.organizations.other.replace(/.$/, '9') }),
      selected: ({ operation, code }) => operation.id === 'listApiKeys' && code === 'common.unauthorized',
    });
    const sent = probes.filter(({ takenFrom }) => takenFrom === undefined);
    expect(new Set(sent.map(({ outcome }) => outcome))).to.deep.equal(new Set(['setup-failed']));
    expect(ledger.exitCode).to.equal(2);
    const [first] = sent;
    expect(first?.reason).to.match(/^the same request by whoever may send it answered 404 common\.not_found, not 200$|^no control twin/);
  });
});
