import { expect } from 'chai';
import { failpath, temporaryFile, type Ended } from '../support/cli.js';

/** What every client of the tests begins with. */
const PRELUDE = `
const { FAILPATH_URL: url, FAILPATH_CODE: code } = process.env;
const get = async () => {
  const response = await fetch(url + '/v1/transactions/5e2b9c74-80d1-4a3f-b6c9-d1f04e7a2385');
  await response.text();
  return response;
};
`;

describe('failpath sweep, as a process', function () {
  this.timeout(60_000);
  const sweep = (body: string, ...flags: string[]): Promise<Ended> =>
    failpath([
      ...['sweep', '--operation', 'getTransaction', ...flags],
      ...['--', process.execPath, temporaryFile('client.mjs', PRELUDE + body)],
    ]);

  it('is 0 when the client handles every failure', async () => {
    const { exitCode, stdout, stderr } = await sweep('await get();');
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
    expect(stdout).to.match(
      /^control: exit 0 .+\n.+\n✓ handled +getTransaction +404 .+\n✓ handled +getTransaction +503 .+\n\n2 handled\n$/,
    );
  });

  it('is 1 when the client breaks, or hammers', async () => {
    const broken = await sweep(`await get(); if (code) throw new Error('unforeseen');`, '--status', '404');
    expect(broken.exitCode).to.equal(1);
    expect(broken.stdout).to.match(/✗ broke .+ exit 1 [^]+\| Error: unforeseen/);
    const hammering = await sweep('for (let i = 0; i < 6 && (await get()).status === 503; i++);', '--status', '503', '--json');
    expect(hammering.exitCode).to.equal(1);
    const { failures } = JSON.parse(hammering.stdout) as { failures: { outcome: string; verdicts: { misbehaviour: string }[] }[] };
    expect(failures.map(({ outcome }) => outcome)).to.deep.equal(['misbehaved']);
    expect(failures[0]?.verdicts.map(({ misbehaviour }) => misbehaviour)).to.include('hammered');
  });

  it('is 2 when a failure was not shown, 3 when nothing can be judged', async () => {
    expect((await sweep(`await fetch(url + '/v1/nowhere');`, '--status', '404')).exitCode).to.equal(2);
    expect((await sweep('await get(); process.exit(1);', '--status', '404')).exitCode).to.equal(3);
    expect((await sweep('', '--status', '404')).exitCode).to.equal(3);
  });

  it('is 4 for what cannot be used', async () => {
    const none = await failpath(['sweep']);
    expect([none.exitCode, none.stdout]).to.deep.equal([4, '']);
    const absent = await failpath(['sweep', '--', 'no-such-program']);
    expect([absent.exitCode, absent.stdout]).to.deep.equal([4, '']);
    expect(absent.stderr).to.contain('"no-such-program" cannot be started: there is no such program');
  });
});
