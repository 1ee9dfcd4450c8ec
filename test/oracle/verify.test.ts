import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Ledger, PlanReport } from '../../contracts/index.js';
import { failpath, ROOT, temporaryFile, temporaryFolder } from '../support/cli.js';
import { expectGolden } from '../support/golden.js';
import { normalise } from '../support/normalise.js';
import { startPrism, type Prism } from './support.js';

/** Prism asks for some credential, and for none in particular; that it is in `simulate` says that it proves nothing. */
const ASKED = { prefer: 'code={{status}}, example={{example}}', authorization: 'Bearer anything-will-do' };

describe('failpath verify, at a deployment that is not ours: Prism', function () {
  this.timeout(120_000);
  let prism: Prism;
  let file: string;
  before(async () => {
    prism = await startPrism();
    const organization = '2f8c3c1e-6d0a-4a57-8f5e-1b7e90f3c6a4';
    file = temporaryFile('prism.yaml', stringify({ url: prism.url, organization, simulate: { headers: ASKED } }));
  });
  after(() => prism.stop());

  it('is planned: everything can be asked for, and nothing be proven', async () => {
    const { exitCode, stdout, stderr } = await failpath(['plan', '--deployment', file, '--json'], { cwd: ROOT });
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 2, stderr: '' });
    const { failures, summary, unlocks, costs, leaves } = JSON.parse(stdout) as PlanReport;
    expect(summary).to.deep.equal({ simulated: failures.length });
    expect(unlocks[0]?.give).to.deep.equal(['identities.admin']);
    expect({ uploads: costs.uploads, leaves }).to.deep.equal({ uploads: 0, leaves: [] });
  });

  it('is judged as planned: what it can be told to answer is simulated, and nothing is blamed', async () => {
    const out = temporaryFolder();
    const { exitCode, stdout, stderr } = await failpath(['verify', '--deployment', file, '--concurrency', '1', '--out', out], {
      cwd: ROOT,
    });
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 2, stderr: '' });
    const { failures, summary } = JSON.parse(readFileSync(join(out, 'ledger.json'), 'utf8')) as Ledger;
    expect(summary).to.deep.equal({ simulated: failures.length });
    // What looks beyond single failures has tests of its own.
    const report = stdout
      .split('\n\n')
      .filter((section) => !/^. (identities|precedence) /.test(section))
      .join('\n\n');
    expectGolden(normalise(report).replaceAll(out, '<out>'), new URL('golden/prism.txt', import.meta.url));
  });

  it('is blamed where it claims to be the API: whoever gives it identities has it driven', async () => {
    const claims = temporaryFile(
      'claims.yaml',
      stringify({
        url: prism.url,
        organization: '2f8c3c1e-6d0a-4a57-8f5e-1b7e90f3c6a4',
        identities: { active: { token: `afo_sk_live_${'0'.repeat(48)}`, public: true } },
      }),
    );
    const { exitCode, stdout } = await failpath(
      ['verify', '--deployment', claims, '--filter', 'initWork api_key.not_found', '--out', temporaryFolder()],
      { cwd: ROOT },
    );
    expect(exitCode).to.equal(1);
    expect(stdout).to.match(/✗ not-reached {2}initWork 401 api_key\.not_found/);
  });
});
