import { expect } from 'chai';
import { gate, type Policy } from '../../ci/index.js';
import type { Ledger, Outcome, Reason } from '../../contracts/index.js';
import { FINDINGS, ledgerOf, on, policyOf, probeOf, UNPROVEN, type Told } from './support.js';

const TODAY = on('2026-09-30');

/** What a ledger comes to by a policy, in short. */
function decided(ledger: Ledger, yaml: string, now = TODAY): { verdict: string; exitCode: number; kinds: readonly string[] } {
  const { verdict, exitCode, reasons } = gate(ledger, { policy: policyOf(yaml, ledger), now }).ledger;
  return { verdict, exitCode, kinds: reasons.map(({ kind }) => kind) };
}

const OTHER: Told = { operation: 'removeThing', status: 404, code: 'thing.missing' };
const withOutcome = (outcome: Outcome, members: Partial<Told> = {}): Ledger => ledgerOf([{ ...members, outcome }, OTHER]);

const WAIVER = (more = ''): string => `
waivers:
  - code: thing.exists
    owner: things@example.com
    reason: the clock of staging cannot be moved
    expires: 2026-09-30${more}
`;

describe('a policy: requirements', () => {
  const REQUIRED: readonly [trigger: Told['trigger'], outcome: Outcome, requires: string, exitCode: number][] = [
    ['real cause', 'verified', 'real cause', 0],
    ['magic value', 'simulated', 'real cause', 2],
    ['magic value', 'simulated', 'magic value', 0],
    ['simulated', 'simulated', 'magic value', 2],
    ['simulated', 'simulated', 'simulated', 0],
    [null, 'not-capable', 'simulated', 2],
    [null, 'not-capable', 'nothing', 0],
    ['real cause', 'flaky', 'simulated', 2],
    ['real cause', 'flaky', 'nothing', 0],
    ['real cause', 'violated', 'nothing', 1],
    ['real cause', 'not-reached', 'nothing', 1],
    ['real cause', 'wrong-path', 'nothing', 1],
  ];
  for (const [trigger = null, outcome, requires, exitCode] of REQUIRED) {
    it(`${outcome} by ${trigger ?? 'nothing'}, where ${requires} is required, is exit code ${exitCode}`, () => {
      const made = decided(withOutcome(outcome, { trigger }), `requirements: [{ requires: ${requires} }]`);
      expect(made.exitCode).to.equal(exitCode);
      if (exitCode === 0 && outcome !== 'verified') expect(made).to.deep.include({ verdict: 'accepted', kinds: ['not-required'] });
    });
  }

  it('of several that match a line the last one counts, and the reason says which', () => {
    const yaml = `
requirements:
  - { requires: nothing }
  - { operation: make*, requires: simulated }
  - { operation: removeThing, requires: real cause }
`;
    const ledger = ledgerOf([{ outcome: 'not-capable' }, OTHER]);
    const { reasons } = gate(ledger, { policy: policyOf(yaml, ledger), now: TODAY }).ledger;
    expect(reasons.map(({ kind, why }) => `${kind}: ${why?.replace(/\(.*\//, '(')}`)).to.deep.equal([
      'unproven: required: simulated (failpath.policy.yaml:4:5)',
    ]);
  });

  it('go by the name of the deployment', () => {
    const yaml = 'requirements: [{ deployment: [prod*, canary], requires: nothing }]';
    const at = (name: string): number =>
      decided({ ...withOutcome('not-capable'), deployment: { name, url: 'https://example.com' } }, yaml).exitCode;
    expect([at('staging'), at('production'), at('canary')]).to.deep.equal([2, 0, 0]);
  });

  it('are about causes, and about probes and webhooks only where these are named', () => {
    const ledger = { ...ledgerOf([OTHER]), probes: [probeOf('setup-failed')] };
    expect(decided(ledger, 'requirements: [{ requires: nothing }]').exitCode).to.equal(2);
    expect(decided(ledger, "requirements: [{ probe: '*', requires: nothing }]").exitCode).to.equal(0);
  });

  it('cannot make a run over nothing pass', () => {
    const made = decided(
      ledgerOf([{ outcome: 'not-capable' }, { ...OTHER, outcome: 'not-capable' }]),
      'requirements: [{ requires: nothing }]',
    );
    expect(made).to.deep.include({ verdict: 'nothing was run', exitCode: 4 });
  });
});

