import { expect } from 'chai';
import type { OpenAPIV3_1 } from 'openapi-types';
import { UNSUPPORTED } from '../../mocks/wiremock/stub-schema.js';
import { readPage, runShell, runTypeScript, serversOf, startServers, type Block, type Servers } from './support.js';

const PAGE = readPage('docs/control-api.md');
/** What the examples of the page share. */
const PREAMBLE = 'How to read the examples';

describe('docs: the control API', function () {
  this.timeout(20_000);
  let servers: Servers;
  const url = (): string => servers.urls.get('4010') ?? '';

  before(async () => {
    servers = await startServers(serversOf(PAGE.blocks));
  });
  after(() => servers.stop());
  beforeEach(() => fetch(`${url()}/__admin/reset`, { method: 'POST' }));

  const expectTrue = (problems: readonly string[]): void => {
    expect(problems, problems.join('\n')).to.deep.equal([]);
  };
  const shellIn = (section: string): Block[] => PAGE.blocks.filter((block) => block.section === section && block.language === 'sh');

  const sections = new Set(PAGE.blocks.filter(({ language }) => language === 'sh').map(({ section }) => section));
  sections.delete(PREAMBLE);
  for (const section of sections) {
    it(`tells the truth: ${section}`, async () => {
      expectTrue(await runShell(PAGE, [...shellIn(PREAMBLE), ...shellIn(section)], servers));
    });
  }

  for (const block of PAGE.blocks.filter(({ language }) => language === 'ts')) {
    it(`runs: ${block.section}, in TypeScript`, async () => expectTrue(await runTypeScript(PAGE, block)));
  }

  it('says something about every request that it shows', () => {
    const silent = [...sections].flatMap(shellIn).filter(({ text }) => !/# [1-5]\d\d/.test(text));
    expect(silent.map(({ line }) => `docs/control-api.md:${line}`)).to.deep.equal([]);
  });

  it('says of every route what its document says', async () => {
    const document = (await (await fetch(`${url()}/__admin/openapi.json`)).json()) as OpenAPIV3_1.Document;
    const described = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
      (['get', 'put', 'post', 'delete'] as const).flatMap((method) => {
        const { summary, description, deprecated } = item?.[method] ?? {};
        return summary === undefined ? [] : [[`${method.toUpperCase()} ${path}`, deprecated === true ? description : summary] as const];
      }),
    );
    expect(described.map(([route]) => route)).to.include('POST /__admin/explain');
    expect(rows(/[A-Z]+ \/__admin[^`]*/)).to.deep.equal(Object.fromEntries(described));
  });

  it('names what of WireMock is not supported', () => {
    expect(rows(/\w+/)).to.deep.equal(UNSUPPORTED);
  });
});

/** The rows of tables of two columns, by what stands in the first one as code. */
function rows(name: RegExp): Record<string, string> {
  const row = new RegExp(`^\\| \`(${name.source})\` +\\| (.*?) +\\|$`, 'gm');
  return Object.fromEntries([...PAGE.text.matchAll(row)].map(([, first = '', second = '']) => [first, second]));
}
