import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { startMock } from '../../mocks/index.js';
import { failpath, ROOT } from '../support/cli.js';
import { contractCopy, contractWithCode } from '../support/contract-copy.js';
import { contract } from '../support/judge.js';

/** Contracts that nothing may be judged by, and what stands at the place that a finding points to. */
const BROKEN = [
  {
    name: 'a syntax error',
    file: () => contractCopy(['  title: ATS Organization API', '  title: [ATS Organization API']),
    problem: 'contract-syntax',
    at: /^version: /,
  },
  {
    name: 'a reference to nothing',
    file: () => contractCopy(["schemas/registration.title_required'", "schemas/registration.title_requird'"]),
    problem: 'broken-ref',
    at: /registration\.title_requird/,
  },
  {
    name: 'an example that its schema refuses',
    file: () => contractCopy(['message: The work needs a title.', "message: ''"]),
    problem: 'example-invalid',
    at: /message: ''/,
  },
];

/** The line of a file that a finding `file:line:column  problem` names. */
function placeOf(stderr: string, file: string, problem: string): string {
  const found = new RegExp(`^${file}:(\\d+):(\\d+) {2}${problem} {2}\\S.*\\n {4}why: \\S.*\\n {4}fix: \\S`, 'm').exec(stderr);
  if (found === null) throw new Error(`No ${problem} with place, reason and remedy in:\n${stderr}`);
  const [, line, column] = found.map(Number) as [number, number, number];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines[line - 1]?.slice(column - 1) ?? '';
}

describe('failpath: a broken contract', () => {
  for (const { name, file, problem, at } of BROKEN) {
    it(`${name}: verify says where, why and what to do, with exit code 4`, async () => {
      const broken = file();
      const { exitCode, stdout, stderr } = await failpath(['verify', '--contract', broken]);
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: '' });
      expect(placeOf(stderr, broken, problem)).to.match(at);
    });
  }

  it('cannot be checked, listed or served either', async () => {
    const broken = BROKEN[1]?.file() ?? '';
    for (const args of [
      ['check', broken],
      ['list', '--contract', broken],
      ['mock', '--port', '0', '--contract', broken],
    ]) {
      const { exitCode, stdout, stderr } = await failpath(args);
      expect({ exitCode, stdout }, args[0]).to.deep.equal({ exitCode: 4, stdout: '' });
      expect(placeOf(stderr, broken, 'broken-ref')).to.match(BROKEN[1]?.at ?? /never/);
    }
  });

  it('check --json prints the findings, and only those, with exit code 4', async () => {
    const broken = BROKEN[2]?.file() ?? '';
    const { exitCode, stdout, stderr } = await failpath(['check', broken, '--json']);
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 4, stderr: '' });
    const { file, findings } = JSON.parse(stdout) as { file: string; findings: { problem: string; location: object }[] };
    expect(file).to.equal(broken);
    expect(findings.map(({ problem }) => problem)).to.deep.equal(['example-invalid']);
    expect(findings[0]?.location).to.have.all.keys('file', 'line', 'column');
  });
});

describe('failpath check', () => {
  it('says that the ATS contract is sound, with exit code 0', async () => {
    const causes = contract.failures.flatMap((failure) => failure.causes).length;
    expect(await failpath(['check'], { cwd: ROOT })).to.deep.equal({
      exitCode: 0,
      stdout: `openapi.yaml is sound: ${contract.operations.length} operations, ${contract.failures.length} failures, ${causes} causes.\n`,
      stderr: '',
    });
  });
});

describe('failpath: a code without a path', () => {
  const CODE = 'registration.title_taboo';

  it('verify names it and what to write, with exit code 2; all others stay proven', async () => {
    const out = contractWithCode(CODE);
    const { exitCode, stdout, stderr } = await failpath(['verify', '--contract', out, '--operation', 'initWork']);
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 2, stderr: '' });
    expect(stdout).to.match(/! not-capable {2}no failure path leads there yet: write one .+\n {4}initWork 422 registration\.title_taboo\n/);
    expect(stdout)
      .to.match(/ 1 not-capable\b/)
      .and.to.match(/\nunproven in /);
  });

  it('the mock serves it already', async () => {
    const mock = await startMock({ contract: contractWithCode(CODE) });
    try {
      const { organizations } = mock.world;
      const answer = await fetch(`${mock.url}/v1/organizations/${organizations.active}/works/init`, {
        method: 'POST',
        headers: { prefer: `error=${CODE}` },
      });
      expect(answer.status).to.equal(422);
      expect(await answer.json()).to.have.nested.property('error.code', CODE);
    } finally {
      await mock.close();
    }
  });
});
