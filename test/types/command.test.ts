import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateTypes } from '../../mocks/index.js';
import { loadContract } from '../../spec/index.js';
import { failpath, ROOT, temporaryFile, temporaryFolder } from '../support/cli.js';

const CONTRACT = join(ROOT, 'openapi.yaml');

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
    const { exitCode, stderr } = await failpath(['types', '--contract', CONTRACT, '--out', join(temporaryFolder(), 'no', 'api.ts')]);
    expect(exitCode).to.equal(4);
    expect(stderr).to.match(/output-unwritable .*api\.ts cannot be written \(ENOENT[^]*why: [^]*fix: Give --out a file/);
  });

  it('says what is wrong with a contract that cannot be read', async () => {
    const { exitCode, stdout, stderr } = await failpath(['types', '--contract', temporaryFile('openapi.yaml', 'openapi: 2.0.0')]);
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: '' });
    expect(stderr).to.include('contract-version');
  });
});
