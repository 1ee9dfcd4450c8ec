import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { failpath, startFailpath, temporaryFile, temporaryFolder } from '../support/cli.js';
import { contract } from '../support/judge.js';

describe('failpath mock', () => {
  it('prints its address and world, serves, and ends with 0 when it is told to', async () => {
    const running = startFailpath(['mock', '--port', '0']);
    const [, url = ''] = await running.printed(/fails at (http:\/\/127\.0\.0\.1:\d+)\n/);
    const world = (await (await fetch(`${url}/__admin/world`)).json()) as Record<'tokens' | 'organizations', Record<string, string>>;
    const answer = await fetch(`${url}/v1/organizations/${world.organizations['active'] ?? ''}/works/init`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.tokens['revoked'] ?? ''}` },
    });
    expect(answer.status).to.equal(401);
    expect(await answer.json()).to.have.nested.property('error.code', 'api_key.revoked');

    running.kill('SIGTERM');
    const { exitCode, stdout, stderr } = await running.ended;
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
    expect(stdout).to.contain(`${contract.operations.length} operations, ${contract.failures.length} failures`);
    for (const [name, token] of Object.entries(world.tokens)) expect(stdout).to.match(new RegExp(`tokens\\.${name} +${token}\n`));
  });

  it('--json prints one document per line: what it is, then every request with its answer and why', async () => {
    const running = startFailpath(['mock', '--port', '0', '--json']);
    const [, url = ''] = await running.printed(/"url":"(http:[^"]+)"/);
    await fetch(`${url}/v1/transactions/00000000-0000-4000-8000-000000000000`);
    await running.printed(/transaction\.not_found/);
    running.kill('SIGINT');
    const { exitCode, stdout } = await running.ended;
    expect(exitCode).to.equal(0);
    const [start, request, ...more] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(start).to.have.property('world').that.has.property('tokens');
    expect(request).to.include({
      method: 'GET',
      operation: 'getTransaction',
      status: 404,
      code: 'transaction.not_found',
      answeredBy: 'sandbox',
    });
    expect(request).to.have.property('why').that.matches(/\S/);
    expect(more.map(({ event }) => event)).to.deep.equal(['stop']);
  });

  it('a port that is taken is exit code 4, with what to do', async () => {
    const running = startFailpath(['mock', '--port', '0', '--json']);
    const [, port = ''] = await running.printed(/"url":"http:\/\/127\.0\.0\.1:(\d+)"/);
    const { exitCode, stdout, stderr } = await failpath(['mock', '--port', port]);
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: '' });
    expect(stderr).to.equal(
      `address-unavailable  cannot listen on 127.0.0.1:${port}\n` +
        '    why: Something else listens there already.\n' +
        '    fix: Choose another --port or --host; port 0 takes any that is free.\n',
    );
    running.kill('SIGTERM');
    await running.ended;
  });

  for (const nowhere of ['nonsense', 'ftp://example.com']) {
    it(`--proxy-to ${nowhere} is exit code 4, with what to do`, async () => {
      const { exitCode, stdout, stderr } = await failpath(['mock', '--port', '0', '--proxy-to', nowhere]);
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: '' });
      expect(stderr).to.match(/^usage {2}requests may be sent on to ".+"\n {4}why: .*http.*\n {4}fix: Say --proxy-to https:/);
    });
  }

  it('--tls-out replaces a certificate, and no other file', async () => {
    const key = temporaryFile('notes.txt', 'not to be lost');
    for (const file of [key, '/dev/null']) {
      const { exitCode, stdout, stderr } = await failpath(['mock', '--port', '0', '--tls-out', file]);
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: '' });
      expect(stderr).to.match(/^output-unwritable {2}--tls-out is .+\n {4}why: .*no (?:certificate|regular file)/);
    }
    expect(readFileSync(key, 'utf8')).to.equal('not to be lost');
    const old = temporaryFile('old.pem', '-----BEGIN CERTIFICATE-----\nold\n');
    const running = startFailpath(['mock', '--port', '0', '--json', '--tls-out', old]);
    await running.printed(/"url":"https:/);
    expect(readFileSync(old, 'utf8')).to.match(/^-----BEGIN CERTIFICATE-----\n(?!old)/);
    running.kill('SIGTERM');
    await running.ended;
  });

  it('says that there are no rules in an empty folder', async () => {
    const running = startFailpath(['mock', '--port', '0', '--script', temporaryFolder()]);
    await running.printed(/fails at http/);
    running.kill('SIGTERM');
    expect((await running.ended).stderr).to.match(/^\S+: 0 rules\n$/);
  });
});