describe('a policy: waivers', () => {
  for (const outcome of [...FINDINGS, ...UNPROVEN]) {
    it(`let ${outcome} pass until their last day has ended, and the line keeps what it was`, () => {
      const ledger = withOutcome(outcome);
      const policy = policyOf(WAIVER(), ledger);
      const last = gate(ledger, { policy, now: on('2026-09-30', '23:59:59.999') }).ledger;
      expect({ verdict: last.verdict, exitCode: last.exitCode }).to.deep.equal({ verdict: 'accepted', exitCode: 0 });
      const [cause] = last.failures[0]?.causes ?? [];
      expect(cause).to.deep.include({
        outcome: 'waived',
        reason: `it is ${outcome}`,
        waived: { outcome, owner: 'things@example.com', reason: 'the clock of staging cannot be moved', expires: '2026-09-30' },
      });
      const after = gate(last, { policy, now: on('2026-10-01', '00:00:00.000') }).ledger;
      expect(after).to.include({ verdict: 'failed', exitCode: 1 });
      expect(after.failures[0]).to.deep.include({ outcome, causes: ledger.failures[0]?.causes });
      expect(after.reasons.map(({ kind }) => kind)).to.have.members([
        'waiver-expired',
        FINDINGS.includes(outcome) ? 'finding' : 'unproven',
      ]);
    });
  }

  it('count in no way against the denominator', () => {
    const ledger = withOutcome('violated');
    const { failures, summary } = gate(ledger, { policy: policyOf(WAIVER(), ledger), now: TODAY }).ledger;
    expect(failures).to.have.length(ledger.failures.length);
    expect(summary).to.deep.equal({ waived: 1, verified: 1 });
  });

  it('that no line needs any more fail, expired or not', () => {
    expect(decided(withOutcome('verified'), WAIVER())).to.deep.equal({ verdict: 'failed', exitCode: 1, kinds: ['waiver-unneeded'] });
    expect(decided(withOutcome('verified'), WAIVER(), on('2027-01-01')).kinds).to.deep.equal(['waiver-unneeded']);
  });

  it('are needed as long as one of their lines needs them', () => {
    const ledger = ledgerOf([{ cause: 'taken' }, { cause: 'reserved', outcome: 'not-reached' }, OTHER]);
    expect(decided(ledger, WAIVER())).to.deep.equal({ verdict: 'accepted', exitCode: 0, kinds: ['waived'] });
  });

  it('waive one cause of several, and the failure is as proven as the least proven of the others', () => {
    const ledger = ledgerOf([{ cause: 'taken', outcome: 'flaky' }, { cause: 'reserved', outcome: 'not-reached' }, OTHER]);
    const { failures, exitCode } = gate(ledger, { policy: policyOf(WAIVER('\n    cause: reserved'), ledger), now: TODAY }).ledger;
    expect(failures[0]).to.include({ outcome: 'flaky', reason: 'taken: it is flaky' });
    expect(exitCode).to.equal(2);
  });

  it('waive what they name, and nothing else', () => {
    const yaml = WAIVER('\n    outcomes: [not-capable, setup-failed]');
    expect(decided(withOutcome('setup-failed'), yaml).exitCode).to.equal(0);
    expect(decided(withOutcome('violated'), yaml)).to.deep.equal({ verdict: 'failed', exitCode: 1, kinds: ['finding'] });
  });

  it('waive nothing that was not selected, and say nothing of it', () => {
    const made = decided(withOutcome('not-selected'), WAIVER(), on('2027-01-01'));
    expect(made).to.deep.equal({ verdict: 'proven', exitCode: 0, kinds: [] });
  });

  it('are not called needless by a part of a run, whose other lines may need them', () => {
    const part = ledgerOf([{ cause: 'taken' }, { cause: 'reserved', outcome: 'not-selected' }, OTHER]);
    expect(decided(part, WAIVER()).kinds).to.deep.equal([]);
    expect(decided(ledgerOf([{ cause: 'taken' }, { cause: 'reserved' }, OTHER]), WAIVER()).kinds).to.deep.equal(['waiver-unneeded']);
  });

  it('carry over to probes that only repeat what the line says', () => {
    const line = 'makeThing 409 thing.exists (unknown)';
    const repeating = [
      probeOf('violated', { kind: 'identity', takenFrom: 'makeThing thing.exists (unknown)', restsOn: [line] }),
      probeOf('setup-failed', { restsOn: [line], reason: `it says nothing as long as ${line} is not proven` }),
    ];
    const ledger = { ...withOutcome('violated'), probes: repeating };
    expect(decided(ledger, WAIVER()).exitCode).to.equal(0);
    const requests = [
      { phase: 'when', label: 'x', method: 'GET', url: '/', status: 200, code: null, requestId: null, durationMs: 1 },
    ] as const;
    const own = probeOf('violated', { restsOn: [line], evidence: { trigger: null, requests, control: null, notes: [] } });
    expect(decided({ ...ledger, probes: [own] }, WAIVER()).exitCode).to.equal(1);
  });

  it('waive probes and webhooks by their names', () => {
    const webhook = {
      webhook: 'thing_made',
      outcome: 'violated',
      reason: 'it did not arrive',
      discrepancies: [],
      received: null,
      declared: 'a:1:1',
    } as const;
    const ledger = { ...ledgerOf([OTHER]), probes: [probeOf('wrong-path')], webhooks: [webhook] };
    const waiver = (about: string): string => `  - { ${about}, owner: me, reason: later, expires: 2026-12-31 }\n`;
    expect(decided(ledger, `waivers:\n${waiver("probe: 'a before *'")}`).exitCode).to.equal(1);
    const { ledger: waived } = gate(ledger, {
      policy: policyOf(`waivers:\n${waiver("probe: 'a before *'")}${waiver('webhook: thing_made')}`, ledger),
      now: TODAY,
    });
    expect(waived.exitCode).to.equal(0);
    expect([waived.probes[0]?.outcome, waived.webhooks[0]?.outcome, waived.webhooks[0]?.waived?.outcome]).to.deep.equal([
      'waived',
      'waived',
      'violated',
    ]);
  });

  it('cannot judge what gave no answer', () => {
    const silent = { ...ledgerOf([{ outcome: 'setup-failed' }]), answered: false };
    expect(decided(silent, WAIVER())).to.deep.include({ verdict: 'unjudged', exitCode: 3 });
  });
});

