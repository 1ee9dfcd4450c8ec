import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failpath, ROOT, temporaryFolder, type Ended } from '../support/cli.js';
import { expectGolden } from '../support/golden.js';
import { normalise } from '../support/normalise.js';
import { habitat, mutantNamed } from './index.js';

/** Reports that are kept, each of one mutant by the one line that is about it. */
const REPORTS: readonly { readonly golden: string; readonly mutant: string; readonly filter: string; readonly exitCode: number }[] = [
  { golden: 'revoked-key-accepted', mutant: 'revoked key accepted', filter: 'initWork api_key.revoked', exitCode: 1 },
  {
    golden: 'second-confirm-accepted',
    mutant: 'second confirm accepted',
    filter: 'confirmWork registration.prepared_not_found',
    exitCode: 1,
  },
  { golden: 'quota-ignored', mutant: 'quota ignored', filter: 'confirmWork common.quota_exceeded', exitCode: 1 },
  {
    golden: 'wrong-status',
    mutant: 'registration.title_required: wrong status',
    filter: 'initWork registration.title_required',
    exitCode: 1,
  },
  { golden: 'sibling-code', mutant: 'api_key.revoked: sibling code', filter: 'initVersion api_key.revoked', exitCode: 1 },
  { golden: 'flattened-envelope', mutant: 'flattened envelope', filter: 'initWork api_key.scope_denied', exitCode: 1 },
  {
    golden: 'missing-details-member',
    mutant: 'api_key.scope_denied without details.required',
    filter: 'initWork api_key.scope_denied',
    exitCode: 1,
  },
  { golden: 'HTML-body', mutant: 'HTML body', filter: 'initWork api_key.scope_denied', exitCode: 1 },
  { golden: 'constant-request-id', mutant: 'constant request_id', filter: 'getTransaction transaction.not_found', exitCode: 1 },
  { golden: 'only-once', mutant: 'transaction.not_found only once', filter: 'getTransaction transaction.not_found', exitCode: 1 },
  { golden: 'job-consumed', mutant: 'job consumed by dryRunPasses', filter: 'prepareWork registration.dry_run_failed', exitCode: 1 },
  {
    golden: 'key-half-made',
    mutant: 'key created although api_key.unknown_scope',
    filter: 'createApiKey api_key.unknown_scope',
    exitCode: 1,
  },
  {
    golden: 'stays-broken',
    mutant: 'stays broken after transaction.not_found',
    filter: 'getTransaction transaction.not_found',
    exitCode: 2,
  },
  { golden: 'one-less', mutant: 'name of a key: one less', filter: 'createApiKey api_key.invalid_name', exitCode: 1 },
  { golden: 'reset', mutant: 'reset in place of api_key.revoked', filter: 'initWork api_key.revoked', exitCode: 2 },
  { golden: 'edge', mutant: "an edge's page in place of 413", filter: 'prepareWork registration.audio_*', exitCode: 2 },
];

/** Paths run one at a time, so that a report's order never changes. */
const verify = (url: string, filter: string, out: string): Promise<Ended> =>
  failpath(['verify', '--url', url, '--filter', filter, '--concurrency', '1', '--out', out], { cwd: ROOT });

const CONTRACT = readFileSync(join(ROOT, 'openapi.yaml'), 'utf8').split('\n');

/** The code that a report's finding is about. */
function codeIn(report: string): string {
  return /^✗ \S+ {2}\w+ \d{3} (\S+)/m.exec(report)?.[1] ?? 'no code';
}

describe('reports of mutants', function () {
  this.timeout(120_000);

  for (const { golden, mutant, filter, exitCode } of REPORTS) {
    it(`${mutant}: exit code ${exitCode}, and a report that explains itself`, async () => {
      const out = temporaryFolder();
      const ended = await habitat(mutantNamed(mutant), (url) => verify(url, filter, out));
      expect({ exitCode: ended.exitCode, stderr: ended.stderr }).to.deep.equal({ exitCode, stderr: '' });
      for (const [, line, column] of ended.stdout.matchAll(/^ {4}declared {4}openapi\.yaml:(\d+):(\d+)$/gm)) {
        expect(CONTRACT[Number(line) - 1]?.slice(Number(column) - 1)).to.contain(codeIn(ended.stdout));
      }
      expectGolden(normalise(ended.stdout).replaceAll(out, '<out>'), new URL(`goldens/${golden}.txt`, import.meta.url));
    });
  }
});
