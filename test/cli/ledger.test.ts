import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAtsSandbox } from '../../mocks/ats/index.js';
import { startMock } from '../../mocks/index.js';
import { parseXml, type Element } from '../contracts/xml.js';
import { mutantNamed } from '../zoo/index.js';
import { failpath, temporaryFolder, type Ended } from '../support/cli.js';
import { contract } from '../support/judge.js';

/** The names of an object's members and those inside of it, as one text: what a consumer of the ledger relies on. */
const LEDGER = [
  'contract',
  'suite',
  'deployment',
  'startedAt',
  'durationMs',
  'failures',
  'webhooks',
  'probes',
  'summary',
  'answered',
  'partial',
  'verdict',
  'exitCode',
  'reasons',
];
const FAILURE = ['operation', 'method', 'path', 'status', 'code', 'outcome', 'reason', 'declared', 'causes'];
const CAUSE = ['cause', 'outcome', 'reason', 'observed', 'requestId', 'durationMs', 'discrepancies', 'answer', 'evidence', 'repro'];

interface Report {
  readonly ended: Ended;
  readonly json: string;
  readonly junit: Element;
}

async function report(...args: readonly string[]): Promise<Report> {
  const out = temporaryFolder();
  const ended = await failpath(['verify', '--json', '--out', out, ...args]);
  return { ended, json: readFileSync(join(out, 'ledger.json'), 'utf8'), junit: parseXml(readFileSync(join(out, 'junit.xml'), 'utf8')) };
}

interface Ledger {
  readonly failures: readonly (Record<string, unknown> & {
    readonly outcome: string;
    readonly causes: readonly Record<string, unknown>[];
  })[];
  readonly webhooks: readonly { readonly outcome: string }[];
  readonly probes: readonly { readonly outcome: string; readonly takenFrom: string | null; readonly reason: string }[];
  readonly [member: string]: unknown;
}

describe('failpath verify: ledger.json and junit.xml', function () {
  this.timeout(120_000);

  let proven: Report;
  let failed: Report;
  before(async () => {
    const mock = await startMock({ sandbox: (context) => createAtsSandbox(context, mutantNamed('second confirm accepted').sandbox?.()) });
    try {
      [proven, failed] = await Promise.all([report(), report('--url', mock.url, '--filter', 'confirmWork 40*')]);
    } finally {
      await mock.close();
    }
  });

  it('--json prints the ledger and nothing else', () => {
    expect(proven.ended).to.deep.equal({ exitCode: 0, stdout: proven.json, stderr: '' });
    expect(failed.ended).to.deep.equal({ exitCode: 1, stdout: failed.json, stderr: '' });
  });

  it('every failure of the contract is proven against the sandbox, cause by cause, none simulated', () => {
    const { summary, partial, verdict, exitCode, failures } = JSON.parse(proven.json) as Ledger;
    expect({ summary, partial, verdict, exitCode }).to.deep.equal({
      summary: { verified: contract.failures.length },
      partial: false,
      verdict: 'proven',
      exitCode: 0,
    });
    const lines = failures.map(({ operation, method, path, status, code, causes }) => [
      operation,
      method,
      path,
      status,
      code,
      causes.map(({ cause }) => cause),
    ]);
    expect(lines).to.deep.equal(
      contract.failures.map(({ operation, status, code, causes }) => [
        operation.id,
        operation.method,
        operation.path,
        status,
        code,
        causes,
      ]),
    );
  });

  it('has exactly the members that are documented, in their order', () => {
    for (const { json } of [proven, failed]) {
      const ledger = JSON.parse(json) as Ledger;
      expect(Object.keys(ledger)).to.deep.equal(LEDGER);
      expect(ledger['contract']).to.deep.equal({ title: contract.title, version: contract.version, sha256: contract.sha256 });
      expect(ledger['deployment']).to.have.all.keys('name', 'url');
      expect(ledger['startedAt']).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      for (const failure of ledger.failures) {
        expect(Object.keys(failure)).to.deep.equal(FAILURE);
        expect(failure['declared']).to.match(/openapi\.yaml:\d+:\d+$/);
        for (const cause of failure.causes) expect(Object.keys(cause)).to.deep.equal(CAUSE);
      }
    }
  });

  it('tells of each cause what was seen', () => {
    const { failures } = JSON.parse(proven.json) as Ledger;
    const ids = new Set<unknown>();
    for (const { status, code, causes } of failures) {
      for (const { observed, requestId, reason, durationMs, repro } of causes) {
        expect({ observed, reason }).to.deep.equal({ observed: { status, code }, reason: '' });
        expect(requestId).to.match(/^req_/);
        expect(durationMs).to.be.a('number').greaterThan(0);
        expect(repro).to.match(/^#!\/usr\/bin\/env bash\n/);
        ids.add(requestId);
      }
    }
    expect(ids.size).to.equal(failures.flatMap(({ causes }) => causes).length);
  });

  it('a failure is as proven as its least proven cause', () => {
    const { failures, summary, partial, exitCode } = JSON.parse(failed.json) as Ledger;
    const gone = failures.find(({ operation, code }) => operation === 'confirmWork' && code === 'registration.prepared_not_found');
    expect(gone).to.deep.include({
      outcome: 'not-reached',
      reason: 'confirmed already: confirmWork answered 202: the request succeeded where it must be refused',
    });
    expect(gone?.causes.map(({ cause, outcome }) => [cause, outcome])).to.deep.equal([
      ['never existed', 'verified'],
      ['expired', 'verified'],
      ['confirmed already', 'not-reached'],
      ['of another path', 'verified'],
    ]);
    expect({ partial, exitCode, notReached: (summary as Record<string, number>)['not-reached'] }).to.deep.equal({
      partial: true,
      exitCode: 1,
      notReached: 1,
    });
  });

  it('the counts of junit.xml are those of the ledger', () => {
    for (const { json, junit } of [proven, failed]) {
      const { failures, webhooks, probes } = JSON.parse(json) as Ledger;
      const outcomes = [...failures.flatMap(({ causes }) => causes), ...webhooks, ...probes].map(({ outcome }) => outcome);
      const [suites] = junit.name === 'testsuites' ? [junit] : junit.children;
      const cases = suites?.children.flatMap(({ children }) => children) ?? [];
      expect(suites?.attributes['tests']).to.equal(String(outcomes.length));
      expect(cases).to.have.length(outcomes.length);
      const counted = (child: string): number => cases.filter(({ children }) => children.some(({ name }) => name === child)).length;
      expect(counted('failure')).to.equal(outcomes.filter((outcome) => outcome === 'not-reached').length);
      expect(counted('skipped')).to.equal(outcomes.filter((outcome) => outcome === 'not-selected').length);
      // A pair of faults waits for the line that was not reached.
      expect(counted('error')).to.equal(outcomes.filter((outcome) => outcome === 'setup-failed').length);
      expect(suites?.attributes).to.include({
        failures: String(counted('failure')),
        skipped: String(counted('skipped')),
        errors: String(counted('error')),
      });
    }
  });
});
