import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSavedLedgers, REPORT_NAMES, REPORTS, type Report, type ReportName } from '../../contracts/index.js';
import { prepareReports, reportsOf } from '../../cli/reports.js';
import { InputError } from '../../spec/index.js';
import { failpath, temporaryFile, temporaryFolder } from '../support/cli.js';
import { readCommand } from './annotations.js';
import { sampleLedger } from './support.js';

/** Without the contract, which the saved ledger is not of. */
function formatOf(name: ReportName): string {
  const report: Report = REPORTS[name];
  return report.format(sampleLedger());
}

const saved = (): string => temporaryFile('ledger.json', JSON.stringify(sampleLedger()));

describe('failpath verify --report', function () {
  this.timeout(120_000);
  const args = (...more: readonly string[]): string[] => ['verify', '--filter', 'getTransaction 404', ...more];

  it('writes every format that is asked for, events while they happen, and nothing that is not', async () => {
    const folder = temporaryFolder();
    const wanted = REPORT_NAMES.filter((name) => name !== 'github').flatMap((name) => ['--report', name]);
    const sarif = join(folder, 'deep/er/x.sarif');
    const { exitCode, stdout, stderr } = await failpath(args('--out', folder, ...wanted, '--report', `github=${join(folder, 'notes.txt')}`, '--report', `sarif=${sarif}`));
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
    for (const name of REPORT_NAMES.filter((name) => name !== 'github')) {
      const text = readFileSync(join(folder, REPORTS[name].file), 'utf8');
      expect(text, name).not.to.equal('');
      expect(stdout).to.contain(`  ${join(folder, REPORTS[name].file)}\n`);
    }
    expect(JSON.parse(readFileSync(sarif, 'utf8'))).to.have.property('version', '2.1.0');
    expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).to.equal('');
    const events = readFileSync(join(folder, 'events.ndjson'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as { type: string; at: string });
    expect([events[0]?.type, events.at(-1)?.type]).to.deep.equal(['started', 'finished']);
    expect(events.map(({ at }) => at)).to.deep.equal(events.map(({ at }) => at).sort());
  }); // prettier-ignore

  it('in a log of GitHub, nothing is a command but annotations', async () => {
    const summary = temporaryFile('summary.md', 'before\n');
    const { exitCode, stdout } = await failpath(
      args('--url', 'http://127.0.0.1:9', '--timeout', '2', '--report', 'github', '--report', `markdown=${summary}`),
      { env: { GITHUB_STEP_SUMMARY: summary } },
    );
    expect(exitCode).to.equal(3);
    const commands = stdout.split('\n').flatMap((line) => readCommand(line) ?? []);
    const [stop, ...rest] = commands;
    expect(stop?.command).to.equal('stop-commands');
    expect(rest[0]?.command).to.equal(stop?.message);
    expect(rest.slice(1).map(({ command }) => command)).to.deep.equal(['warning']);
    expect(readFileSync(summary, 'utf8')).to.match(/^before\n## ⚠️ /);
  });

  const usage: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['an unknown format', ['htm'], /^usage {2}--report names the format "htm"[^]*html/],
    ['no file', ['html='], /^usage /],
    ['one file for two', ['html=x', 'tap=./x'], /^usage {2}two reports go to .\/x/],
    ['one file for a report and the ledger', ['html=out/ledger.json', 'json'], /^usage {2}two reports go to out\/ledger\.json/],
  ];
  for (const [what, texts, says] of usage) it(`refuses ${what}`, () => expect(() => reportsOf('out', texts)).to.throw(InputError, says));

  const unwritable: readonly (readonly [string, string, RegExp])[] = [
    ['a folder', temporaryFolder(), /^output-unwritable .*it is a folder/],
    ['below a file', join(temporaryFile('x', ''), 'y.html'), /^output-unwritable /],
  ];
  for (const [what, file, says] of unwritable)
    it(`refuses a file that is ${what}`, () => expect(() => prepareReports([{ name: 'html', file }])).to.throw(InputError, says));

  it('says so before anything is driven', async () => {
    const { exitCode, stdout, stderr } = await failpath(args('--report', `html=${temporaryFolder()}`));
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: '' });
    expect(stderr).to.match(/^output-unwritable .*it is a folder/);
    const both = await failpath(args('--json', '--report', 'html=-'));
    expect([both.exitCode, both.stdout, both.stderr.split('\n')[0]]).to.deep.equal([
      4,
      '',
      'usage  --json and --report both go to standard output',
    ]);
  });
});

describe('failpath report', function () {
  this.timeout(60_000);

  it('shows a saved ledger as the run did, or in any other format', async () => {
    const file = saved();
    const terminal = await failpath(['report', file]);
    expect(terminal.exitCode).to.equal(0);
    expect(terminal.stdout).to.equal(formatOf('terminal'));
    const page = join(temporaryFolder(), 'x.html');
    const both = await failpath(['report', file, '--report', 'tap', '--report', `html=${page}`]);
    expect(both).to.deep.equal({ exitCode: 0, stdout: formatOf('tap'), stderr: '' });
    expect(readFileSync(page, 'utf8')).to.equal(formatOf('html'));
  });

  it('shows the trend of several', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'ledger.json'), JSON.stringify({ ...sampleLedger(), startedAt: '2026-03-03T09:00:00.000Z' }));
    const { exitCode, stdout } = await failpath(['report', folder, saved()]);
    expect(exitCode).to.equal(0);
    expect(stdout).to.match(/A toy 2 runs[^]*still wrong\n {2}✗✗ {2}makeThing 403 key\.revoked/);
    const sarif = await failpath(['report', folder, saved(), '--report', 'sarif']);
    expect([sarif.exitCode, sarif.stderr.split('\n')[0]]).to.deep.equal([4, 'usage  --report sarif was asked of 2 ledgers']);
  });

  const broken: readonly (readonly [string, string, RegExp])[] = [
    ['that is no JSON', '{', /^ledger-invalid .*not valid JSON/],
    ['of something else', '{"log":{}}', /^ledger-invalid .*contract: /],
    ['that is nested without end', `${JSON.stringify(sampleLedger()).slice(0, -1)},"more":${'['.repeat(5000)}${']'.repeat(5000)}}`, /^ledger-invalid .*nested deeper/],
    ['with a time that there is not', JSON.stringify({ ...sampleLedger(), durationMs: 1e300 }), /^ledger-invalid .*durationMs: /],
    ['with an outcome of another version', JSON.stringify(sampleLedger()).replaceAll('"violated"', '"contradicted"'), /^ledger-invalid .*failures\.1\.outcome: "contradicted" is no outcome: it was written by another version/],
  ]; // prettier-ignore
  for (const [what, text, says] of broken)
    it(`refuses a file ${what}`, () => expect(() => readSavedLedgers([temporaryFile('ledger.json', text)])).to.throw(InputError, says));

  it('such a refusal is exit code 4, and nothing is printed', async () => {
    const { exitCode, stdout, stderr } = await failpath(['report', temporaryFile('ledger.json', '{}')]);
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: '' });
    expect(stderr).to.match(/^ledger-invalid /);
  });
});
