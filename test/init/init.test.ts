import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { startMock } from '../../mocks/index.js';
import { packageFile, version } from '../../spec/index.js';
import { failpath, temporaryFolder } from '../support/cli.js';
import { inProcess } from '../support/io.js';

describe('failpath init', () => {
  const read = (...path: readonly string[]): string => readFileSync(join(...path), 'utf8');

  it('makes a project that passes at once, with nothing but its folder said', async () => {
    const cwd = temporaryFolder();
    const made = await failpath(['init', 'lamps'], { cwd });
    expect(made.stderr).to.equal('');
    expect(made.stdout).to.equal(
      [
        '  written  openapi.yaml',
        '  written  failpath.suite.js',
        '  written  package.json',
        '  written  .gitignore',
        '  written  .github/workflows/failpath.yml',
        '',
        'Next:',
        '  cd lamps',
        '  npx failpath verify    # drives the embedded mock through every failure',
        '  npx failpath mock      # serves the contract',
        '',
      ].join('\n'),
    );
    const project = { cwd: join(cwd, 'lamps') };
    const checked = await failpath(['check'], project);
    expect(checked.stdout).to.equal('openapi.yaml is sound: 1 operation, 3 failures, 3 causes.\n');
    const verified = await failpath(['verify'], project);
    expect(verified.stdout).to.contain('3 failures, 3 causes: 3 verified\ncauses driven: 3 by real cause\n');
    expect([made.exitCode, checked.exitCode, verified.exitCode]).to.deep.equal([0, 0, 0]);
    expect(JSON.parse(read(project.cwd, 'package.json'))).to.deep.equal({
      ...{ name: 'lamps', private: true, type: 'module' },
      ...{ scripts: { test: 'failpath verify' }, devDependencies: { failpath: `^${version()}` } },
    });
  });

  it('makes a contract that fuzz has nothing to say about', async () => {
    const folder = temporaryFolder();
    await inProcess(['init', folder, '--ci', 'none']);
    const [contract, suite] = [join(folder, 'openapi.yaml'), join(folder, 'failpath.suite.js')];
    const fuzz = ['fuzz', '--contract', contract, '--suite', suite, '--seed', '5', '--requests', '500'];
    expect((await inProcess(fuzz)).stderr).to.contain('there is no deployment to fuzz');
    const mock = await startMock({ contract });
    const { exitCode, stdout } = await inProcess([...fuzz, '--url', mock.url]);
    await mock.close();
    expect(stdout).to.match(/^nothing found: /m);
    expect(exitCode).to.equal(0);
  });

  for (const [ci, file, template] of [
    ['gitlab', '.gitlab-ci.yml', 'ci/gitlab/failpath.yml'],
    ['jenkins', 'Jenkinsfile', 'ci/jenkins/Jenkinsfile'],
    ['shell', 'failpath.sh', 'ci/shell/failpath.sh'],
    ['github', '.github/workflows/failpath.yml', 'ci/github/workflow.yml'],
  ] as const) {
    it(`puts the template for ${ci} where it is looked for`, async () => {
      const folder = temporaryFolder();
      expect((await inProcess(['init', folder, '--ci', ci])).exitCode).to.equal(0);
      expect(read(folder, file)).to.equal(read(packageFile(template)));
      if (ci === 'shell') expect(statSync(join(folder, file)).mode & 0o111).to.equal(0o111);
    });
  }

  it('overwrites nothing, and begins with a contract that is there already', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'openapi.yaml'), read(packageFile('openapi.yaml')));
    writeFileSync(join(folder, 'package.json'), '{}');
    const { stdout } = await inProcess(['init', folder, '--ci', 'none']);
    expect(stdout).to.match(
      /^ {2}kept {5}openapi.yaml\n {2}written {2}failpath.suite.js\n {2}kept {5}package.json\n {2}written {2}.gitignore\n/,
    );
    expect(stdout).to.contain('npx failpath list');
    expect(read(folder, 'package.json')).to.equal('{}');
    const { exitCode, stdout: checked } = await inProcess([
      ...['check', join(folder, 'openapi.yaml'), '--suite', join(folder, 'failpath.suite.js')],
    ]);
    expect(checked).to.contain('is sound');
    expect(exitCode).to.equal(0);
    const again = JSON.parse((await inProcess(['init', folder, '--ci', 'none', '--json'])).stdout) as { files: { written: boolean }[] };
    expect(again.files.map(({ written }) => written)).to.deep.equal([false, false, false, false]);
  });

  it('ends on a file system that takes no folders', async () => {
    const { exitCode, stderr } = await inProcess(['init', '/proc/lamps']);
    expect(stderr).to.contain('output-unwritable');
    expect(exitCode).to.equal(4);
  });

  it('says what it could not write', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'blocked'));
    writeFileSync(join(folder, 'blocked', 'project'), '');
    const { exitCode, stderr } = await inProcess(['init', join(folder, 'blocked', 'project')]);
    expect(stderr).to.contain('output-unwritable').and.to.contain('cannot be written');
    expect(exitCode).to.equal(4);
    expect(readdirSync(join(folder, 'blocked'))).to.deep.equal(['project']);
  });

  it('names the packages of all kinds of folders', async () => {
    const names = await Promise.all(
      ['My API', '@scope', '...', 'été'].map(async (name) => {
        const folder = join(temporaryFolder(), name);
        await inProcess(['init', folder, '--ci', 'none']);
        return (parse(read(folder, 'package.json')) as { name: string }).name;
      }),
    );
    expect(names).to.deep.equal(['my-api', 'scope', 'my-api', 't']);
  });
});

