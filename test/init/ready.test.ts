import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { expect } from 'chai';
import { TransportError, Unready, waitUntilReady, type WireAnswer } from '../../contracts/index.js';
import { packageFile } from '../../spec/index.js';
import { startFailpath, temporaryFile, temporaryFolder } from '../support/cli.js';
import { inProcess } from '../support/io.js';
import { freePort } from '../support/ports.js';

/** A deployment that answers what it is told, one thing after the other; the last one stays. */
async function wait(
  answers: readonly (number | string)[],
  more: { readonly healthy?: boolean; readonly lost?: () => string | undefined } = {},
): Promise<{ readonly seconds?: number; readonly why?: string; readonly asked: readonly string[]; readonly shown: readonly number[] }> {
  const asked: string[] = [];
  const shown: number[] = [];
  let now = 0;
  const send = ({ url }: { url: string }): Promise<WireAnswer> => {
    const answer = answers[Math.min(asked.push(url), answers.length) - 1];
    if (typeof answer === 'string') return Promise.reject(new TransportError(answer, { repeatable: false }));
    return Promise.resolve({ status: answer, headers: {}, text: '' } as unknown as WireAnswer);
  };
  const clock = { now: () => now, sleep: (milliseconds: number) => Promise.resolve((now += milliseconds)) };
  const waiting = { url: 'http://api/health', healthy: false, seconds: 5, clock, waiting: (passed: number) => shown.push(passed), ...more };
  try {
    return { seconds: await waitUntilReady({ send }, waiting), asked, shown };
  } catch (error) {
    if (!(error instanceof Unready)) throw error;
    return { why: error.message, asked, shown };
  }
}

describe('waiting until a deployment is ready', () => {
  it('ends with the first answer of an application, whatever it says', async () => {
    expect(await wait([404])).to.deep.equal({ seconds: 0, asked: ['http://api/health'], shown: [] });
    expect((await wait(['connect ECONNREFUSED', 502, 503, 504, 500])).seconds).to.equal(1.5);
  });

  it('wants a 2xx of an address that says how the deployment is', async () => {
    expect((await wait([404, 500, 301, 204], { healthy: true })).asked).to.have.lengthOf(4);
  });

  it('asks less and less often, and says meanwhile how long it has taken', async () => {
    expect((await wait(['refused'])).shown).to.deep.equal([0, 0.1, 0.3, 0.7, 1.5, 2.5, 3.5]);
  });

  it('ends in time, with what was seen last', async () => {
    expect((await wait(['connect ECONNREFUSED'])).why).to.equal(
      'http://api/health was not ready within 5 s: it was last not answered: connect ECONNREFUSED',
    );
    expect((await wait([503])).why).to.equal('http://api/health was not ready within 5 s: it was last answered with 503');
  });

  it('ends at once when what was started has ended', async () => {
    const { why, asked } = await wait(['refused'], { lost: () => '"npm start" has ended with exit code 1' });
    expect(why).to.equal('http://api/health will not be ready: "npm start" has ended with exit code 1');
    expect(asked).to.have.lengthOf(1);
  });
});

