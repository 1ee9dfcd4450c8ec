import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { atsSuite, declareProbes, type Ledger } from '../../contracts/index.js';
import { createAtsSandbox, RULES } from '../../mocks/ats/index.js';
import { startMock } from '../../mocks/index.js';
import { loadContract } from '../../spec/index.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What two ledgers must have in common, whoever scheduled their paths. */
function essence(folder: string): unknown {
  const { failures, probes, summary, verdict, exitCode, partial, contract } = JSON.parse(
    readFileSync(join(folder, 'ledger.json'), 'utf8'),
  ) as Ledger;
  return {
    contract,
    summary,
    verdict,
    exitCode,
    partial,
    probes: probes.map(({ kind, operation, name, outcome, reason, observed, takenFrom }) => ({
      ...{ kind, operation, name, outcome },
      ...{ reason, observed, takenFrom },
    })),
    failures: failures.map((failure) => ({
      ...failure,
      causes: failure.causes.map(({ cause, outcome, reason, observed }) => ({ cause, outcome, reason, observed })),
    })),
  };
}

describe('the mocha suite', function () {
  this.timeout(180_000);

  it('gives the same ledger as failpath verify', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'failpath-mocha-'));
    try {
      const env = { ...process.env, FAILPATH_OUT: join(folder, 'mocha') };
      const { stdout } = await run('npx', ['mocha', '--reporter', 'dot'], { cwd: ROOT, env });
      const contract = await loadContract(join(ROOT, 'openapi.yaml'));
      const tests = contract.failures.flatMap(({ causes }) => causes).length + declareProbes(contract, atsSuite).length;
      expect(stdout).to.include(`${tests} passing`);
      await run('node', ['--import=tsx', 'cli/main.ts', 'verify', '--out', join(folder, 'verify')], { cwd: ROOT });
      expect(essence(join(folder, 'mocha'))).to.deep.equal(essence(join(folder, 'verify')));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('fails in the test of an identity that is let in, and tells it in full', async () => {
    const accepts: typeof RULES.notAdministrator = (facts) =>
      facts.key === undefined || facts.key.revoked_at === null ? RULES.notAdministrator(facts) : undefined;
    const mock = await startMock({ sandbox: (context) => createAtsSandbox(context, { rules: { notAdministrator: accepts } }) });
    try {
      const env = { ...process.env, FAILPATH_URL: mock.url, FAILPATH_OUT: mkdtempSync(join(tmpdir(), 'failpath-mocha-')) };
      const args = ['mocha', '--reporter', 'spec', '--grep', 'listApiKeys'];
      // What colours mocha gives to its own marks depends on TERM and CI.
      const failed = await run('npx', args, { cwd: ROOT, env }).then(
        () => 'nothing has failed',
        (error: unknown) => stripVTControlCharacters((error as { stdout: string }).stdout),
      );
      expect(failed).to.match(/✔ listApiKeys wrong scope/);
      expect(failed).to.match(/\d+\) listApiKeys revoked\n/);
      expect(failed).to.contain('✗ not-reached  listApiKeys identity (revoked)');
      expect(failed).to.contain('# when: listApiKeys, to be refused with 401 common.unauthorized');
      rmSync(env.FAILPATH_OUT, { recursive: true, force: true });
    } finally {
      await mock.close();
    }
  });
});
