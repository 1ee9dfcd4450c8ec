import { writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect } from 'chai';
import { Agent, request } from 'undici';
import type { AtsWorld } from '../../mocks/ats/index.js';
import { InputError } from '../../spec/index.js';
import { startMock } from '../../mocks/index.js';
import { send } from '../mock/support.js';
import { begin, Client, clientOf, NOON, ok, rule, short } from '../sessions/support.js';
import { startFailpath, temporaryFile, temporaryFolder, type Running } from '../support/cli.js';
import { until } from '../stores/support.js';
import { createMemoryStore } from '../../mocks/stores/index.js';

/** A mock of several processes, and what it logs. */
interface Crewed {
  readonly url: string;
  readonly client: Client;
  readonly pids: readonly number[];
  readonly running: Running;
  /** What the log tells of workers. */
  events(pattern: RegExp): Promise<RegExpExecArray>;
}

/** What a mock says when it is ready. */
interface Start {
  readonly url: string;
  readonly workers: readonly number[];
  readonly certificate?: string;
}

async function launch(...args: readonly string[]): Promise<{ readonly running: Running; readonly start: Start }> {
  const running = startFailpath(['mock', '--port', '0', '--workers', '2', '--json', ...args]);
  const [line] = await running.printed(/^\{.*"event":"start".*\}\n/);
  return { running, start: JSON.parse(line) as Start };
}

async function startCrew(...args: readonly string[]): Promise<Crewed> {
  const { running, start } = await launch(...args);
  const { url, workers: pids } = start;
  const world = ok(await send({ url }, 'GET', '/__admin/world')).body as AtsWorld;
  return { url, client: new Client(url, world), pids, running, events: (pattern) => running.printed(pattern) };
}

/** A request over a connection of its own: connections are what workers take turns with. */
const apart = { headers: { connection: 'close' } } as const;

async function statuses(url: string, path: string, times = 6): Promise<readonly string[]> {
  const seen = [];
  for (let time = 0; time < times; time += 1) seen.push(short(await send({ url }, 'GET', path, apart)));
  return seen;
}

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('failpath mock --workers', function () {
  this.timeout(60_000);
  let crew: Crewed;

  before(async () => {
    crew = await startCrew();
  });

  after(async () => {
    crew.running.kill('SIGTERM');
    await crew.running.ended;
  });

  it('says so in one line, and answers in each of its processes', async () => {
    expect(new Set(crew.pids).size).to.equal(2);
    expect(crew.pids.map(isThere)).to.deep.equal([true, true]);
    expect(new Set(await statuses(crew.url, '/v1/transactions/x'))).to.deep.equal(new Set(['404 transaction.not_found']));
  });

  it('shares rules, clock, state and journal', async () => {
    const session = clientOf(await begin(crew.client, { clock: { now: NOON, frozen: true } }));
    const job = await session.prepared();
    const confirms = await Promise.all(
      Array.from({ length: 8 }, () =>
        session.ask('POST', session.organization('works/confirm'), { job_id: job }, { headers: { connection: 'close' } }),
      ),
    );
    expect(confirms.map(short).sort()).to.deep.equal(['202', ...Array.from({ length: 7 }, () => '404 registration.prepared_not_found')]);
    ok(await session.admin('POST', '/rules', [rule('getTransaction', 503)]));
    expect(new Set(await statuses(session.url, '/v1/transactions/x'))).to.deep.equal(new Set(['503 common.service_unavailable']));
    ok(await session.admin('POST', '/clock/advance', { seconds: 60 }));
    expect(ok(await session.admin('GET', '/clock')).body).to.deep.equal({ now: '2026-03-31T12:01:00.000Z', frozen: true });
    const { requests } = ok(await session.admin('GET', '/requests')).body as { requests: readonly { url: string }[] };
    expect(requests.filter(({ url }) => url.endsWith('/works/confirm'))).to.have.length(8);
  });

  it('counts what all of them have answered', async () => {
    const session = clientOf(await begin(crew.client));
    ok(await session.admin('POST', '/rules', [rule('getTransaction', 503)]));
    ok(await send(crew, 'DELETE', '/__admin/coverage'));
    await statuses(session.url, '/v1/transactions/x', 10);
    const coverage = ok(await send(crew, 'GET', '/__admin/coverage'));
    expect([coverage.at('/requests'), coverage.at('/shown'), coverage.at('/unjudged')]).to.deep.equal([10, 1, 0]);
    const metrics = await (await fetch(`${crew.url}/__admin/metrics`)).text();
    expect(metrics).to.match(/failpath_requests_total\{operation="getTransaction",status="503"[^}]*\} 10\n/);
    expect(Number(/^process_resident_memory_bytes (\d+)/m.exec(metrics)?.[1])).to.be.greaterThan(3 * 40_000_000);
  });

  it('ends a session for all of them', async () => {
    const made = await begin(crew.client);
    const inside = clientOf(made);
    expect(new Set(await statuses(inside.url, '/v1/transactions/x'))).to.deep.equal(new Set(['404 transaction.not_found']));
    ok(await crew.client.admin('DELETE', `/sessions/${made.id}`));
    const ask = (): Promise<readonly string[]> => statuses(inside.url, '/v1/transactions/x', 3);
    expect(new Set(await ask())).to.deep.equal(new Set(['404 failpath:unknown-session']));
  });

  it('replaces one that dies, and has lost nothing that was acknowledged', async () => {
    const session = clientOf(await begin(crew.client));
    const jobs: string[] = [];
    const [pid = 0] = crew.pids;
    const work = async (): Promise<void> => {
      while (jobs.length < 60) {
        const opened = await session.init().catch(() => undefined);
        if (opened?.status === 200) jobs.push(String(opened.at('/job_id')));
        if (jobs.length === 20 && isThere(pid)) process.kill(pid, 'SIGKILL');
      }
    };
    await Promise.all(Array.from({ length: 4 }, work));
    const [line] = await crew.events(/^\{.*"event":"worker","type":"replaced".*\}$/m);
    const event = JSON.parse(line) as { died: number; pid: number };
    expect(event.died).to.equal(pid);
    expect([isThere(pid), isThere(event.pid)]).to.deep.equal([false, true]);
    // A job that is there, and has no upload yet, is refused for that, wherever it is asked for.
    const prepare = (job: string): ReturnType<Client['post']> => session.post('works/prepare', { job_id: job });
    // A connection to the one that has died may still be taken for open; what is refused may be asked again.
    const seen = await Promise.all(jobs.map((job) => prepare(job).catch(() => prepare(job))));
    expect(new Set(seen.map(short))).to.not.include('404 registration.job_not_found');
    expect(new Set(seen.map(({ status }) => status)).size).to.equal(1);
  });
});

