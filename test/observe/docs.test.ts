import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startMock } from '../../mocks/index.js';
import { readPage, runShell } from '../docs/support.js';
import { failpath, temporaryFolder } from '../support/cli.js';
import { contract } from '../support/judge.js';
import { observations } from './support.js';

const PAGE = readPage('docs/observe.md');
const SESSION = fileURLToPath(new URL('./fixtures/session.har', import.meta.url));

describe('docs/observe.md', function () {
  this.timeout(30_000);
  const suite = observations();
  afterEach(() => suite.closeAll());

  it('tells the truth about its first example', async () => {
    const mock = await startMock({ contract });
    const observing = await suite.observe(mock.url);
    const blocks = PAGE.blocks
      .filter(({ section, language }) => section === 'Try it' && language === 'sh')
      .map((block) => ({ ...block, text: block.text.replace(/^npx failpath .*$/gm, ':') }));
    const problems = await runShell(PAGE, blocks, { urls: new Map([['4020', observing.url]]) });
    await observing.close();
    await mock.close();
    expect(problems, problems.join('\n')).to.deep.equal([]);
    expect(observing.observer.traffic).to.include({ requests: 1, failures: 1, violations: 0 });
  });

  for (const command of ['observe', 'seen']) {
    it(`names the flags of failpath ${command}`, async () => {
      const { stdout } = await failpath([command, '--help']);
      const flags = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, flag = '']) => flag);
      expect(flags).to.have.length.above(4);
      expect(flags.filter((flag) => !['--help', '--contract'].includes(flag) && !PAGE.text.includes(`\`${flag}`))).to.deep.equal([]);
    });
  }

  it('shows commands that work, on a HAR file as well', async () => {
    const said = PAGE.blocks.find(({ section, language }) => section === 'From a HAR file' && language === 'sh')?.text ?? '';
    const words = said.trim().split(/\s+/).slice(2);
    const cwd = temporaryFolder();
    const { exitCode } = await failpath(
      words.map((word) => (word === 'session.har' ? SESSION : word)),
      { cwd },
    );
    expect([exitCode, words[0]]).to.deep.equal([1, 'observe']);
    const ledger = JSON.parse(readFileSync(join(cwd, 'failpath-observed', 'ledger.json'), 'utf8')) as { traffic: object };
    const { stdout } = await failpath(['seen', 'failpath-observed', '--operation', 'getTransaction'], { cwd });
    expect(stdout).to.match(/1 of 2 declared failures seen, 1 never; 1 undeclared\n$/);
    expect(
      Object.keys(ledger.traffic).filter((member) => !PAGE.text.includes(`\`${member}\``) && !PAGE.text.includes(`traffic.${member}`)),
    ).to.deep.equal([]);
  });

  it('names every answer of the proxy itself', () => {
    const source = readFileSync(new URL('../../contracts/observe/proxy/refuse.ts', import.meta.url), 'utf8');
    const own = [...source.matchAll(/^ {2}'?([\w-]+)'?: \{ status: (\d+)/gm)].map(([, name, status]) => `${name} ${status}`);
    const told = [...PAGE.text.matchAll(/^\| `failpath:([\w-]+)` +\| (\d+)/gm)].map(([, name, status]) => `${name} ${status}`);
    expect(own).to.have.length(3);
    expect(told.sort()).to.deep.equal(own.sort());
  });
});
