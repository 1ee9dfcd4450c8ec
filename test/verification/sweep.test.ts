import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sweep, type SweepOptions } from '../../cli/commands/sweep.js';
import { startMock, type StartOptions } from '../../mocks/index.js';
import { InputError, type Contract } from '../../spec/index.js';
import { atsContract } from '../mock/support.js';
import { temporaryFolder } from '../support/cli.js';
import { testIo, type TestIo } from '../support/io.js';

/** Starts mocks for sweeps, and says what becomes of them. */
class Starts {
  closed = 0;
  shown: string[] = [];
  readonly #onShown: (status: number) => void;

  constructor(onShown: (status: number) => void = () => undefined) {
    this.#onShown = onShown;
  }

  readonly start = (async (options?: StartOptions) => {
    const mock = await startMock(options);
    mock.journal.onExchange(({ operation, status, code, answeredBy }) => {
      if (answeredBy === 'script') this.shown.push(`${operation} ${status} ${code}`);
      this.#onShown(status);
    });
    const close = async (): Promise<void> => {
      this.closed++;
      await mock.close();
    };
    return { ...mock, close };
  }) as typeof startMock;
}

/** What every client of the tests begins with. */
const PRELUDE = `
const { FAILPATH_URL: url, FAILPATH_CODE: code, FAILPATH_STATUS: status, FAILPATH_OPERATION: operation, FAILPATH_RETRY: retry } = process.env;
const get = () => fetch(url + '/v1/transactions/5e2b9c74-80d1-4a3f-b6c9-d1f04e7a2385', { headers: { authorization: 'Bearer x' } });
`;

