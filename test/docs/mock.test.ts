import { expect } from 'chai';
import { MOCK_PROBLEMS } from '../../mocks/problem.js';
import { failpath } from '../support/cli.js';
import { blocksOf, readPage, runShell, runTypeScript, serversOf, startServers, type Block, type Page, type Servers } from './support.js';

const GUIDE = readPage('docs/mock.md');
const README = readPage('README.md');
/** What the examples of the guide share. */
const PREAMBLE = 'How to read the examples';
const IN_README = 'The mock in 60 seconds';

describe('docs: the mock', function () {
  this.timeout(20_000);
  let servers: Servers;
  const url = (): string => servers.urls.get('4010') ?? '';

  before(async () => {
    servers = await startServers(serversOf([...GUIDE.blocks, ...inReadme()]));
  });
  after(() => servers.stop());
  beforeEach(() => fetch(`${url()}/__admin/reset`, { method: 'POST' }));

  describe('docs/mock.md', () => {
    const preamble = GUIDE.blocks.filter(({ section }) => section === PREAMBLE);
    for (const [section, blocks] of bySection(GUIDE.blocks)) {
      if (section === PREAMBLE || !blocks.some(isShell)) continue;
      it(`tells the truth: ${section}`, async () => expectTrue(await runShell(GUIDE, [...preamble, ...blocks], servers)));
    }
    itRuns(GUIDE, GUIDE.blocks);

    it('says something about every request that it shows', () => {
      const silent = GUIDE.blocks.filter(
        (block) => isShell(block) && block.section !== PREAMBLE && !/npx failpath|# [1-5]\d\d/.test(block.text),
      );
      expect(silent.map(({ line }) => `docs/mock.md:${line}`)).to.deep.equal([]);
    });

    it('names every flag of the command', async () => {
      const { stdout } = await failpath(['mock', '--help']);
      const flags = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, flag = '']) => flag).filter((flag) => flag !== '--help');
      expect(flags).to.include('--port');
      expect(flags.filter((flag) => !GUIDE.text.includes(`| \`${flag}`))).to.deep.equal([]);
    });

    it('names every admin route on the page of the control API', async () => {
      const { routes } = (await (await fetch(`${url()}/__admin`)).json()) as { routes: string[] };
      expect(routes).to.include('GET /__admin/world');
      const { text } = readPage('docs/control-api.md');
      expect(routes.filter((route) => !text.includes(`| \`${route}\` `))).to.deep.equal([]);
      expect(GUIDE.text).to.include('(control-api.md)');
    });

    it("lists the mock's own answers", () => {
      const rows = [...GUIDE.text.matchAll(/^\| `failpath:([\w-]+)` +\| (\d{3}) /gm)].map(([, name, status]) => [name, Number(status)]);
      expect(Object.fromEntries(rows)).to.deep.equal(
        Object.fromEntries(Object.entries(MOCK_PROBLEMS).map(([name, { status }]) => [name, status])),
      );
    });

    it('lists the well-known world', async () => {
      expect(worldIn(GUIDE.text)).to.deep.equal(await worldOf(url()));
    });
  });

  describe('README.md', () => {
    it(`tells the truth: ${IN_README}`, async () => expectTrue(await runShell(README, inReadme(), servers)));
    itRuns(README, inReadme());

    it('says nothing else about the well-known world than the mock', async () => {
      expect(await worldOf(url())).to.include(worldIn(README.text));
    });
  });

  describe('what finds out', () => {
    const check = async (...lines: string[]): Promise<string[]> =>
      runShell({ file: 'page.md' }, blocksOf(['```sh', 'MOCK=http://127.0.0.1:4010', ...lines, '```'].join('\n')), servers);

    it('a wrong status, a wrong code, wrong details and a wrong header', async () => {
      const request = "curl -X POST -H 'Prefer: error=api_key.scope_denied' $MOCK/v1/organizations/any/works/init";
      expect(await check(request, '# 403 api_key.scope_denied {"required": "works:register"}')).to.deep.equal([]);
      expect(await check(request, '# 401 api_key.scope_denied')).to.match(/^page\.md:4: says 401 api_key\.scope_denied, but it is 403 /);
      expect(await check(request, '# 403 api_key.revoked')).to.match(/^page\.md:4: says 403 api_key\.revoked, but it is 403 /);
      expect(await check(request, '# 403')).to.match(/^page\.md:4: says 403, but it is 403 api_key\.scope_denied /);
      expect(await check(request, '# 403 api_key.scope_denied {"required": "works:read"}')).to.match(/^page\.md:4: says .*works:read/);
      expect(await check(request, '# 403 api_key.scope_denied', '# Retry-After: 5')).to.deep.equal([
        'page.md:5: says Retry-After: 5, but it is absent',
      ]);
    });

    it('a failure that the page keeps quiet about', async () => {
      expect(await check('curl $MOCK/v1/transactions/unknown')).to.match(/^page\.md:3: says nothing of 404 transaction\.not_found /);
    });

    it('a command that breaks', async () => {
      expect(await check('echo "$UNSET"')).to.match(/^page\.md: the shell ended with 1: .*UNSET/);
    });
  });
});

function inReadme(): Block[] {
  return README.blocks.filter(({ section }) => section === IN_README);
}

function isShell({ language }: Block): boolean {
  return language === 'sh';
}

function bySection(blocks: readonly Block[]): ReadonlyMap<string, readonly Block[]> {
  const sections = new Map<string, Block[]>();
  for (const block of blocks) sections.set(block.section, [...(sections.get(block.section) ?? []), block]);
  return sections;
}

function itRuns(page: Page, blocks: readonly Block[]): void {
  for (const block of blocks.filter(({ language }) => language === 'ts')) {
    it(`runs: ${block.section}, in TypeScript`, async () => expectTrue(await runTypeScript(page, block)));
  }
}

function expectTrue(problems: readonly string[]): void {
  expect(problems, problems.join('\n')).to.deep.equal([]);
}

/** The members of the world by name, as a table lists them: one name with one value, or several with as many. */
function worldIn(markdown: string): Record<string, string> {
  const rows = [...markdown.matchAll(/^\| +((?:`[\w.]+`(?:, )?)+) +\| +((?:`[\w-]+`(?:, )?)+)(.*)$/gm)];
  return Object.fromEntries(
    rows
      .filter(([, names = '']) => /^`(?:organizations|tokens|works|workIds|externalUser|limits|admin)\b/.test(names))
      .flatMap(([, names = '', values = '']) => {
        const value = ticked(values);
        return ticked(names).map((name, index) => [name, value[index] ?? '']);
      }),
  );
}

function ticked(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
}

async function worldOf(url: string): Promise<Record<string, string>> {
  const world = (await (await fetch(`${url}/__admin/world`)).json()) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(world).flatMap(([group, value]) =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).map(([name, member]) => [`${group}.${name}`, String(member)])
        : [[group, String(value)]],
    ),
  );
}