describe('verify --start', () => {
  const CONTRACT = packageFile('assets/project/openapi.yaml');
  const SUITE = packageFile('assets/project/failpath.suite.js');

  /** An API of the contract that begins new projects, on the port of its first argument. */
  const SERVER = `
    import { createServer } from 'node:http';
    createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => (text += chunk)).on('end', () => {
        const refuse = (status, code) => {
          response.writeHead(status, { 'content-type': 'application/json' });
          response.end(JSON.stringify({ error: { code, message: code, request_id: 'req_' + Math.random() } }));
        };
        let body;
        try { body = JSON.parse(text); } catch { return refuse(400, 'request.malformed'); }
        if (typeof body.name !== 'string') return refuse(422, 'lamp.invalid');
        if (body.name === '') return refuse(422, 'lamp.name_empty');
        response.writeHead(201).end();
      });
    }).listen(Number(process.argv[2]), '127.0.0.1');`;

  async function until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise((resolve) => setImmediate(resolve));
  }

  const verify = (port: number, ...more: readonly string[]): ReturnType<typeof inProcess> =>
    inProcess([
      ...['verify', '--contract', CONTRACT, '--suite', SUITE, '--url', `http://127.0.0.1:${port}`],
      ...['--out', temporaryFolder(), ...more],
    ]);

  it('starts the deployment, waits for it, proves it, and ends it', async () => {
    const port = await freePort();
    const start = `${process.execPath} ${temporaryFile('server.mjs', SERVER)} ${port}`;
    const { exitCode, stdout } = await verify(port, '--start', start);
    expect(stdout).to.contain('3 verified');
    expect(exitCode).to.equal(0);
    const socket = connect(port, '127.0.0.1');
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.equal('ECONNREFUSED');
  });

  it('ends with 3 when the command ends before, and shows what it said', async () => {
    const { exitCode, stderr } = await verify(await freePort(), '--start', 'echo "no database" >&2; exit 7');
    expect(stderr).to.match(/will not be ready: "echo .*" has ended with exit code 7\n {4}no database\n$/);
    expect(exitCode).to.equal(3);
  });

  it('ends with 3 when nothing answers in time', async () => {
    const port = await freePort();
    const { exitCode, stderr } = await verify(port, '--wait', '0.05', '--wait-for', '/health');
    expect(stderr).to.contain(`http://127.0.0.1:${port}/health was not ready within 0.05 s: it was last not answered: `);
    expect(exitCode).to.equal(3);
  });

  it('is refused where somebody answers already: an old server would be proven in the name of the new one', async () => {
    const old = createServer((_, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
    await once(old, 'listening');
    const { exitCode, stderr } = await verify((old.address() as AddressInfo).port, '--start', 'exit 0');
    old.close();
    expect(stderr).to.match(/address-unavailable {2}http:\/\/127\.0\.0\.1:\d+ answers already \(404\), before "exit 0" was started/);
    expect(exitCode).to.equal(4);
  });

  it('shows no secret of the deployment in what the command has printed', async () => {
    const secret = 'canary-5e55104f';
    const deployment = temporaryFile('dep.yaml', `url: http://127.0.0.1:${await freePort()}\nidentities: { key: '\${LAMPS_KEY}' }\n`);
    const { stderr } = await inProcess(
      [...['verify', '--contract', CONTRACT, '--suite', SUITE, '--deployment', deployment], '--start', 'echo "token=$LAMPS_KEY"; exit 1'],
      { LAMPS_KEY: secret },
    );
    expect(stderr).to.contain('token=$FAILPATH_KEY').and.not.to.contain(secret);
  });

  it('ends with 130 when it is interrupted while it waits, and ends what it has started', async () => {
    const port = await freePort();
    const started = temporaryFile('started', '');
    const running = startFailpath([
      ...['verify', '--contract', CONTRACT, '--suite', SUITE, '--url', `http://127.0.0.1:${port}`],
      ...['--start', `echo $$ > ${started}; exec sleep 77`],
    ]);
    await until(() => readFileSync(started, 'utf8') !== '');
    running.kill('SIGINT');
    const { exitCode, stderr } = await running.ended;
    expect(stderr).to.match(/^interrupted while waiting for http:\/\/127\.0\.0\.1:\d+: it was last not answered: /);
    expect(exitCode).to.equal(130);
    expect(() => process.kill(Number(readFileSync(started, 'utf8')), 0)).to.throw('ESRCH');
  });

  it('is refused for the embedded sandbox, which is there by itself', async () => {
    const { exitCode, stderr } = await inProcess(['verify', '--start', 'npm start']);
    expect(stderr).to.contain('--start is given without --url or --deployment');
    expect(exitCode).to.equal(4);
  });
});
