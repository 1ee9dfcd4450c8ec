import { expect } from 'chai';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startMock, type Mock } from '../../mocks/index.js';
import { mutantNamed } from '../zoo/index.js';
import { failpath, startFailpath, temporaryFolder } from '../support/cli.js';
import { startProxy } from '../support/proxy.js';
import { deployment, rulesIn } from './support.js';

const UNKNOWN = '/v1/transactions/unknown';

describe('failpath mock --record', function () {
  this.timeout(30_000);
  let api: Mock;
  beforeEach(async () => void (api = await startMock()));
  afterEach(() => api.close());

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`${signal}: writes what it saw, says what it was, and ends with 0`, async () => {
      const cwd = temporaryFolder();
      const running = startFailpath(['mock', '--port', '0', '--record', api.url], { cwd });
      const [, url = ''] = await running.printed(/ at (http:\/\/127\.0\.0\.1:\d+) is recorded from http/);
      expect(existsSync(join(cwd, 'recorded.yaml'))).to.equal(true);
      expect((await fetch(`${url}${UNKNOWN}`)).status).to.equal(404);
      expect((await fetch(`${url}/elsewhere`)).status).to.equal(404);
      running.kill(signal);
      const { exitCode, stdout, stderr } = await running.ended;
      expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
      expect(stdout).to.match(
        /recorded\.yaml: 1 rule from 1 request \(1 declared failure, 0 declared successes, 0 violations\)\n1 request outside the contract:\n {2}GET \/elsewhere\n$/,
      );
      expect(rulesIn(readFileSync(join(cwd, 'recorded.yaml'), 'utf8'))[0]).to.include({
        on: 'getTransaction',
        fails: 'transaction.not_found',
      });
      expect(readdirSync(cwd)).to.deep.equal(['recorded.yaml']);
    });
  }

  it('tells each violation once as it comes, how often at the end, and ends with 1', async () => {
    const proxy = await startProxy(api.url, mutantNamed('transaction.not_found: wrong status').proxy?.());
    const running = startFailpath(['mock', '--port', '0', '--record', proxy.url, '--record-to', 'mine.yaml'], { cwd: temporaryFolder() });
    const [, url = ''] = await running.printed(/ at (http:\/\/127\.0\.0\.1:\d+) is recorded/);
    for (let count = 0; count < 3; count++) await fetch(`${url}${UNKNOWN}`);
    running.kill('SIGINT');
    const { exitCode, stdout, stderr } = await running.ended;
    const line =
      'violation  undeclared-status: getTransaction declares no status 400 (200, 404, 503); its code transaction.not_found is declared with 404';
    expect(exitCode).to.equal(1);
    expect(stderr).to.equal(`${line}\n`);
    expect(stdout).to.contain(
      `mine.yaml: 1 rule from 3 requests (0 declared failures, 0 declared successes, 3 violations)\n${line} (3 times)\n`,
    );
    await proxy.close();
  });

  it('--json prints requests, violations and the recording, one document per line', async () => {
    const running = startFailpath(['mock', '--port', '0', '--json', '--record', api.url], { cwd: temporaryFolder() });
    const [, url = ''] = await running.printed(/"url":"(http:[^"]+)"/);
    await fetch(`${url}${UNKNOWN}`);
    running.kill('SIGINT');
    const { exitCode, stdout } = await running.ended;
    expect(exitCode).to.equal(0);
    const documents = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(documents[1]).to.include({
      answeredBy: 'deployment',
      status: 404,
      code: 'transaction.not_found',
      why: 'the deployment answered: getTransaction 404 transaction.not_found is declared',
    });
    expect(documents.at(-1)).to.include({ event: 'stop' });
    const { time: _, ...recorded } = documents.at(-2) ?? {};
    expect(recorded).to.deep.equal({
      level: 'info',
      event: 'recorded',
      file: 'recorded.yaml',
      rules: 1,
      requests: 1,
      failures: 1,
      successes: 0,
      unjudged: 0,
      unanswered: 0,
      leftOut: 0,
      violations: [],
      elsewhere: [],
    });
  });

  it('says that a deployment never answered, and ends with 3', async () => {
    const gone = await deployment((_req, res) => res.destroy());
    const running = startFailpath(['mock', '--port', '0', '--record', gone.url], { cwd: temporaryFolder() });
    const [, url = ''] = await running.printed(/ at (http:\/\/127\.0\.0\.1:\d+) is recorded/);
    for (const path of [UNKNOWN, '/elsewhere']) expect((await fetch(`${url}${path}`)).status).to.equal(501);
    running.kill('SIGINT');
    const { exitCode, stdout } = await running.ended;
    await gone.close();
    expect(exitCode).to.equal(3);
    expect(stdout).to.match(/recorded\.yaml: 0 rules from 0 requests .*\n2 requests without an answer\n$/);
  });

  for (const flags of [['--record-to', 'mine.yaml'], ['--overwrite']]) {
    it(`refuses ${flags.join(' ')} where nothing is recorded`, async () => {
      const { exitCode, stdout, stderr } = await failpath(['mock', '--port', '0', ...flags]);
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: '' });
      expect(stderr).to.match(new RegExp(`^usage {2}${flags[0] ?? ''} is given without --record\\n`));
    });
  }

  it('refuses what has no part in a recording', async () => {
    const { exitCode, stderr } = await failpath(['mock', '--port', '0', '--record', api.url, '--script', 'x.yaml', '--dynamic']);
    expect(exitCode).to.equal(4);
    expect(stderr).to.match(/^usage {2}--record and --script, --dynamic do not go together\n/);
  });
});