describe('options of verify by environment', () => {
  const CONTRACT = packageFile('assets/project/openapi.yaml');

  it('are what the command line says, where it says nothing', async () => {
    const env = { FAILPATH_CONTRACT: CONTRACT, FAILPATH_URL: 'not an address', FAILPATH_OUT: temporaryFolder() };
    expect((await inProcess(['verify'], env)).stderr).to.contain('--url is "not an address"');
    const { stderr, exitCode } = await inProcess(['verify', '--url', 'neither'], env);
    expect(stderr).to.contain('--url is "neither"');
    expect(exitCode).to.equal(4);
  });

  it('say nothing when they are empty, which is how CI systems declare what nobody has set', async () => {
    const suite = packageFile('assets/project/failpath.suite.js');
    const env = {
      FAILPATH_CONTRACT: CONTRACT,
      FAILPATH_SUITE: suite,
      FAILPATH_OUT: temporaryFolder(),
      FAILPATH_URL: '',
      FAILPATH_WAIT: '',
    };
    const { stdout, exitCode } = await inProcess(['verify'], env);
    expect(stdout).to.contain('3 verified');
    expect(exitCode).to.equal(0);
  });

  it('are checked as options are, and called by their names', async () => {
    const { stderr, exitCode } = await inProcess(['verify'], { FAILPATH_CONCURRENCY: 'many' });
    expect(stderr).to.contain('error: FAILPATH_CONCURRENCY is "many", as --concurrency <n>: ');
    expect(exitCode).to.equal(4);
  });

  it('are those of gate, merge and can-deploy as well', async () => {
    const ledger = join(temporaryFolder(), 'ledger.json');
    for (const command of [
      ['gate', '--ledger', ledger],
      ['merge', ledger],
      ['can-deploy', '--build', '1', '--to', 'here'],
    ]) {
      const { stderr, exitCode } = await inProcess(command, { FAILPATH_POLICY: 'no-such-policy.yaml', FAILPATH_STORE: temporaryFolder() });
      expect(stderr, command[0]).to.match(command[0] === 'can-deploy' ? /no-such-policy\.yaml/ : /ledger-invalid/);
      expect(exitCode).to.equal(4);
      expect((await inProcess([command[0] ?? '', '--help'])).stdout).to.contain('FAILPATH_POLICY');
    }
  });

  it('are all in the help, and no others are', async () => {
    const { stdout } = await inProcess(['verify', '--help']);
    expect(stdout).to.contain('FAILPATH_WAIT_FOR').and.not.to.contain('FAILPATH_CODE');
  });
});
