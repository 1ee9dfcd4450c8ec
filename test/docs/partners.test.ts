import { expect } from 'chai';
import { blocksOf, readPage, runShell, runTypeScript, serversOf, startServers, type Block, type Servers } from './support.js';

const PAGE = readPage('docs/partners.md');
/** What the examples share. */
const PREAMBLE = 'How to read the examples';

const isShell = ({ language }: Block): boolean => language === 'sh';
const of = (section: string): Block[] => PAGE.blocks.filter((block) => block.section === section);
const sections = [...new Set(PAGE.blocks.filter(isShell).map(({ section }) => section))].filter((section) => section !== PREAMBLE);

describe('docs/partners.md', function () {
  this.timeout(30_000);
  let servers: Servers;
  before(async () => {
    servers = await startServers(serversOf(PAGE.blocks));
  });
  after(() => servers.stop());
  beforeEach(() => fetch(`${servers.urls.get('4010') ?? ''}/__admin/reset`, { method: 'POST' }));

  for (const section of sections) {
    it(`tells the truth: ${section}`, async () => {
      const problems = await runShell(PAGE, [...of(PREAMBLE), ...of(section)], servers);
      expect(problems, problems.join('\n')).to.deep.equal([]);
    });
  }

  for (const block of PAGE.blocks.filter(({ language }) => language === 'ts')) {
    it('runs its TypeScript', async () => {
      const problems = await runTypeScript(PAGE, block);
      expect(problems, problems.join('\n')).to.deep.equal([]);
    });
  }

  it('would notice a lie', async () => {
    const lie = blocksOf(
      ['```sh', 'curl -H "Authorization: Bearer $SESSION" "$API/external-users/x/works?network=testnet"', '# 200', '```'].join('\n'),
    );
    expect(await runShell(PAGE, [...of(PREAMBLE), ...lie], servers)).to.have.length(1);
  });

  it('says something of every refusal that the operations have of their own', () => {
    for (const code of [
      'session.invalid_external_user_ref',
      'common.unauthorized',
      'common.forbidden',
      'common.validation_failed',
      'work.not_found',
      'work.access_forbidden',
      'common.not_found',
    ])
      expect(PAGE.text).to.match(new RegExp(`\\| \\d{3} \`${code.replace('.', '\\.')}\``));
  });
});
