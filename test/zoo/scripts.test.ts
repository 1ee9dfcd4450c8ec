import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startMock, type Mock } from '../../mocks/index.js';
import { judgeDeployment } from '../support/judge.js';
import { habitat, mutantNamed } from './index.js';

/** One of each kind of script: ids that are captured, uploads of every size, raw bodies, headers, state that is put back. */
const SAMPLE = [
  'initWork common.bad_request (Idempotency-Key reused)',
  'initWork common.bad_request (not JSON)',
  'initWork registration.title_required (blank)',
  'prepareWork registration.audio_empty (zero bytes)',
  'prepareVersion registration.audio_too_large (over the maximum)',
  'prepareVersion registration.upload_session_forbidden (another organization)',
  'confirmWork registration.prepared_not_found (expired)',
  'confirmVersion common.forbidden (too few credits)',
  'initVersion api_key.revoked (revoked)',
  'revokeApiKey common.not_found (key of another organization)',
];
const LONG = process.env['FAILPATH_LONG'] === '1';

interface Ran {
  readonly stdout: string;
  readonly stderr: string;
}

async function bash(script: string | undefined, url: string): Promise<Ran> {
  const { PATH = '' } = process.env;
  return promisify(execFile)('bash', ['--norc', '-c', script ?? ''], { env: { PATH, URL: url } });
}

describe('scripts of the report', () => {
  let mock: Mock;
  let other: Mock;
  before(async () => {
    [mock, other] = await Promise.all([startMock(), startMock()]);
  });
  after(() => Promise.all([mock.close(), other.close()]));

  it('lead to the same failure wherever they are run', async function () {
    this.timeout(300_000);
    const { lines } = await judgeDeployment(mock.url);
    const names = lines.map(({ failure, cause }) => `${failure.operation.id} ${failure.code} (${cause})`);
    expect(names).to.include.members(SAMPLE);
    for (const [index, { failure, repro }] of lines.entries()) {
      const name = names[index] ?? '';
      // How many keys bring an organization to its limit depends on how many there are.
      if (failure.code === 'api_key.limit_reached' || !(LONG || SAMPLE.includes(name))) continue;
      other.reset();
      const { stdout, stderr } = await bash(repro, other.url);
      expect(stderr, name).to.equal('');
      expect(stdout, name)
        .to.match(new RegExp(`^HTTP/1\\.1 ${failure.status} `))
        .and.to.contain(`"code":"${failure.code}"`);
    }
    const clock = (await (await fetch(`${other.url}/__admin/clock`)).json()) as { now: string };
    expect(Math.abs(Date.parse(clock.now) - Date.now()), 'what a script moves it puts back').to.be.below(60_000);
  });

  it('show a lie to whoever runs them', async () => {
    await habitat(mutantNamed('second confirm accepted'), async (url) => {
      const { lines } = await judgeDeployment(url, { operations: ['confirmVersion'], codes: ['registration.prepared_not_found'] });
      const { repro } = lines.find(({ outcome }) => outcome === 'not-reached') ?? {};
      expect((await bash(repro, url)).stdout).to.match(/^HTTP\/1\.1 202 /);
      expect((await bash(repro, mock.url)).stdout)
        .to.match(/^HTTP\/1\.1 404 /)
        .and.to.contain('registration.prepared_not_found');
    });
  });

  it('end where the way there fails, and say so', async () => {
    const { lines } = await judgeDeployment(mock.url, { operations: ['confirmWork'], codes: ['common.quota_exceeded'] });
    const revoked = mock.world.tokens.revoked;
    const { repro } = lines.find(({ outcome }) => outcome === 'verified') ?? {};
    const failed = await bash(repro?.replaceAll(mock.world.tokens.active, revoked), mock.url).catch((error: Ran) => error);
    expect(failed.stdout).to.equal('');
    expect(failed.stderr).to.match(/^curl: \(22\) The requested URL returned error: 401/);
  });
});
