import { expect } from 'chai';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { docs } from '../../cli/commands/docs.js';
import { types } from '../../cli/commands/types.js';
import { generateTypes } from '../../mocks/index.js';
import { loadContract } from '../../spec/index.js';
import { failpath, ROOT, temporaryFile, temporaryFolder } from '../support/cli.js';
import { testIo } from '../support/io.js';

const CONTRACT = join(ROOT, 'openapi.yaml');
const SHOP = join(ROOT, 'test/types/shop.yaml');

describe('failpath types', () => {
  let expected: string;

  before(async () => (expected = generateTypes(await loadContract(CONTRACT))));

  it('prints the module', async () => {
    const { exitCode, stdout, stderr } = await failpath(['types', '--contract', CONTRACT]);
    expect({ exitCode, stdout, stderr }).to.deep.equal({ exitCode: 0, stdout: expected, stderr: '' });
  });

  it("takes failpath's own contract where there is no other", async () => {
    const { exitCode, stdout } = await failpath(['types']);
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 0, stdout: expected });
  });

  it('writes it into a file, and says so', async () => {
    const file = join(temporaryFolder(), 'api.ts');
    const { exitCode, stdout, stderr } = await failpath(['types', '--contract', CONTRACT, '--out', file]);
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 0, stdout: '' });
    expect(stderr).to.match(/api\.ts: \d+ operations, \d+ failures\n$/);
    expect(readFileSync(file, 'utf8')).to.equal(expected);
  });

  it('says why a file cannot be written, and what to do', async () => {
    const file = temporaryFile('file', '');
    const { exitCode, stderr } = await failpath(['types', '--contract', CONTRACT, '--out', join(file, 'api.ts')]);
    expect(exitCode).to.equal(4);
    expect(stderr).to.match(/output-unwritable .*api\.ts cannot be written \(ENOTDIR[^]*why: [^]*fix: Give --out a place/);
  });

  it('makes the folders above what it writes, and removes schemas of codes that are gone, but nothing else', async () => {
    const folder = join(temporaryFolder(), 'new', 'schemas');
    const io = testIo();
    await types({ contract: SHOP, format: 'json-schema', out: folder }, io);
    const file = 'sold_out.schema.json';
    const schema = readFileSync(join(folder, file), 'utf8');
    const before = readdirSync(folder);
    const own = {
      'own.schema.json': '{"$id": "urn:mine"}',
      'copy.schema.json': schema,
      'gone.txt': schema.replaceAll('sold_out', 'gone'),
      'gone.schema.json': schema.replaceAll('sold_out', 'gone').replace('shop-of-things', 'another-shop'),
      'broken.schema.json': '{',
    };
    for (const [name, text] of Object.entries(own)) writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, 'old.code.schema.json'), schema.replaceAll('sold_out', 'old.code').replace(':2.0.0:', ':1.9.0:'));
    await types({ contract: SHOP, format: 'json-schema', out: folder }, io);
    expect(readdirSync(folder).toSorted()).to.deep.equal([...before, ...Object.keys(own)].toSorted());
    expect(io.written.err).to.match(/schemas; of codes that are gone, removed: old\.code\.schema\.json\n$/);
    await docs({ contract: SHOP, format: 'markdown', out: join(folder, 'a', 'b', 'errors.md') }, io);
    expect(readFileSync(join(folder, 'a', 'b', 'errors.md'), 'utf8')).to.contain('sold_out');
  });

  it('names the contract as a command must', async () => {
    const io = testIo();
    await types({ contract: SHOP }, io);
    await types({ contract: temporaryFile("the shop's.yaml", readFileSync(SHOP, 'utf8')) }, io);
    expect([...io.written.out.matchAll(/--contract (.+) --out/g)].map(([, name]) => name)).to.deep.equal([
      'test/types/shop.yaml',
      String.raw`'the shop'\''s.yaml'`,
    ]);
  });

  it('says what is wrong with a contract that cannot be read', async () => {
    const { exitCode, stdout, stderr } = await failpath(['types', '--contract', temporaryFile('openapi.yaml', 'openapi: 2.0.0')]);
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: '' });
    expect(stderr).to.include('contract-version');
  });
});
