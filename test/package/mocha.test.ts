import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Ledger } from '../../contracts/index.js';
import { loadContract } from '../../spec/index.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What two ledgers must have in common, whoever scheduled their paths. */
function essence(folder: string): unknown {
  const { failures, summary, verdict, exitCode, partial, contract } = JSON.parse(
    readFileSync(join(folder, 'ledger.json'), 'utf8'),
  ) as Ledger;
  return {
    contract,
    summary,
    verdict,
    exitCode,
    partial,
    failures: failures.map((failure) => ({
      ...failure,
      causes: failure.causes.map(({ cause, outcome, reason, observed }) => ({ cause, outcome, reason, observed })),
    })),
  };
}

describe('the mocha suite', function () {
  this.timeout(60_000);

  it('gives the same ledger as failpath verify', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'failpath-mocha-'));
    try {
      const env = { ...process.env, FAILPATH_OUT: join(folder, 'mocha') };
      const { stdout } = await run('npx', ['mocha', '--reporter', 'dot'], { cwd: ROOT, env });
      const { failures } = await loadContract(join(ROOT, 'openapi.yaml'));
      expect(stdout).to.include(`${failures.flatMap(({ causes }) => causes).length} passing`);
      await run('node', ['--import=tsx', 'cli/main.ts', 'verify', '--out', join(folder, 'verify')], { cwd: ROOT });
      expect(essence(join(folder, 'mocha'))).to.deep.equal(essence(join(folder, 'verify')));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
