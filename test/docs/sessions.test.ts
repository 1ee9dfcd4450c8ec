import { expect } from 'chai';
import { readPage, runShell, runTypeScript, serversOf, startServers, type Page, type Servers } from './support.js';

for (const file of ['docs/sessions.md', 'docs/replay.md']) {
  const page: Page = readPage(file);

  describe(file, function () {
    this.timeout(30_000);
    let servers: Servers;
    before(async () => {
      servers = await startServers(serversOf(page.blocks));
    });
    after(() => servers.stop());

    const expectTrue = (problems: readonly string[]): void => {
      expect(problems, problems.join('\n')).to.deep.equal([]);
    };

    it('tells the truth', async () => {
      expectTrue(
        await runShell(
          page,
          page.blocks.filter(({ language }) => language === 'sh'),
          servers,
        ),
      );
    });

    for (const block of page.blocks.filter(({ language }) => language === 'ts')) {
      it(`runs: ${block.section}, in TypeScript`, async () => expectTrue(await runTypeScript(page, block)));
    }

    it('says something about every request that it shows', () => {
      expect(
        page.blocks.filter(({ language, text }) => language === 'sh' && text.includes('curl') && !/# [1-5]\d\d/.test(text)),
      ).to.deep.equal([]);
    });
  });
}