describe('a policy: pending failures', () => {
  const UNTIL = 'pending: [{ code: thing.exists, until: 2026-09-30 }]';
  const COUNTED = 'pending: [{ code: thing.exists, from: 2026-09-01, days: 29 }]';
  for (const yaml of [UNTIL, COUNTED]) {
    it(`have time until the last day has ended: ${yaml}`, () => {
      for (const outcome of [...UNPROVEN, 'not-reached', 'wrong-path'] as const) {
        const ledger = withOutcome(outcome);
        expect(decided(ledger, yaml, on('2026-09-30', '23:59:59.999')), outcome).to.deep.equal({
          verdict: 'accepted',
          exitCode: 0,
          kinds: ['pending'],
        });
        const over = decided(ledger, yaml, on('2026-10-01', '00:00:00.000'));
        expect(over.exitCode, outcome).to.equal(UNPROVEN.includes(outcome) ? 2 : 1);
      }
    });
  }

  it('that are over say so', () => {
    const ledger = withOutcome('not-capable');
    const { reasons } = gate(ledger, { policy: policyOf(UNTIL, ledger), now: on('2026-10-01') }).ledger;
    expect(reasons[0]?.why).to.match(/^it was pending until 2026-09-30 \(.*failpath\.policy\.yaml:1:11\)$/);
  });

  it('may not answer wrongly: that is there already', () => {
    expect(decided(withOutcome('violated'), UNTIL)).to.deep.include({ exitCode: 1, kinds: ['finding'] });
  });

  it('may be there before their time', () => {
    expect(decided(withOutcome('verified'), UNTIL)).to.deep.equal({ verdict: 'proven', exitCode: 0, kinds: [] });
  });
});

describe('a policy: dates', () => {
  it('are days in UTC, whatever the zone of the machine', () => {
    const ledger = withOutcome('violated');
    const policy: Policy = policyOf(WAIVER(), ledger);
    const at = (time: string): readonly Reason['kind'][] =>
      gate(ledger, { policy, now: new Date(time) }).ledger.reasons.map(({ kind }) => kind);
    expect(at('2026-10-01T01:00:00+02:00')).to.deep.equal(['waived']);
    expect(at('2026-09-30T22:00:00-02:00')).to.include('waiver-expired');
  });
});
