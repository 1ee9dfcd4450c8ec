import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Finding } from '../../../contracts/index.js';
import { BUGS, type Bug } from './bugs.js';
import { fuzzed, type Looking } from './fuzzed.js';
import { withBug } from './habitat.js';

const LONG = process.env['FAILPATH_LONG'] === '1';
const SEED = Number(process.env['FAILPATH_SEED'] ?? 7);

/** Enough to come to each kind of change of one operation; or to the whole API, whichever seed it is. */
const REQUESTS = LONG ? 12_000 : 300;

/** The timeout of the fuzz, after which its line must hang as well. */
const HANGS_FOR_SECONDS = 0.3;

/** What looks for a bug: at the operation that it is in, or at everything. */
function lookingFor({ operation, kind }: Pick<Bug, 'operation' | 'kind'>): Looking {
  if (LONG) return { seed: SEED, requests: REQUESTS };
  // Each request that hangs takes as long as patience lasts.
  if (kind === 'no-answer') return { seed: SEED, requests: 200, operations: [operation], timeoutMs: HANGS_FOR_SECONDS * 1000 };
  return { seed: SEED, requests: REQUESTS, ...(kind === 'invariant' ? { only: 'sequences' } : { operations: [operation] }) };
}

const exec = promisify(execFile);

/** What the line of a finding prints in a shell; nothing, where it is given up after that time. */
const run = async ({ curl }: Finding): Promise<string> =>
  (
    await exec('timeout', [String(HANGS_FOR_SECONDS), 'bash', '-c', curl], { encoding: 'utf8' }).catch(
      (error: unknown) => error as { stdout: string },
    )
  ).stdout;

/** What a shell sees of each bug. */
const SEEN: Readonly<Record<string, RegExp>> = {
  'unhandled null': /^HTTP\/1\.1 500 /,
  'number overflow': /^HTTP\/1\.1 500 /,
  'prototype keys': /^HTTP\/1\.1 500 /,
  'regular-expression hang': /^$/,
  'id collision': /"job_id":("[^"]+").*"job_id":\1/s,
  'header injection': /^x-failpath-injected:/im,
  'case-insensitive token': /^HTTP\/1\.1 200 /,
  'trailing slash bypass': /^HTTP\/1\.1 200 /,
  // The line asks for a session, which has no name that a shell could know.
  '500 on a bad cursor': /FAILPATH_PARTNER_SESSION/,
  'body ignored on wrong content type': /^HTTP\/1\.1 201 /,
};

describe('planted bugs: failpath fuzz', function () {
  this.timeout(LONG ? 1_200_000 : 120_000);

  it('finds none where there is none', async () => {
    const operations = [...new Set(BUGS.map(({ operation }) => operation))];
    const { findings, sent } = await withBug({}, (url) => fuzzed(url, { seed: SEED, requests: REQUESTS, ...(LONG ? {} : { operations }) }));
    expect(findings.map((finding) => finding.cause)).to.deep.equal([]);
    expect(sent).to.be.at.least(REQUESTS);
  });

  for (const bug of BUGS) {
    it(`finds ${bug.name}, in one line, and again by its seed`, () =>
      withBug(bug, async (url) => {
        const { findings } = await fuzzed(url, lookingFor(bug));
        expect(findings.map(({ kind, operation }) => [kind, operation])).to.deep.equal([[bug.kind, bug.operation]]);
        const [finding] = findings as [Finding];
        expect(finding.cause).to.match(bug.cause);
        expect(finding.curl.split('\n')).to.have.length(1);
        const printed = bug.name === '500 on a bad cursor' ? finding.curl : await run(finding);
        expect(printed).to.match(SEEN[bug.name] as RegExp);
        const again = await fuzzed(url, { ...lookingFor(bug), ...numberOf(finding) });
        expect(again.findings.map(({ cause }) => cause)).to.deep.equal([finding.cause]);
      }));
  }
});

/** One request goes by its number, and so does one sequence. */
function numberOf({ replay }: Finding): Pick<Looking, 'number' | 'sequence'> {
  const [, isSequence, number] = /:(s?)(\d+)$/.exec(replay ?? '') ?? [];
  expect(number, 'a number').to.not.equal(undefined);
  return isSequence === 's' ? { sequence: Number(number) } : { number: Number(number) };
}