describe('failpath sweep', function () {
  this.timeout(60_000);
  let contract: Contract;
  const folder = temporaryFolder();
  before(async () => {
    contract = await atsContract();
  });
  const client = (body: string): string[] => {
    const file = join(folder, `client-${Math.abs(hash(body))}.mjs`);
    writeFileSync(file, PRELUDE + body);
    return [process.execPath, file];
  };

  interface Swept {
    readonly exitCode: number;
    readonly out: string;
    readonly err: string;
    readonly starts: Starts;
  }
  async function run(body: string | string[], options: Partial<SweepOptions> = {}, io: TestIo = testIo()): Promise<Swept> {
    const starts = new Starts();
    const command = typeof body === 'string' ? client(body) : body;
    const exitCode = await sweep({ command, contract: contract.file, operation: ['getTransaction'], ...options }, io, starts.start);
    expect(starts.closed).to.equal(1);
    return { exitCode, ...io.written, starts };
  }
  const outcomes = (out: string): unknown =>
    (JSON.parse(out) as { failures: { code: string; outcome: string }[] }).failures.map(({ code, outcome }) => [code, outcome]);

  const HANDLES = 'const answer = await get(); process.exit(code === undefined || (await answer.json()).error.code === code ? 0 : 1);';

  it('runs the command once per failure, and is 0 when each was shown and handled', async () => {
    const { exitCode, out, err, starts } = await run(HANDLES);
    expect({ exitCode, err }).to.deep.equal({ exitCode: 0, err: '' });
    expect(starts.shown).to.deep.equal(['getTransaction 404 transaction.not_found', 'getTransaction 503 common.service_unavailable']);
    expect(out.replaceAll(/\d+\.\d s/g, '0.1 s')).to.equal(
      [
        'control: exit 0 after 0.1 s, 1 requests',
        '  OUTCOME  OPERATION       STATUS  CODE                        TIME   EXIT    REACHED IT',
        '✓ handled  getTransaction  404     transaction.not_found       0.1 s  exit 0  1 request',
        '✓ handled  getTransaction  503     common.service_unavailable  0.1 s  exit 0  1 request',
        '',
        '2 handled',
        '',
      ].join('\n'),
    );
  });

  it('tells the command in its environment what it will meet', async () => {
    const body = `await get(); console.log([operation, status, code, retry, process.env.KEPT].join(' ')); process.exit(code === undefined ? 0 : 9);`;
    const io = testIo({ env: { KEPT: 'kept', FAILPATH_CODE: 'stale' } });
    const { exitCode, out } = await run(body, { status: ['503'], json: true }, io);
    expect(exitCode).to.equal(1);
    const { failures, control, command } = JSON.parse(out) as { failures: Record<string, unknown>[]; control: unknown; command: string[] };
    expect(failures[0]).to.deep.include({
      operation: 'getTransaction',
      status: 503,
      outcome: 'broke',
      commandExitCode: 9,
      signal: null,
      timedOut: false,
      reached: 1,
      shown: 1,
      requests: 1,
      verdicts: [],
      output: 'getTransaction 503 common.service_unavailable backoff kept',
    });
    expect(control).to.deep.include({ commandExitCode: 0, requests: 1 });
    expect(command[0]).to.equal(process.execPath);
  });

  it('is 1 when the command breaks, with the last that it printed, fit to be read', async () => {
    const { exitCode, out } = await run(
      `await get(); if (code) { console.log('\\u001b[31mTypeError\\u001b[0m: no\\x07 idea'); process.exit(7); }`,
      { status: ['404'] },
    );
    expect(exitCode).to.equal(1);
    expect(out).to.match(
      /✗ broke +getTransaction +404 +transaction\.not_found +\S+ s +exit 7 +1 request\n {4}\| TypeError: no idea\n\n1 broke\n$/,
    );
  });

  it('lets the command fail with anyExit, unless a signal ended it', async () => {
    expect((await run('await get(); if (code) process.exit(7);', { status: ['404'], anyExit: true })).exitCode).to.equal(0);
    const killed = await run(`await get(); if (code) process.kill(process.pid, 'SIGKILL');`, { status: ['404'], anyExit: true });
    expect(killed.exitCode).to.equal(1);
    expect(killed.out).to.match(/broke .+ SIGKILL/);
  });

  it('is 1 when the command hangs, and ends all that it has started', async () => {
    const body = `
      import { spawn } from 'node:child_process';
      await get();
      if (code) {
        const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'], { stdio: 'inherit' });
        console.log('child ' + child.pid);
        process.on('SIGTERM', () => {});
        setInterval(() => {}, 1000);
      }`;
    const { exitCode, out } = await run(body, { status: ['404'], timeout: 3 });
    expect(exitCode).to.equal(1);
    expect(out).to.match(/timed-out .+ timeout/);
    const pid = /child (\d+)/.exec(out)?.[1] ?? '';
    expect(pid).to.match(/^\d+$/);
    // Dead, and perhaps not yet buried by whoever inherited it.
    expect(spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).stdout).to.match(/^(?:Z\S*)?\s*$/);
  });

  it('is 2 when the command never meets the failure, and says whether it called the operation', async () => {
    const elsewhere = await run(`await fetch(url + '/v1/nowhere'); await fetch(url + '/v1/organizations/x/api-keys');`, {
      status: ['404'],
    });
    expect(elsewhere.exitCode).to.equal(2);
    expect(elsewhere.out).to.match(/\? not-shown .+\n {4}the command never called getTransaction\n/);
    const chosen = await run(`await fetch(url + '/v1/transactions/x', { headers: { prefer: 'code=200' } });`, { status: ['404'] });
    expect(chosen.exitCode).to.equal(2);
    expect(chosen.out).to.contain('getTransaction was called, but answered otherwise: was the answer chosen by the client?');
  });

  it('is 1 when the client misbehaves, even if its command succeeds', async () => {
    // More often than hammering takes: on a busy machine, some retries come late.
    const { exitCode, out } = await run(
      'for (let i = 0; i < 20; i++) { const answer = await get(); await answer.text(); if (!code) break; }',
    );
    expect(exitCode).to.equal(1);
    expect(out).to.match(/✗ misbehaved +getTransaction +404/);
    expect(out).to.match(/retried-never \(likely\) {2}getTransaction answered 404 transaction\.not_found, which must not be retried/);
    expect(out).to.match(/hammered \(likely\) {2}getTransaction answered 503/);
    expect(out).to.match(/ignored-retry-after \(likely\) {2}getTransaction answered 503 common\.service_unavailable with Retry-After: 1 s/);
    expect(out).to.match(/\n2 misbehaved\n$/);
  });

  it('takes what the command does anyway for separate calls, and without a control run accuses only when it is certain', async () => {
    const thrice = 'for (let i = 0; i < 3; i++) await get();';
    expect((await run(thrice, { status: ['404'] })).exitCode).to.equal(0);
    const uncontrolled = await run(thrice, { status: ['404'], control: false });
    expect(uncontrolled.exitCode).to.equal(0);
    expect(uncontrolled.out).to.contain('retried-never (likely)').and.not.contain('control:');
  });

  it('makes a patient client wait no longer than it is told to', async () => {
    const body = `
      for (let i = 0; i < 2; i++) {
        const answer = await get();
        if (answer.status !== 503) break;
        await new Promise((resolve) => setTimeout(resolve, answer.headers.get('retry-after') * 1000));
      }`;
    expect((await run(body, { status: ['503'] })).exitCode).to.equal(0);
  });

  it('is 3 when the command fails without any failure, or never asks the mock', async () => {
    const broken = await run(`console.error('no such module'); process.exit(1);`);
    expect(broken.exitCode).to.equal(3);
    expect(broken.out).to.equal('');
    expect(broken.err).to.match(
      /^The command fails \(exit 1\) while the mock fails at nothing.+\n {2}\| no such module\n {4}fix: .+--no-control\.\n$/,
    );
    expect(broken.starts.shown).to.deep.equal([]);
    const idle = await run('');
    expect(idle.exitCode).to.equal(3);
    expect(idle.err).to.match(/^The command succeeds without a single request to the mock at http:.+\n {4}fix: .+FAILPATH_URL\.\n$/);
    expect((await run('', { control: false })).exitCode).to.equal(3);
    const hanging = await run('await get(); setInterval(() => {}, 1000);', { timeout: 0.5 });
    expect(hanging.err).to.match(/^The command does not come to an end while/);
  });

  it('stops when it is interrupted, with what it has, and 130', async () => {
    const io = testIo();
    const body = `await get(); if (code === 'common.service_unavailable') setInterval(() => {}, 1000);`;
    const { start } = new Starts((status) => void (status === 503 && setTimeout(() => io.interrupt(), 300)));
    const options = { command: client(body), contract: contract.file, operation: ['getTransaction'], json: true };
    const exitCode = await sweep(options, io, start);
    expect(exitCode).to.equal(130);
    expect(outcomes(io.written.out)).to.deep.equal([['transaction.not_found', 'handled']]);
    expect(JSON.parse(io.written.out)).to.include({ interrupted: true, selected: 2, exitCode: 130 });
  });

  it('says on a terminal how far it is, and nowhere else', async () => {
    const io = testIo({ terminal: true });
    await run(HANDLES, {}, io);
    expect(io.written.err)
      .to.contain('1/2  getTransaction 404 transaction.not_found')
      .and.satisfy((text: string) => text.endsWith('\r\u001b[2K'));
  });

  it('refuses what it cannot use', async () => {
    const refusal = async (body: string | string[], options: Partial<SweepOptions> = {}): Promise<string> => {
      const error: unknown = await sweep(
        { command: typeof body === 'string' ? client(body) : body, contract: contract.file, ...options },
        testIo(),
        new Starts().start,
      ).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(InputError);
      return (error as InputError).message;
    };
    expect(await refusal([])).to.match(/there is no command to run[^]+failpath sweep -- npm test/);
    expect(await refusal(['no-such-program'])).to.match(/"no-such-program" cannot be started: there is no such program/);
    expect(await refusal([folder])).to.match(/cannot be started: it may not be executed/);
    expect(await refusal(HANDLES, { code: ['nothing.like_it'] })).to.match(/^filter-empty/);
  });
});

function hash(text: string): number {
  return [...text].reduce((sum, char) => (sum * 31 + (char.codePointAt(0) ?? 0)) | 0, 7);
}
