import { expect } from 'chai';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { startFailpath, temporaryFile } from '../support/cli.js';
import { INIT, TRANSACTION } from './support.js';

type Line = Readonly<Record<string, unknown>>;

const linesOf = (stdout: string): Line[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe('surfaces: the structured log', function () {
  this.timeout(20_000);

  it('has an object for the start, each request, each change of a script and the end', async () => {
    const rule = 'rules:\n  - { on: initWork, answers: common.service_unavailable }\n';
    const script = temporaryFile('rules.yaml', rule);
    const running = startFailpath(['mock', '--port', '0', '--json', '--script', dirname(script)]);
    const [, url = ''] = await running.printed(/"url":"(http:[^"]+)"/);
    await fetch(url + INIT, { method: 'POST' });
    await fetch(`${url}${TRANSACTION}?__error=nix`);
    await running.printed(/unknown-choice/);
    writeFileSync(`${script}.new`, 'rules: [{ fails: 7 }]');
    renameSync(`${script}.new`, script);
    await running.printed(/"type":"kept"/);
    rmSync(script);
    await running.printed(/"type":"removed"/);
    running.kill('SIGTERM');
    const { stdout, stderr, exitCode } = await running.ended;
    expect({ stderr, exitCode }).to.deep.equal({ stderr: '', exitCode: 0 });
    const lines = linesOf(stdout);
    const shown = lines.map(({ level, event, type, status }) => [level, event, type ?? status ?? '']);
    expect(shown).to.deep.equal([
      ['info', 'start', ''],
      ['info', 'script', 'loaded'],
      ['info', 'request', 503],
      ['warn', 'request', 501],
      ['warn', 'script', 'kept'],
      ['info', 'script', 'removed'],
      ['info', 'stop', ''],
    ]);
    for (const { time } of lines) expect(time).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const request = lines.find(({ event }) => event === 'request') ?? {};
    expect(Object.keys(request)).to.include.members([
      'id',
      'requestId',
      'at',
      'method',
      'url',
      'operation',
      'status',
      'code',
      'answeredBy',
      'ruleId',
      'why',
      'milliseconds',
    ]);
    expect(request).to.include({
      method: 'POST',
      url: INIT,
      operation: 'initWork',
      code: 'common.service_unavailable',
      answeredBy: 'script',
    });
  });

  it('shows an admin token only if nobody knows it yet, and no credential of a request', async () => {
    for (const [flags, shown] of [
      [['--admin-token', 'given-by-the-operator'], false],
      [['--host', '0.0.0.0'], true],
    ] as const) {
      const running = startFailpath(['mock', '--port', '0', '--json', ...flags]);
      const [, url = ''] = await running.printed(/"url":"(http:[^"]+)"/);
      const secret = 'afo_sk_live_0123456789abcdef0123456789abcdef0123456789abcdef0123';
      await fetch(`${url}${TRANSACTION}?token=${secret}`, { headers: { authorization: `Bearer ${secret}` } });
      await running.printed(/"event":"request"/);
      running.kill('SIGTERM');
      const { stdout } = await running.ended;
      expect(stdout).to.not.include(secret).and.not.include('given-by-the-operator');
      expect(typeof linesOf(stdout)[0]?.['adminToken'] === 'string').to.equal(shown);
    }
  });
});
