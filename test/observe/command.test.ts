import { expect } from 'chai';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ObservedLedger } from '../../contracts/index.js';
import { startMock } from '../../mocks/index.js';
import { failpath, startFailpath, temporaryFolder, type Ended } from '../support/cli.js';
import { expectGolden } from '../support/golden.js';
import { normalise } from '../support/normalise.js';
import { startProxy } from '../support/proxy.js';
import { mutantNamed } from '../zoo/index.js';
import { liar, REQUESTS } from './liar.js';
import { ask, observations } from './support.js';

const UNKNOWN = '/v1/transactions/unknown';
/** What nobody else says. */
const CANARY = 'afo_sk_live_c4na7y0123456789c4na7y0123456789c4na7y0123456789';

const ledgerIn = (folder: string): ObservedLedger =>
  JSON.parse(readFileSync(join(folder, 'failpath-observed', 'ledger.json'), 'utf8')) as ObservedLedger;

describe('failpath observe', function () {
  this.timeout(30_000);
  const suite = observations();
  afterEach(() => suite.closeAll());

  /** Observes an upstream while something is done, and interrupts it then. */
  async function watch(
    upstream: string,
    flags: readonly string[],
    during: (url: string) => Promise<unknown>,
    signal: NodeJS.Signals = 'SIGINT',
  ): Promise<Ended & { readonly folder: string }> {
    const folder = temporaryFolder();
    const running = startFailpath(['observe', '--upstream', upstream, '--port', '0', ...flags], { cwd: folder });
    const [, url = ''] = await running.printed(/(?:is observed at |"url":")(http:\/\/127\.0\.0\.1:\d+)/);
    await during(url);
    running.kill(signal);
    return { ...(await running.ended), folder };
  }

  const drive = async (url: string): Promise<void> => {
    const headers = { authorization: `Bearer ${CANARY}`, cookie: 'sid=c00k1e-canary-77; theme=dark' };
    for (const [method, path] of REQUESTS) await ask(`${url}${path}?cursor=${CANARY}`, { method, headers });
    await ask(`${url}/v1/transactions/leak`, { headers });
    await ask(`${url}/v1/transactions/wrong-status`, { headers });
  };

  it('tells each violation as it comes, and all of them at the end', async () => {
    const upstream = await suite.upstream(liar);
    const { exitCode, stdout, stderr, folder } = await watch(upstream.url, ['--fail-on', 'violation'], drive);
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 1, stderr: '' });
    expectGolden(normalise(stdout).replaceAll(/\S*\/openapi\.yaml/g, 'openapi.yaml'), new URL('./goldens/liar.txt', import.meta.url));
    const lines = ledgerIn(folder).failures.filter(({ seen }) => seen !== null);
    expectGolden(
      normalise(`${JSON.stringify(lines, null, 2)}\n`).replaceAll(/"durationMs": [\d.]+/g, '"durationMs": 0'),
      new URL('./goldens/liar-lines.json', import.meta.url),
    );
    const { violated } = ledgerIn(folder).traffic;
    const junit = readFileSync(join(folder, 'failpath-observed', 'junit.xml'), 'utf8');
    expect(junit.match(/<failure /g)?.length).to.equal(violated.length);
    expect(junit).to.match(new RegExp(`<testsuites [^>]* failures="${violated.length}" `));
    expect(junit).to.contain('getTransaction 404 transaction.gone: ').and.to.contain('DELETE /v1/transactions/right 405: ');
  });

  it('shows no credential, neither printed nor kept', async () => {
    const upstream = await suite.upstream(liar);
    for (const flags of [[], ['--json']]) {
      const { stdout, stderr, folder } = await watch(upstream.url, flags, drive);
      const files = ['ledger.json', 'junit.xml'].map((name) => readFileSync(join(folder, 'failpath-observed', name), 'utf8'));
      const shown = [stdout, stderr, ...files].join('\n');
      for (const secret of [CANARY, CANARY.slice(12), 'c00k1e-canary-77', '9f2c41aa07', 'k-5afe0123456789'])
        expect(shown.includes(secret), secret).to.equal(false);
      expect(shown).to.contain('$AUTHORIZATION').and.to.contain('$SECRET_KEY');
    }
  });

  it('shows nothing of the password that a client sends, and an error repeats', async () => {
    const upstream = await suite.upstream((req, res) => {
      let sent = '';
      req.on('data', (chunk: Buffer) => (sent += chunk.toString()));
      req.once('end', () => res.writeHead(418, { 'content-type': 'text/plain' }).end(`not this one: ${sent}`));
    });
    const observing = await suite.observe(upstream.url);
    const headers = { 'content-type': 'application/json' };
    const answer = await ask(`${observing.url}/v1/transactions/1`, { method: 'POST', headers, body: '{"password":"correct-horse"}' });
    expect(answer.body.toString()).to.contain('correct-horse');
    await observing.close();
    expect(JSON.stringify(observing.observer.traffic.violated))
      .to.contain('not this one: {\\"password\\":\\"$PASSWORD')
      .and.not.contain('correct-horse');
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`${signal} ends it with its summary, and with 0 where every answer was as declared`, async () => {
      const mock = await startMock();
      const { exitCode, stdout, folder } = await watch(mock.url, ['--fail-on', 'violation'], (url) => ask(`${url}${UNKNOWN}`), signal);
      await mock.close();
      expect(exitCode).to.equal(0);
      expect(stdout).to.match(/1 request: 0 declared successes, 1 declared failure, 0 violations\n1 of 145 declared failures seen\n/);
      expect(ledgerIn(folder).summary).to.deep.equal({ 'not-selected': 145 });
    });
  }

  it('ends with 0 in spite of violations unless it is told otherwise, and counts them', async () => {
    const mock = await startMock();
    const proxy = await startProxy(mock.url, mutantNamed('transaction.not_found: wrong status').proxy?.());
    const { exitCode, stdout, folder } = await watch(proxy.url, ['--quiet'], async (url) => {
      for (let count = 0; count < 3; count++) await ask(`${url}${UNKNOWN}`);
    });
    await proxy.close();
    await mock.close();
    expect(exitCode).to.equal(0);
    expect(stdout)
      .to.contain('getTransaction 400 transaction.not_found: status: expected 404, saw 400 (3 times)\n')
      .and.not.contain('fix ');
    const line = ledgerIn(folder).failures.find(
      ({ code, operation }) => code === 'transaction.not_found' && operation === 'getTransaction',
    );
    expect(line).to.deep.include({ outcome: 'violated', reason: 'status: expected 404, saw 400' });
    expect(line?.seen).to.include({ times: 3, wrong: 3 });
  });

  it('--json prints one document per line: the start, each kind of violation once, the summary', async () => {
    const upstream = await suite.upstream(liar);
    const { stdout } = await watch(upstream.url, ['--json', '--fail-on', 'violation'], async (url) => {
      for (let count = 0; count < 2; count++) await ask(`${url}/v1/transactions/undeclared`);
    });
    const documents = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    // The second answer has the request id of the first one, which is a violation of its own kind.
    expect(documents.map(({ event, level }) => [event, level])).to.deep.equal([
      ['start', 'info'],
      ['violation', 'warn'],
      ['summary', 'info'],
    ]);
    expect(documents[1]).to.deep.include({ operation: 'getTransaction', status: 404, code: 'transaction.gone', declared: false, count: 1 });
    expect(documents[2]).to.deep.include({
      requests: 2,
      violations: 2,
      seen: 0,
      declared: 145,
      exitCode: 1,
      verdict: 'violations were seen',
    });
  });

  it('ends with 3 when nothing came by, and when nothing answered', async () => {
    const upstream = await suite.upstream((_req, res) => void res.destroy());
    const silent = await watch(upstream.url, [], () => Promise.resolve());
    expect(silent.exitCode).to.equal(3);
    expect(silent.stdout).to.match(/^0 requests: .*\n0 of 145 declared failures seen\n\nnothing could be judged in/m);
    const dead = await watch(upstream.url, ['--fail-on', 'violation'], (url) => ask(`${url}${UNKNOWN}`));
    expect(dead.exitCode).to.equal(3);
    expect(dead.stdout).to.match(/without an answer\n {2}socket hang up\n/);
  });

  it('tells what it has seen also if nothing can be written any more', async () => {
    const folder = temporaryFolder();
    const upstream = await suite.upstream(liar);
    for (const flags of [[], ['--json']]) {
      const out = join(folder, `out-${flags.length}`);
      const { exitCode, stdout, stderr } = await watch(upstream.url, ['--out', out, ...flags], async (url) => {
        await ask(`${url}/v1/transactions/undeclared`);
        rmSync(out, { recursive: true });
        writeFileSync(out, 'in the way');
      });
      expect(exitCode).to.equal(4);
      expect(stderr).to.match(/^output-unwritable/);
      expect(stdout).to.match(
        flags.length === 0 ? /violations were seen in .*, exit code 4\n$/ : /"event":"summary".*"exitCode":4,"files":\[\]\}\n$/,
      );
    }
  });

  it('a second signal ends the wait for requests under way, which are counted, and everything is written', async () => {
    let arrived = (): void => undefined;
    const there = new Promise<void>((resolve) => (arrived = resolve));
    const upstream = await suite.upstream((req, res) => (req.url === '/v1/transactions/hangs' ? arrived() : liar(req, res)));
    const folder = temporaryFolder();
    const running = startFailpath(['observe', '--upstream', upstream.url, '--port', '0', '--fail-on', 'violation'], { cwd: folder });
    const [, url = ''] = await running.printed(/is observed at (\S+)/);
    await ask(`${url}/v1/transactions/undeclared`);
    const hanging = ask(`${url}/v1/transactions/hangs`).catch(() => undefined);
    await there;
    running.kill('SIGINT');
    // It listens no more: the first signal has come.
    while (
      await ask(`${url}/health`).then(
        () => true,
        () => false,
      )
    );
    running.kill('SIGINT');
    const { exitCode, stdout } = await running.ended;
    await hanging;
    expect(exitCode).to.equal(1);
    expect(stdout).to.contain('without an answer\n  it was still under way at the end\n');
    expect(ledgerIn(folder).traffic).to.deep.include({
      violations: 1,
      unanswered: [{ what: 'it was still under way at the end', count: 1 }],
    });
  });

  it('says what it means to listen elsewhere than on loopback', async () => {
    const upstream = await suite.upstream(liar);
    const running = startFailpath(['observe', '--upstream', upstream.url, '--port', '0', '--host', '0.0.0.0']);
    await running.printed(/is observed at http:\/\/0\.0\.0\.0:\d+/);
    running.kill('SIGINT');
    expect((await running.ended).stderr).to.match(/^! Whoever reaches this address can send requests to the upstream through it/);
  });

  const misused: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /^usage {2}neither --upstream nor --har is given/],
    [['--upstream', 'http://x.example', '--har', 'x.har'], /^usage {2}--har and --upstream are both given/],
    [['--upstream', 'http://x.example', '--base', 'http://y.example'], /^usage {2}--base is given without --har/],
    [['--har', 'x.har', '--port', '4020'], /^usage {2}--har is given with --port/],
    [['--upstream', 'x.example'], /^usage {2}--upstream is "x\.example"/],
    [['--upstream', 'http://x.example', '--fail-on', 'everything'], /Allowed choices are violation/],
    [['--upstream', 'http://x.example', '--ca', 'none.pem'], /^usage {2}--ca none\.pem cannot be read: no such file/],
    [['--upstream', 'http://x.example', '--contract', 'none.yaml'], /^contract-unreadable/],
    [['--har', 'none.har'], /^har-invalid {2}none\.har: no such file/],
    [['--har', 'none.har', '--out', '/proc/none'], /^output-unwritable/],
    [['--upstream', 'http://x.example', '--out', fileURLToPath(import.meta.url)], /^output-unwritable .*it is a file, and no folder/],
  ];
  for (const [flags, said] of misused) {
    it(`ends with 4: ${flags.join(' ') || 'no flags'}`, async () => {
      const { exitCode, stdout, stderr } = await failpath(['observe', ...flags]);
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: '' });
      expect(stderr).to.match(said);
    });
  }

  it('ends with 4 when its port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { exitCode, stderr } = await failpath(['observe', '--upstream', 'http://x.example', '--port', String(port)]);
    server.close();
    expect(exitCode).to.equal(4);
    expect(stderr).to.match(/^address-unavailable {2}cannot listen on 127\.0\.0\.1:\d+\n {4}why: Something else listens there already\./);
  });
});
