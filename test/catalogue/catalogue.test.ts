import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalogueHtml, catalogueMarkdown, catalogueOf, defaultContract, type ErrorCatalogue } from '../../mocks/index.js';
import { jsonPointer, loadContract, type Contract } from '../../spec/index.js';
import { failpath, ROOT, startFailpath } from '../support/cli.js';
import { expectGolden } from '../support/golden.js';

const SHOP = fileURLToPath(new URL('../types/shop.yaml', import.meta.url));

describe('the error catalogue', () => {
  let ats: Contract;
  let catalogue: ErrorCatalogue;

  before(async () => {
    ats = await loadContract(join(ROOT, 'openapi.yaml'));
    catalogue = catalogueOf(ats);
  });

  it('has every code of the contract once, with all of its operations', () => {
    expect(catalogue.codes.map(({ code }) => code)).to.deep.equal([...new Set(ats.failures.map(({ code }) => code))]);
    const declared = catalogue.codes.flatMap(({ code, operations }) =>
      operations.map(({ operation, status }) => `${operation} ${status} ${code}`),
    );
    expect(declared.toSorted()).to.deep.equal(ats.failures.map(({ key }) => key).toSorted());
  });

  it('has every cause of every failure', () => {
    const causes = catalogue.codes.flatMap(({ code, causes }) =>
      causes.flatMap(({ cause, operations }) => operations.map((id) => `${id} ${code}: ${cause}`)),
    );
    const expected = ats.failures.flatMap(({ code, operation, causes }) => causes.map((cause) => `${operation.id} ${code}: ${cause}`));
    expect(causes.toSorted()).to.deep.equal(expected.toSorted());
  });

  it('says where a code is declared: its schema is there', () => {
    const lines = readFileSync(join(ROOT, 'openapi.yaml'), 'utf8').split('\n');
    for (const { code, declared } of catalogue.codes) expect(lines[declared.line - 1]).to.equal(`    ${code}:`);
  });

  it('tells details with their units, those inside of others too', () => {
    const members = (code: string): unknown =>
      catalogue.codes.find((one) => one.code === code)?.details[0]?.members.map(({ path, type, unit }) => [path, type, unit]);
    expect(members('registration.audio_too_large')).to.deep.equal([
      ['size_bytes', 'integer ≥ 0', 'bytes'],
      ['max_bytes', 'integer ≥ 0', 'bytes'],
    ]);
    expect(members('common.validation_failed')).to.deep.equal([
      ['fields', 'array of object', undefined],
      ['fields[].pointer', 'string', undefined],
      ['fields[].message', 'string', undefined],
    ]);
    expect(members('common.quota_exceeded')).to.deep.include(['resets_at', 'string (date-time)', 'RFC 3339']);
  });

  it('shows examples that are the contract’s own, each once', () => {
    for (const { code, examples } of catalogue.codes) {
      expect(examples, code).to.have.length.above(0);
      for (const { body } of examples) expect(jsonPointer.get(body, ats.envelope.code)).to.equal(code);
    }
  });

  it('of the ATS is committed as it is', () => {
    const remedy = 'have it written again: npx tsx cli/main.ts docs --contract openapi.yaml --out docs/error-catalogue.md';
    const page = catalogueMarkdown(catalogueOf(ats, { fromContract: true }));
    expect(readFileSync(join(ROOT, 'docs', 'error-catalogue.md'), 'utf8'), remedy).to.equal(page);
  });

  it('of a contract with a bit of everything is this', async () => {
    const shop = catalogueOf(await loadContract(SHOP), { fromContract: true });
    expectGolden(catalogueMarkdown(shop), new URL('./golden/shop.md', import.meta.url));
    expectGolden(`${JSON.stringify({ ...shop, sha256: '' }, null, 2)}\n`, new URL('./golden/shop.json', import.meta.url));
  });

  it('is printed by the command, with the styles and scripts of the package in the page', async () => {
    const { exitCode, stdout, stderr } = await failpath(['docs', '--format', 'html']);
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
    expect(stdout).to.equal(catalogueHtml(catalogueOf(await loadContract(defaultContract()), { fromContract: true })));
    expect(await startFailpath(['explain', '-']).ended).to.deep.equal({
      exitCode: 3,
      stdout: 'No envelope of this API.\n  There is no body.\n',
      stderr: '',
    });
  });

  it('has a link of its own for every code', () => {
    const page = catalogueMarkdown(catalogue);
    const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, target]) => target);
    const anchors = [...page.matchAll(/<a id="([^"]+)"><\/a>/g)].map(([, id]) => id);
    expect(links).to.deep.equal(anchors);
    expect(anchors).to.have.members(catalogue.codes.map(({ code }) => code));
  });
});