describe('failpath mock --workers: with what else there is', function () {
  this.timeout(60_000);

  it('serves with TLS, a folder and an admin token, loads scripts again when they change, and ends all of it', async () => {
    const script = temporaryFile('rules.json', JSON.stringify({ rules: [rule('getTransaction', 503)] }));
    const options = ['--script', script, '--admin-token', 'a-token', '--state', temporaryFolder(), '--tls'];
    const { running, start } = await launch(...options);
    const { url, workers, certificate: ca = '' } = start;
    const ask = async (path: string, token?: string): Promise<number> => {
      // A connection for each request, so that the workers take turns.
      const dispatcher = new Agent({ connect: { ca }, pipelining: 0 });
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const { statusCode, body } = await request(url + path, { dispatcher, headers });
      await body.dump();
      await dispatcher.close();
      return statusCode;
    };
    const asked = async (path: string, token?: string): Promise<ReadonlySet<number>> =>
      new Set([await ask(path, token), await ask(path, token), await ask(path, token), await ask(path, token)]);
    expect(await asked('/__admin/rules')).to.deep.equal(new Set([401]));
    expect(await asked('/__admin/rules', 'a-token')).to.deep.equal(new Set([200]));
    expect(await asked('/v1/transactions/x')).to.deep.equal(new Set([503]));
    writeFileSync(script, JSON.stringify({ rules: [] }));
    await running.printed(/"event":"script","type":"loaded","file":"[^"]+","rules":0/);
    await until(async () => (await ask('/v1/transactions/x')) === 404);
    expect(await asked('/v1/transactions/x')).to.deep.equal(new Set([404]));
    running.kill('SIGINT');
    const { exitCode, stdout } = await running.ended;
    expect(exitCode).to.equal(0);
    expect(stdout).to.match(/"event":"stop"\}\n$/);
    expect(workers.map(isThere)).to.deep.equal([false, false]);
  });

  it('leaves nobody behind when it is killed', async () => {
    const { running, start } = await launch();
    running.kill('SIGKILL');
    await running.ended;
    await until(async () => !start.workers.some(isThere));
  });

  it('says that a port is taken as any mock does', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { exitCode, stderr } = await startFailpath(['mock', '--workers', '2', '--port', String(port)]).ended;
    taken.close();
    expect(exitCode).to.equal(4);
    expect(stderr).to.match(/address-unavailable {2}cannot listen on 127\.0\.0\.1:\d+\n {4}why: Something else listens there already/);
  });

  it('tells the program that has started it which requests have arrived', async () => {
    const mock = await startMock({ workers: 2 });
    const ask = (): Promise<unknown> => request(`${mock.url}/v1/transactions/x`).then(({ body }) => body.text());
    try {
      for (let number = 1; number <= 5; number++) {
        await ask();
        expect(await mock.received('getTransaction', { times: number })).to.have.length(number);
      }
      const another = mock.waitFor('getTransaction', { times: 6, within: 10_000 });
      await ask();
      expect(await another).to.have.length(6);
      await until(() => Promise.resolve(mock.journal.entries().length === 6));
    } finally {
      await mock.close();
    }
  });

  it('refuses what only one process can have', async () => {
    const refused = async (options: Parameters<typeof startMock>[0]): Promise<string> =>
      startMock(options).then(
        async (mock) => mock.close().then(() => 'started'),
        (error: unknown) => (error instanceof InputError ? error.message : `no InputError: ${String(error)}`),
      );
    expect(await refused({ workers: 2, record: { from: 'http://127.0.0.1:1' } })).to.match(/workers and record do not go together/);
    expect(await refused({ workers: 2, store: createMemoryStore() })).to.match(/a store of your own/);
    expect(await refused({ workers: 2, listen: false })).to.match(/listen: false/);
    expect(await refused({ workers: 0 })).to.match(/workers is 0/);
  });
});
