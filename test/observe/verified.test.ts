import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decide } from '../../ci/index.js';
import { startObserving, toJunit, toLedger, type Ledger, type Observing } from '../../contracts/index.js';
import { startMock } from '../../mocks/index.js';
import { failpath, temporaryFolder } from '../support/cli.js';
import { contract } from '../support/judge.js';

describe('observe in front of the sandbox, while verify drives it', function () {
  this.timeout(120_000);
  let [verified, bare]: (Ledger | undefined)[] = [];
  let observing: Observing;
  before(async () => {
    const mock = await startMock({ contract });
    observing = await startObserving({ upstream: mock.url, contract, port: 0, keepHost: true });
    const run = async (url: string): Promise<Ledger> => {
      const cwd = temporaryFolder();
      const { exitCode, stderr } = await failpath(['verify', '--url', url], { cwd });
      expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
      return JSON.parse(readFileSync(join(cwd, 'failpath-report', 'ledger.json'), 'utf8')) as Ledger;
    };
    verified = await run(observing.url);
    bare = await run(mock.url);
    await observing.close();
    await mock.close();
  });
  const ledgerOf = (): ReturnType<typeof toLedger> =>
    toLedger({
      contract,
      url: observing.upstream,
      startedAt: observing.startedAt,
      durationMs: 1,
      observer: observing.observer,
      failOnViolation: true,
    });

  it('verify comes to the same as without it', () => {
    const outcomes = (ledger: Ledger | undefined): unknown => [ledger?.summary, ledger?.probes.map(({ name, outcome }) => [name, outcome])];
    expect(verified?.summary).to.deep.equal({ verified: contract.failures.length });
    expect(outcomes(verified)).to.deep.equal(outcomes(bare));
  });

  it('observe has seen every failure that verify verified, and no violation', () => {
    const { failures, traffic } = ledgerOf();
    const proven = verified?.failures.filter(({ outcome }) => outcome === 'verified') ?? [];
    const unseen = proven.filter(({ operation, status, code }) => {
      const line = failures.find((one) => one.operation === operation && one.status === status && one.code === code);
      return line?.seen === null || line?.causes[0]?.evidence.trigger !== 'observed';
    });
    expect(proven.length).to.equal(contract.failures.length);
    expect(unseen.map(({ operation, code }) => `${operation} ${code}`)).to.deep.equal([]);
    expect({
      violated: traffic.violated.length,
      unanswered: traffic.unanswered,
      unjudged: traffic.unjudged,
      edge: traffic.edge,
    }).to.deep.equal({
      violated: 0,
      unanswered: [],
      unjudged: [],
      edge: 0,
    });
  });

  it('what was only seen satisfies no gate', () => {
    const ledger = ledgerOf();
    expect(ledger.partial).to.equal(true);
    expect(ledger.summary).to.deep.equal({ 'not-selected': contract.failures.length });
    expect(decide({ failures: ledger.failures, answered: true })).to.deep.equal({ verdict: 'nothing was run', exitCode: 4 });
    expect({ verdict: ledger.verdict, exitCode: ledger.exitCode }).to.deep.equal({ verdict: 'no violation was seen', exitCode: 0 });
    expect(toJunit(ledger)).to.contain(`failures="0" errors="0" skipped="${contract.failures.length}"`);
  });
});
