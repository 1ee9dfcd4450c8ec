import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { stringify } from 'yaml';
import type { PlanReport } from '../../contracts/index.js';
import { startMock, type Mock } from '../../mocks/index.js';
import { failpath, ROOT, startFailpath, temporaryFile, temporaryFolder, type Ended } from '../support/cli.js';
import { ledgerOf } from '../ci/support.js';
import { contract } from '../support/judge.js';
import { describeSandbox } from '../support/deployment.js';
import { expectGolden } from '../support/golden.js';
import { normalise } from '../support/normalise.js';
import { startProxy } from '../support/proxy.js';

const STAGING = {
  url: 'https://api.staging.example.com',
  organization: '2f8c3c1e-6d0a-4a57-8f5e-1b7e90f3c6a4',
  identities: { admin: '${ATS_ADMIN}' },
  capabilities: { 'chain.fault': { magic: { headers: { 'x-test-chain': 'refuse' } } } },
};
const ENV = { ATS_ADMIN: 'adm_0123456789abcdef' };

const golden = (name: string): URL => new URL(`golden/${name}`, import.meta.url);

describe('failpath plan', function () {
  this.timeout(60_000);
  let staging: string;
  before(() => {
    staging = temporaryFile('staging.yaml', stringify(STAGING));
  });

  it('says what a deployment can prove, by which way, at what cost, and what would unlock the rest', async () => {
    const { exitCode, stdout, stderr } = await failpath(['plan', '--deployment', staging], { env: ENV, cwd: ROOT });
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 2, stderr: '' });
    expectGolden(normalise(stdout), golden('staging.txt'));
    expect(stdout).to.not.contain(ENV.ATS_ADMIN);
  });

  it('says the same in JSON', async () => {
    const args = ['plan', '--deployment', staging, '--filter', 'prepareWork registration.*', '--json'];
    const { exitCode, stdout, stderr } = await failpath(args, { env: ENV, cwd: ROOT });
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 2, stderr: '' });
    const report = JSON.parse(stdout) as PlanReport;
    const failures = report.failures.filter(({ outcome }) => outcome !== 'not-selected');
    expect(report.failures).to.have.length(contract.failures.length);
    expectGolden(`${JSON.stringify({ ...report, contract: report.contract.title, failures }, null, 2)}\n`, golden('staging.json'));
  });

  it('is what verify --dry-run prints, which writes nothing', async () => {
    const cwd = temporaryFolder();
    const args = ['--deployment', staging, '--operation', 'initWork'];
    const dry = await failpath(['verify', '--dry-run', ...args], { env: ENV, cwd });
    const { exitCode, stdout, stderr } = await failpath(['plan', ...args], { env: ENV, cwd });
    expect(dry).to.deep.equal({ exitCode, stdout, stderr });
    expect(exitCode).to.equal(2);
    expect(readdirSync(cwd)).to.deep.equal([]);
  });

  it('is of the shard that verify --dry-run was told, shared out by the times of a ledger', async () => {
    const planOf = async (args: readonly string[], env = {}): Promise<PlanReport> => {
      const { exitCode, stdout, stderr } = await failpath(['verify', '--dry-run', '--json', ...args], { cwd: ROOT, env });
      expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
      return JSON.parse(stdout) as PlanReport;
    };
    const operationsOf = ({ failures }: PlanReport): readonly string[] => [
      ...new Set(failures.filter(({ outcome }) => outcome !== 'not-selected').map(({ operation }) => operation)),
    ];
    const [one, two] = await Promise.all(['1/2', '2/2'].map((shard) => planOf(['--shard', shard])));
    if (one === undefined || two === undefined) throw new Error('There are two shards.');
    expect([one.shard?.index, one.shard?.of, one.shard?.timings, one.partial]).to.deep.equal([1, 2, null, true]);
    expect([operationsOf(one), operationsOf(two)]).to.deep.equal([one.shard?.operations, two.shard?.operations]);
    expect([one, two].filter(({ shard, webhooks }) => shard?.webhooks === true && webhooks.length > 0)).to.have.length(1);
    // One operation that has taken longer than all others is alone.
    const measured = ledgerOf(contract.failures.map(({ operation, status, code }) => ({ operation: operation.id, status, code })));
    const failures = measured.failures.map((failure) => {
      const durationMs = failure.operation === 'initWork' ? 100_000 : 1;
      return { ...failure, causes: failure.causes.map((cause) => ({ ...cause, durationMs })) };
    });
    const ledger = temporaryFile('ledger.json', JSON.stringify({ ...measured, failures }));
    const by = await planOf([], { FAILPATH_SHARD: '1/2', FAILPATH_TIMINGS: ledger });
    expect([by.shard?.timings, operationsOf(by)]).to.deep.equal([ledger, ['initWork']]);
    const text = await failpath(['verify', '--dry-run', '--shard', '1/2', '--timings', ledger], { cwd: ROOT });
    expect(text.stdout).to.contain(`shard 1/2 (shared out by the times in ${ledger}): initWork\n`);
  });

  it('is held against the policy, which may want less, and has to be sound', async () => {
    const told = async (policy: object, ...args: readonly string[]): Promise<Ended> => {
      const file = temporaryFile('failpath.policy.yaml', stringify(policy));
      return failpath(['verify', '--dry-run', '--deployment', staging, '--policy', file, '--operation', 'initWork', ...args], { env: ENV });
    };
    const nothing = { requirements: [{ requires: 'nothing' }] };
    const { exitCode, stdout } = await told(nothing);
    expect(exitCode, stdout).to.equal(0);
    expect(stdout).to.match(/^by \S+failpath\.policy\.yaml: \d+ not-required$/m);
    const report = JSON.parse((await told({}, '--json')).stdout) as PlanReport;
    expect([report.exitCode, new Set(report.policy?.reasons.map(({ kind }) => kind))]).to.deep.equal([2, new Set(['unproven'])]);
    const wrong = await told({ waiver: [] });
    expect([wrong.exitCode, wrong.stderr]).to.deep.equal([4, wrong.stderr.match(/^[^]*policy-invalid[^]*$/)?.[0]]);
  });

  it('without a deployment is about the embedded sandbox, which proves everything', async () => {
    const { exitCode, stdout } = await failpath(['plan'], { cwd: ROOT });
    expect(exitCode).to.equal(0);
    expect(stdout).to.contain('at the embedded sandbox: a plan; nothing has been sent\n');
    expect(stdout).to.match(/schedule {4}every path has a session of its own\n/);
    expect(stdout).to.match(
      new RegExp(`\n${contract.failures.length} failures, \\d+ causes: ${contract.failures.length} verified\nprovable, exit code 0\n$`),
    );
  });

  it('asks for what may be written in one line that is ready', async () => {
    const file = temporaryFile('production.yaml', stringify({ ...STAGING, production: true }));
    const { stdout } = await failpath(['plan', '--deployment', file, '--code', 'work.*'], { env: ENV, cwd: ROOT });
    expect(stdout)
      .to.match(/allow\.writes: \[confirmVersion(?:, \w+)+\]/)
      .and.match(/; name confirmVersion(?:, \w+)+ in allow\.writes/);
    expect(stdout).to.not.match(/allow\.writes: [^[]/);
  });

  it('asks for the organization alone where the administrator is there', async () => {
    const { organization: _, capabilities: __, ...members } = STAGING;
    const file = temporaryFile('nowhere.yaml', stringify(members));
    const { stdout } = await failpath(['plan', '--deployment', file, '--operation', 'createApiKey'], { env: ENV, cwd: ROOT });
    expect(stdout).to.match(/\n {2}organization unlocks \d+ failures? /);
    expect(stdout).to.match(/! not-capable {2}.*admin\.session.* missing: give organization, the one under test\n/);
    expect(stdout).to.not.contain('give identities.admin');
  });

  it('refuses names that permit nothing, with exit code 4', async () => {
    const production = { ...STAGING, production: true, allow: { hosts: ['api.staging.example.com'], writes: ['initwork'] } };
    const file = temporaryFile('misspelt.yaml', stringify(production));
    const { exitCode, stdout, stderr } = await failpath(['plan', '--deployment', file], { env: ENV, cwd: ROOT });
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: '' });
    expect(stderr)
      .to.match(/^deployment-invalid {2}allow\.writes: there is no "initwork"/)
      .and.contain('Did you mean initWork?');
  });

  it('colours what goes to a terminal, or when it is asked to', async () => {
    const printed = async (env: Readonly<Record<string, string>>): Promise<string> =>
      (await startFailpath(['plan', '--deployment', staging, '--operation', 'getTransaction'], { env: { ...ENV, ...env } }).ended).stdout;
    expect(await printed({ FORCE_COLOR: '1' })).to.contain('\u001b[');
    expect(await printed({ FORCE_COLOR: '1', NO_COLOR: '1' })).to.not.contain('\u001b[');
  });

  describe('sends', () => {
    let mock: Mock;
    let seen: string[];
    let url: string;
    let close: () => Promise<void>;
    before(async () => {
      mock = await startMock({ adminToken: 'operator-of-this-sandbox' });
      const proxy = await startProxy(mock.url, { instead: (request) => void seen.push(`${request.method} ${request.url}`) });
      ({ url, close } = proxy);
    });
    beforeEach(() => (seen = []));
    after(async () => {
      await close();
      await mock.close();
    });

    const run = (...args: readonly string[]): Promise<Ended> => failpath(args, { cwd: ROOT });

    it('the question for its world to a URL, and nothing else', async () => {
      const { stdout } = await run('plan', '--url', url);
      expect(seen).to.deep.equal(['GET /__admin/world']);
      expect(stdout).to.contain(`at ${url}: a plan; GET /__admin/world was sent, and nothing else\n`);
    });

    it('the same question where nobody answers, and says so', async () => {
      const nobody = await startProxy(mock.url);
      await nobody.close();
      const { exitCode, stdout } = await run('plan', '--url', nobody.url);
      expect(exitCode).to.equal(2);
      expect(stdout).to.contain(': a plan; GET /__admin/world was sent and got no answer; nothing else was sent\n');
    });

    it('nothing to what a file describes', async () => {
      const { file, env } = describeSandbox(mock, url);
      const { exitCode, stdout, stderr } = await failpath(['plan', '--deployment', file], { env });
      expect({ exitCode, stderr, seen }).to.deep.equal({ exitCode: 0, stderr: '', seen: [] });
      expect(stdout).to.contain(': a plan; nothing has been sent\n');
      for (const secret of Object.values(env)) expect(stdout).to.not.contain(secret);
    });

    it('nothing where verify --dry-run is asked', async () => {
      const { file, env } = describeSandbox(mock, url);
      const { exitCode } = await failpath(['verify', '--dry-run', '--deployment', file, '--code', 'api_key.*'], { env });
      expect({ exitCode, seen }).to.deep.equal({ exitCode: 0, seen: [] });
    });
  });

  for (const [what, args, said] of [
    ['a filter that matches nothing', ['--code', 'nothing.like.it'], /^filter-empty {2}no failure of /],
    ['two deployments', ['--url', 'http://127.0.0.1:9', '--deployment', 'x.yaml'], /^usage {2}--deployment and --url are both given/],
    ['a file that is none', ['--deployment', 'nowhere.yaml'], /^deployment-invalid {2}/],
    ['an address that is none', ['--url', 'nowhere'], /^usage {2}--url is "nowhere"/],
  ] as const) {
    it(`${what} is exit code 4, and nothing is printed`, async () => {
      const { exitCode, stdout, stderr } = await failpath(['plan', ...args]);
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: '' });
      expect(stderr).to.match(said);
    });
  }
});
