import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failpath, temporaryFolder } from '../support/cli.js';
import { readPage, runShell, runTypeScript, serversOf, startServers, type Block, type Servers } from './support.js';

const GUIDE = readPage('docs/verification.md');
const PREAMBLE = 'How to read the examples';

describe('docs/verification.md', function () {
  this.timeout(30_000);
  let servers: Servers;
  const url = (): string => servers.urls.get('4010') ?? '';

  before(async () => {
    servers = await startServers(serversOf(GUIDE.blocks));
  });
  after(() => servers.stop());
  beforeEach(async () => {
    await fetch(`${url()}/__admin/reset`, { method: 'POST' });
    await fetch(`${url()}/__admin/coverage`, { method: 'DELETE' });
  });

  const preamble = GUIDE.blocks.filter(({ section }) => section === PREAMBLE);
  for (const section of new Set(GUIDE.blocks.map((block) => block.section))) {
    const blocks = GUIDE.blocks.filter((block) => block.section === section);
    if (section === PREAMBLE || !blocks.some(({ language }) => /^(?:sh|ts|console)$/.test(language))) continue;
    it(`tells the truth: ${section}`, async () => {
      const shell = blocks.filter(({ language }) => language === 'sh');
      const problems = shell.length === 0 ? [] : await runShell(GUIDE, [...preamble, ...blocks], servers);
      for (const block of blocks.filter(({ language }) => language === 'ts')) problems.push(...(await runTypeScript(GUIDE, block)));
      expect(problems, problems.join('\n')).to.deep.equal([]);
      const folder = folderOf(blocks);
      for (const block of blocks.filter(({ language }) => language === 'console')) await expectConsole(block, folder);
    });
  }

  it('shows the message of a failed assertion as it is', () => {
    const golden = readFileSync(new URL('../verification/golden/received.txt', import.meta.url), 'utf8');
    const [shown = ''] = GUIDE.blocks.filter(({ language }) => language === 'text').map(({ text }) => text);
    expect(shown).to.not.equal('');
    expect(golden.slice(0, shown.length)).to.equal(shown);
  });

  /** Runs `$ npx failpath ...`, and compares what it prints, and its exit code after `$ echo $?`. */
  async function expectConsole({ text }: Block, cwd: string): Promise<void> {
    const [, args = '', printed = '', code = ''] = /^\$ npx failpath (.+)\n([^]*)\n\$ echo \$\?\n(\d+)$/.exec(text) ?? [];
    expect(args).to.not.equal('');
    const { exitCode, stdout } = await failpath(args.replace('http://127.0.0.1:4010', url()).split(' '), { cwd });
    expect(withoutTimes(stdout).trimEnd()).to.equal(withoutTimes(printed).trimEnd());
    expect(exitCode).to.equal(Number(code));
  }
});

/** A folder with the files that a section shows; their names stand in their first line. */
function folderOf(blocks: readonly Block[]): string {
  const folder = temporaryFolder();
  for (const { text } of blocks.filter(({ language }) => language === 'js')) {
    writeFileSync(join(folder, /^\/\/ (\S+)\n/.exec(text)?.[1] ?? 'nameless.mjs'), text);
  }
  return folder;
}

function withoutTimes(text: string): string {
  return text.replaceAll(/\d+\.\d s/g, '0.0 s');
}
