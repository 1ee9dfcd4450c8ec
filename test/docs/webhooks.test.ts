import { expect } from 'chai';
import { atsContract } from '../mock/support.js';
import { createCompiler } from '../types/compiler.js';
import { readPage, runShell, runTypeScript, startServers } from './support.js';

const PAGE = readPage('docs/webhooks.md');

describe('docs/webhooks.md', function () {
  this.timeout(30_000);

  it('is a program that compiles and runs', async () => {
    const blocks = PAGE.blocks.filter(({ language }) => language === 'ts');
    const [first = expect.fail()] = blocks;
    const text = blocks.map((block) => block.text).join('\n');
    expect(createCompiler().complaints(text.replaceAll("'failpath'", "'../../index.js'"))).to.deep.equal([]);
    expect(await runTypeScript(PAGE, { ...first, text })).to.deep.equal([]);
  });

  it('tells the truth about what there is without a receiver', async () => {
    const servers = await startServers(new Map([['4010', []]]));
    try {
      const blocks = PAGE.blocks.filter(({ section, language }) => section === 'Without a receiver' && language === 'sh');
      const problems = await runShell(PAGE, blocks, servers);
      expect(problems, problems.join('\n')).to.deep.equal([]);
    } finally {
      await servers.stop();
    }
  });

  it('names every webhook, and the numbers of the contract', async () => {
    const { webhooks, delivery } = await atsContract();
    expect([...PAGE.text.matchAll(/^\| `(work_\w+)`/gm)].map(([, name]) => name)).to.deep.equal(webhooks.map(({ name }) => name));
    expect(delivery).to.deep.equal({ timeoutSeconds: 30, retryAfterSeconds: [1, 5, 30, 120, 600], skewSeconds: 300 });
    expect(PAGE.text).to.include('silent for 30 seconds').and.to.include('more than 300 seconds');
  });
});
