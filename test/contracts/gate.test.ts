import { expect } from 'chai';
import fc from 'fast-check';
import { decide, EXIT } from '../../ci/index.js';
import { OUTCOMES, type LedgerFailure, type Outcome } from '../../contracts/index.js';

const failure = (outcome: Outcome): LedgerFailure => ({
  operation: 'o',
  method: 'GET',
  path: '/',
  status: 400,
  code: 'c',
  outcome,
  reason: '',
  declared: 'openapi.yaml:1:1',
  causes: [],
});
const exitOf = (outcomes: readonly Outcome[], answered: boolean | undefined = true): number =>
  decide({ failures: outcomes.map(failure), answered }).exitCode;

const FINDINGS: readonly Outcome[] = ['violated', 'not-reached', 'wrong-path'];
const UNPROVEN: readonly Outcome[] = ['simulated', 'not-capable', 'setup-failed', 'edge-intercepted', 'flaky'];

describe('the gate', () => {
  it('has the exit codes that every command shares', () => {
    expect(EXIT).to.deep.equal({ proven: 0, finding: 1, unproven: 2, unjudged: 3, invalid: 4, crash: 70 });
  });

  const table: readonly [outcomes: readonly Outcome[], answered: boolean | undefined, exitCode: number, verdict: string][] = [
    [['verified'], true, 0, 'proven'],
    [['verified', 'waived'], true, 0, 'proven'],
    [['verified', 'not-selected'], true, 0, 'proven'],
    ...FINDINGS.map((outcome): (typeof table)[number] => [['verified', outcome], true, 1, 'failed']),
    ...UNPROVEN.map((outcome): (typeof table)[number] => [['verified', outcome], true, 2, 'unproven']),
    [['not-capable', 'not-selected'], undefined, 2, 'unproven'],
    [['setup-failed'], false, 3, 'unjudged'],
    [['edge-intercepted'], false, 3, 'unjudged'],
    [['setup-failed', 'not-capable'], false, 3, 'unjudged'],
    [['violated', 'setup-failed'], false, 1, 'failed'],
    [['violated', 'simulated'], true, 1, 'failed'],
    [['not-selected'], undefined, 4, 'nothing was run'],
    [[], undefined, 4, 'nothing was run'],
  ];
  for (const [outcomes, answered, exitCode, verdict] of table) {
    it(`exits ${exitCode} (${verdict}) for ${outcomes.join(', ') || 'nothing'}${answered === false ? ' without any answer of the application' : ''}`, () => {
      expect(decide({ failures: outcomes.map(failure), answered })).to.include({ verdict, exitCode });
    });
  }

  describe('looks at webhooks and probes beside the failures, and', () => {
    const proven = { failures: [failure('verified')], answered: true };
    for (const section of ['webhooks', 'probes'] as const) {
      it(`takes a finding of the ${section} for one`, () => {
        expect(decide({ ...proven, [section]: [{ outcome: 'verified' }, { outcome: 'violated' }] }).verdict).to.equal('failed');
      });
      it(`takes what is unproven of the ${section} for that`, () => {
        expect(decide({ ...proven, [section]: [{ outcome: 'setup-failed' }] }).verdict).to.equal('unproven');
      });
      it(`holds nothing against the failures that could not be looked at of the ${section}`, () => {
        expect(decide({ ...proven, [section]: [{ outcome: 'not-capable' }] }).verdict).to.equal('proven');
      });
      it(`finds nothing proven by ${section} alone that were not looked at`, () => {
        expect(decide({ failures: [], answered: undefined, [section]: [{ outcome: 'not-capable' }] }).verdict).to.equal('nothing was run');
      });
    }
  });

  it('passes a run in which everything is waived', () => {
    expect(exitOf(['waived'])).to.equal(EXIT.proven);
  });

  it('covers every outcome', () => {
    for (const outcome of OUTCOMES)
      expect(exitOf(['verified', outcome]), outcome).to.equal(FINDINGS.includes(outcome) ? 1 : UNPROVEN.includes(outcome) ? 2 : 0);
  });

  it('gives a wrong answer precedence over silence, and silence over what is unproven, whatever else there is', () => {
    const outcomes = fc.array(fc.constantFrom(...OUTCOMES), { minLength: 1 });
    fc.assert(
      fc.property(outcomes, fc.constantFrom(true, false, undefined), (all, answered) => {
        const expected = all.some((one) => FINDINGS.includes(one))
          ? 1
          : answered === false
            ? 3
            : all.some((one) => UNPROVEN.includes(one))
              ? 2
              : all.every((one) => one === 'not-selected')
                ? 4
                : 0;
        return exitOf(all, answered) === expected;
      }),
    );
  });
});
