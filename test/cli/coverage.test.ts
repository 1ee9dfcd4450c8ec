import { expect } from 'chai';
import { failpath, startFailpath, type Running } from '../support/cli.js';

describe('failpath coverage, as a process', function () {
  this.timeout(30_000);
  const path = '/v1/transactions/00000000-0000-4000-8000-000000000000';
  let running: Running;
  let url: string;
  beforeEach(async () => {
    running = startFailpath(['mock', '--port', '0', '--json', '--admin-token', 'the-token']);
    url = (await running.printed(/"url":"(http:[^"]+)"/))[1] ?? '';
  });
  afterEach(async () => {
    running.kill('SIGTERM');
    await running.ended;
  });
  const coverage = (...args: string[]): ReturnType<typeof failpath> =>
    failpath(['coverage', '--url', url, '--operation', 'getTransaction', ...args], { env: { FAILPATH_ADMIN_TOKEN: 'the-token' } });
  const fail = async (code: string, headers: Record<string, string> = {}): Promise<void> => {
    const response = await fetch(url + path, { headers: { prefer: `error=${code}`, ...headers } });
    await response.text();
  };

  it('is 3 before the first request, 2 below --min, and 0 from it on', async () => {
    const nothing = await coverage('--min', '100');
    expect([nothing.exitCode, nothing.stderr]).to.deep.equal([3, `No request has reached ${url}: run the client against it first.\n`]);

    await fail('transaction.not_found');
    const half = await coverage('--min', '100');
    expect(half).to.deep.equal({
      exitCode: 2,
      stdout: [
        '  OPERATION       STATUS  CODE                        RETRY    TIMES',
        '✓ getTransaction  404     transaction.not_found       never    1',
        '✗ getTransaction  503     common.service_unavailable  backoff  -',
        '1 of 2 declared failures shown: 50%',
        '50% is less than 100%.',
        '',
      ].join('\n'),
      stderr: '',
    });
    expect((await coverage('--min', '50')).exitCode).to.equal(0);
    expect((await coverage()).exitCode).to.equal(0);

    const headers = { authorization: 'Bearer the-token' };
    expect((await fetch(`${url}/__admin/reset`, { method: 'POST', headers })).status).to.equal(200);
    await fail('common.service_unavailable');
    const all = await coverage('--min', '100', '--json');
    expect(all.exitCode).to.equal(0);
    expect(JSON.parse(all.stdout)).to.deep.include({
      declared: 2,
      shown: 2,
      percent: 100,
      min: 100,
      requests: 2,
      verdicts: [],
      exitCode: 0,
    });
  });

  it('is 1 when the client certainly misbehaved', async () => {
    const traced = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
    await fail('transaction.not_found', traced);
    await fail('transaction.not_found', traced);
    const { exitCode, stdout } = await coverage();
    expect(exitCode).to.equal(1);
    expect(stdout).to.match(
      /\nHow the client behaved\n\nretried-never {2}getTransaction answered 404 transaction\.not_found, which must not/,
    );
  });

  it('is 4 for what cannot be used', async () => {
    const refused = async (...args: string[]): Promise<string> => {
      const { exitCode, stdout, stderr } = await failpath(['coverage', ...args]);
      expect([exitCode, stdout]).to.deep.equal([4, '']);
      return stderr;
    };
    expect(await refused('--url', url)).to.contain('asks for its admin token');
    for (const min of ['all', '', '101', '-1']) expect(await refused('--url', url, `--min=${min}`)).to.contain('a number from 0 to 100');
    expect(await refused()).to.contain("required option '--url <url>' not specified");
  });
});
