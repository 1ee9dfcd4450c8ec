import { expect } from 'chai';
import { tallyTrend, TREND_REPORTS, type Ledger, type LedgerFailure, type Outcome } from '../../contracts/index.js';
import { expectGolden } from '../support/golden.js';
import { provenLedger, sampleLedger } from './support.js';

type Saved = Ledger & { readonly file: string };

/** A build a day, each failure with its outcome in each; `-` is a build whose contract did not declare it. */
function builds(failures: Readonly<Record<string, readonly (Outcome | '-')[]>>): Saved[] {
  const [first] = Object.values(failures);
  return (first ?? []).map((_, day): Saved => {
    const lines = Object.entries(failures).flatMap(([code, outcomes]): LedgerFailure[] => {
      const outcome = outcomes[day] ?? '-';
      if (outcome === '-') return [];
      const reason = outcome === 'verified' ? '' : `it is ${outcome}`;
      return [{ operation: 'makeThing', method: 'POST', path: '/things', status: 400, code, outcome, reason, declared: 'toy.yaml:1:1', causes: [] }];
    }); // prettier-ignore
    const summary: Partial<Record<Outcome, number>> = {};
    for (const { outcome } of lines) summary[outcome] = (summary[outcome] ?? 0) + 1;
    const bad = lines.some(({ outcome }) => outcome === 'violated');
    return {
      ...provenLedger(),
      ...{ failures: lines, summary, file: `build-${day + 1}.json`, startedAt: `2026-03-0${day + 1}T09:00:00.000Z` },
      ...{ verdict: bad ? 'failed' : 'proven', exitCode: bad ? 1 : 0, partial: lines.some(({ outcome }) => outcome === 'not-selected') },
    };
  });
}

const EVERY: Readonly<Record<string, readonly (Outcome | '-')[]>> = {
  steady: ['verified', 'verified', 'verified', 'verified'],
  newly: ['verified', 'verified', 'verified', 'violated'],
  still: ['verified', 'violated', 'violated', 'wrong-path'],
  always: ['violated', 'violated', 'violated', 'violated'],
  fixed: ['verified', 'not-reached', 'verified', 'verified'],
  gained: ['not-capable', 'not-capable', 'verified', 'verified'],
  lost: ['verified', 'verified', 'setup-failed', 'simulated'],
  open: ['simulated', 'simulated', 'simulated', 'simulated'],
  unsteady: ['verified', 'violated', 'verified', 'violated'],
  flaky: ['verified', 'verified', 'verified', 'flaky'],
  waived: ['violated', 'waived', 'waived', 'waived'],
  left: ['verified', 'not-selected', 'violated', 'not-selected'],
  never: ['not-selected', 'not-selected', 'not-selected', 'not-selected'],
  added: ['-', '-', 'verified', 'violated'],
  removed: ['verified', 'verified', '-', '-'],
};

describe('the trend of ledgers', () => {
  it('says of each failure how it moved, and since which build', () => {
    const moved = tallyTrend(builds(EVERY)).lines.map(({ code, movement, since }) => [code, movement, since?.slice(8, 10) ?? null]);
    expect(Object.fromEntries(moved.map(([code, ...rest]) => [code, rest]))).to.deep.equal({
      steady: ['proven', null],
      newly: ['new', '04'],
      still: ['wrong', '02'],
      always: ['wrong', '01'],
      fixed: ['fixed', '03'],
      gained: ['gained', '03'],
      lost: ['lost', '03'],
      open: ['unproven', '01'],
      unsteady: ['flaky', null],
      flaky: ['flaky', null],
      waived: ['fixed', '02'],
      left: ['new', '03'],
      never: ['unseen', null],
      added: ['new', '04'],
      removed: ['gone', '03'],
    });
  });

  it('does not mind in which order ledgers are named', () => {
    const ledgers = builds(EVERY);
    expect(tallyTrend([...ledgers].reverse())).to.deep.equal(tallyTrend(ledgers));
  });

  for (const [name, format] of Object.entries(TREND_REPORTS)) {
    it(`is what it was as ${name}`, () => {
      const text = format(tallyTrend(builds(EVERY)));
      const shown = name === 'html' ? text.slice(text.indexOf('<body>'), text.indexOf('<script type="module">')) : text;
      expectGolden(shown, new URL(`goldens/trend.${name}`, import.meta.url));
    });
  }

  it('knows of probes and webhooks, and never says better of the last run than its verdict', () => {
    const [a, b, c] = builds({ one: ['verified', 'verified', 'verified'] }) as [Saved, Saved, Saved];
    const { probes, webhooks } = sampleLedger();
    const well = { probes: probes.map((probe) => ({ ...probe, outcome: 'verified' as const })), webhooks: webhooks.slice(0, 1) };
    const last = { ...c, probes, webhooks: [], verdict: 'failed', exitCode: 1 };
    const trend = tallyTrend([{ ...a, ...well }, { ...b, ...well, probes: [] }, last]);
    expect(trend.lines.map(({ name, movement }) => [name, movement])).to.deep.equal([
      ['makeThing identity (nobody)', 'new'],
      ['makeThing precedence (key.revoked before thing.exists)', 'lost'],
      ['makeThing 400 one', 'proven'],
      ['makeThing identity (active)', 'proven'],
      ['webhook thing_made', 'proven'],
    ]);
    for (const format of [TREND_REPORTS.terminal, TREND_REPORTS.html, TREND_REPORTS.markdown]) {
      const text = format(trend);
      expect(text).to.contain('1 line is wrong now, 1 of them newly. Verdict of the last run: failed, exit code 1.');
      expect(text).to.contain('1 not-reached, 1 setup-failed, 1 verified');
    }
    const quiet = tallyTrend([a, { ...b, verdict: 'failed', exitCode: 1 }]);
    expect(TREND_REPORTS.html(quiet)).to.contain(
      'Nothing moved: 1 proven throughout. Verdict of the last run: failed, exit code 1; its report says why.',
    );
    const copied = probes.map((probe) => ({ ...probe, takenFrom: 'makeThing 400 one' }));
    expect(tallyTrend([a, { ...b, probes: copied }]).lines).to.have.length(1);
  });

  it('tells times as exactly as it takes to tell runs apart', () => {
    const [a, b] = builds({ one: ['verified', 'violated'] }) as [Saved, Saved];
    const at = (startedAt: string) =>
      TREND_REPORTS.terminal(
        tallyTrend([
          { ...a, startedAt: '2026-03-01T09:00:01.100Z' },
          { ...b, startedAt },
        ]),
      );
    expect(at('2026-03-01T09:01:00.000Z')).to.contain('since 2026-03-01 09:01\n').and.to.contain('  2026-03-01 09:00  toy');
    expect(at('2026-03-01T09:00:07.000Z')).to.contain('since 2026-03-01 09:00:07\n').and.to.contain('  2026-03-01 09:00:01  toy');
    expect(at('2026-03-01T09:00:01.900Z')).to.contain('since 2026-03-01 09:00:01.900\n');
  });

  it('says what makes runs hard to compare', () => {
    const [a, b] = builds({ one: ['verified', 'verified'] }) as [Saved, Saved];
    const other = {
      ...b,
      deployment: { name: 'production', url: 'https://production.toy.test' },
      contract: { ...b.contract, sha256: 'other' },
    };
    const text = TREND_REPORTS.terminal(tallyTrend([a, other]));
    expect(text).to.contain('The runs are of 2 deployments (toy, production)').and.to.contain('The contract changed between them');
  });
});
