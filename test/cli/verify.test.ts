import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ledger } from '../../contracts/index.js';
import { startMock, type Mock } from '../../mocks/index.js';
import { failpath, ROOT, startFailpath, temporaryFile, temporaryFolder, type Ended, type ProcessOptions } from '../support/cli.js';
import { contract } from '../support/judge.js';
import { startProxy, type Proxy } from '../support/proxy.js';
import { mutantNamed } from '../zoo/index.js';

interface Verified extends Ended {
  readonly ledger: Ledger;
}

/** Runs verify and reads the ledger that it has written. */
async function verify(args: readonly string[], options: ProcessOptions = {}): Promise<Verified> {
  const out = join(temporaryFolder(), 'a', 'report');
  const ended = await failpath(['verify', '--out', out, ...args], options);
  return { ...ended, ledger: JSON.parse(readFileSync(join(out, 'ledger.json'), 'utf8')) as Ledger };
}

const ESCAPE = '\u001b[';

describe('failpath verify', () => {
  it('a host that does not answer is exit code 3, and the ledger says why', async () => {
    const { exitCode, stdout, ledger } = await verify(['--url', 'http://127.0.0.1:9']);
    expect(exitCode).to.equal(3);
    expect(stdout).to.match(/! setup-failed {2}http:\/\/127\.0\.0\.1:9 gives no answer \(.*ECONNREFUSED.*\): is it running/);
    expect(stdout).to.match(/\nunjudged in .+ exit code 3\n/);
    expect(ledger).to.deep.include({ exitCode: 3, verdict: 'unjudged', summary: { 'setup-failed': contract.failures.length } });
  });

  it('a host that takes its time longer than --timeout does not answer', async () => {
    const silent = await startProxy('http://127.0.0.1:9', { instead: () => new Promise(() => undefined) });
    try {
      const { exitCode, ledger } = await verify(['--url', silent.url, '--timeout', '0.2', '--code', 'api_key.revoked']);
      expect(exitCode).to.equal(3);
      expect(ledger.failures.find(({ code }) => code === 'api_key.revoked')?.reason).to.contain('no answer within 200 ms');
    } finally {
      await silent.close();
    }
  });

  it('a filter that matches nothing is exit code 4 and names what was probably meant; nothing is written', async () => {
    const cwd = temporaryFolder();
    const { exitCode, stdout, stderr } = await failpath(['verify', '--filter', 'getTransactoin 404'], { cwd });
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: '' });
    expect(stderr).to.match(
      /^filter-empty {2}no failure of .*openapi\.yaml matches getTransactoin 404\n {4}why: .+\n {4}fix: Did you mean getTransaction\?/,
    );
    expect(() => readFileSync(join(cwd, 'failpath-report', 'ledger.json'))).to.throw('ENOENT');
  });

  it('without a deployment it drives the embedded sandbox, and says so', async () => {
    const { exitCode, stdout, stderr, ledger } = await verify(['--operation', 'getTransaction'], { cwd: ROOT });
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
    expect(stdout).to.match(
      /^ATS Organization API 1\.0\.0 at the embedded sandbox\n\n {2}✓ getTransaction +2 failures +2 causes +2 verified\n\n(?:✓ precedence  1 verified [^\n]+\n\n)2 of \d+ failures: 2 verified;/,
    );
    expect(ledger.verdict).to.equal('proven');
  });

  it('colours what goes to a terminal, or when it is asked to; NO_COLOR wins', async () => {
    const unreachable = ['--url', 'http://127.0.0.1:9', '--operation', 'getTransaction'];
    const printed = async (env: Readonly<Record<string, string>>): Promise<string> => {
      const { stdout, stderr } = await startFailpath(['verify', ...unreachable], { env }).ended;
      return stdout + stderr;
    };
    expect(await printed({})).to.not.contain(ESCAPE);
    expect(await printed({ FORCE_COLOR: '1' })).to.contain(ESCAPE);
    expect(await printed({ FORCE_COLOR: '1', NO_COLOR: '1' })).to.not.contain(ESCAPE);
  });

  it('sends what --header says with every request', async () => {
    const seen = new Set<unknown>();
    const mock = await startMock();
    const proxy = await startProxy(mock.url, { instead: ({ headers }) => void seen.add(headers['x-team']) });
    try {
      const { exitCode } = await verify(['--url', proxy.url, '--operation', 'getTransaction', '--header', 'X-Team: payments']);
      expect(exitCode).to.equal(0);
      expect([...seen]).to.deep.equal(['payments']);
    } finally {
      await proxy.close();
      await mock.close();
    }
  });
});

describe('failpath verify: a part of the failures', () => {
  let mock: Mock;
  let liar: Proxy;
  before(async () => {
    mock = await startMock();
    liar = await startProxy(mock.url, mutantNamed('registration.title_required: wrong status').proxy?.());
  });
  after(async () => {
    await liar.close();
    await mock.close();
  });

  const outcomes = (ledger: Ledger): Record<string, string> =>
    Object.fromEntries(
      ledger.failures
        .filter(({ outcome }) => outcome !== 'not-selected')
        .map(({ operation, status, code, outcome }) => [`${operation} ${status} ${code}`, outcome]),
    );

  const SELECTIONS: readonly {
    readonly args: readonly string[];
    readonly exitCode: number;
    readonly selected: Readonly<Record<string, string>>;
  }[] = [
    {
      args: ['--filter', 'initWork registration.*'],
      exitCode: 1,
      selected: {
        'initWork 422 registration.title_required': 'violated',
        'initWork 422 registration.filename_required': 'verified',
        'initWork 422 registration.creators_required': 'verified',
      },
    },
    {
      args: ['--code', 'registration.filename_required', '--operation', 'initWork'],
      exitCode: 0,
      selected: { 'initWork 422 registration.filename_required': 'verified' },
    },
    {
      args: ['--status', '413'],
      exitCode: 0,
      selected: {
        'prepareWork 413 registration.audio_too_large': 'verified',
        'prepareVersion 413 registration.audio_too_large': 'verified',
      },
    },
    {
      args: ['--filter', 'getTransaction,404', '--filter', 'initWork title_required*', '--filter', 'listApiKeys 401'],
      exitCode: 0,
      selected: { 'getTransaction 404 transaction.not_found': 'verified', 'listApiKeys 401 common.unauthorized': 'verified' },
    },
  ];

  for (const { args, exitCode, selected } of SELECTIONS) {
    it(`${args.join(' ')}: the rest is not-selected, the ledger is partial, the exit code is that of the selected lines`, async () => {
      const { ledger, stdout, ...ended } = await verify(['--url', liar.url, ...args]);
      expect(outcomes(ledger)).to.deep.equal(selected);
      expect(ledger.failures).to.have.length(contract.failures.length);
      expect(ledger).to.deep.include({ partial: true, exitCode });
      expect(ended.exitCode).to.equal(exitCode);
      expect(stdout)
        .to.contain(`${Object.keys(selected).length} of ${contract.failures.length} failures: `)
        .and.to.contain('the ledger is partial');
    });
  }
});

describe('failpath verify: where the report goes', () => {
  it('a folder that cannot be made is exit code 4, before anything is driven', async () => {
    const file = temporaryFile('a-file', '');
    const { exitCode, stdout, stderr } = await failpath(['verify', '--out', join(file, 'report')]);
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: '' });
    expect(stderr).to.match(
      /^output-unwritable {2}the report cannot be written to .+a-file\/report: (ENOTDIR|EEXIST).+\n {4}why: .+\n {4}fix: Name a folder/,
    );
  });
});
