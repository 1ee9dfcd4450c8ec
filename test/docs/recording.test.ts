import { expect } from 'chai';
import { parse } from 'yaml';
import { startMock } from '../../mocks/index.js';
import { parseScript } from '../../mocks/script/index.js';
import { failpath } from '../support/cli.js';
import { atsContract } from '../mock/support.js';
import { newFile } from '../recording/support.js';
import { readPage, runShell, runTypeScript } from './support.js';

const PAGE = readPage('docs/recording.md');

describe('docs/recording.md', function () {
  this.timeout(30_000);

  it('tells the truth about a recording', async () => {
    const deployment = await startMock();
    const mock = await startMock({ record: { from: deployment.url, to: newFile() } });
    const blocks = PAGE.blocks.filter(({ section, language }) => section === 'Record' && language === 'sh');
    const urls = new Map([
      ['4010', deployment.url],
      ['4020', mock.url],
    ]);
    const problems = await runShell(PAGE, blocks, { urls });
    await mock.close();
    await deployment.close();
    expect(problems, problems.join('\n')).to.deep.equal([]);
    const { rules, summary } = mock.recording ?? expect.fail();
    const said = `${rules} rules from ${summary.requests} requests (${summary.failures} declared failures, ${summary.successes} declared successes,`;
    expect(PAGE.text).to.contain(said);
  });

  for (const block of PAGE.blocks.filter(({ language }) => language === 'ts')) {
    it('runs its TypeScript', async () => {
      const placed = { ...block, text: block.text.replaceAll("'recorded.yaml'", JSON.stringify(newFile())) };
      const problems = await runTypeScript(PAGE, placed);
      expect(problems, problems.join('\n')).to.deep.equal([]);
    });
  }

  it('shows a script that can be used', async () => {
    const contract = await atsContract();
    for (const { text } of PAGE.blocks.filter(({ language }) => language === 'yaml')) {
      expect(parseScript(parse(text), { name: 'docs/recording.md' }, { contract })).to.have.length.above(1);
    }
  });

  for (const command of ['mock', 'import']) {
    it(`names the flags of failpath ${command}`, async () => {
      const { stdout } = await failpath([command, '--help']);
      const flags = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, flag = '']) => flag);
      const own = flags.filter((flag) => (command === 'mock' ? /^--(?:record|overwrite)/.test(flag) : flag !== '--help'));
      expect(own).to.have.length.above(2);
      expect(own.filter((flag) => !PAGE.text.includes(`| \`${flag}`))).to.deep.equal([]);
    });
  }

  it('names every violation', async () => {
    const { readFileSync } = await import('node:fs');
    const source = readFileSync(new URL('../../mocks/recording/judge.ts', import.meta.url), 'utf8');
    const kinds = /export type ViolationKind =([^;]+);/.exec(source)?.[1]?.match(/'[\w-]+'/g) ?? [];
    expect(kinds).to.have.length(6);
    expect(kinds.filter((kind) => !PAGE.text.includes(`| \`${kind.slice(1, -1)}\``))).to.deep.equal([]);
  });
});
