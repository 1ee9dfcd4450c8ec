import { expect } from 'chai';
import { begin, Client, NOON, ok, rule, short, clientOf } from '../sessions/support.js';
import type { Seen } from '../mock/support.js';
import { startRedis, type RedisServer } from '../stores/redis-server.js';
import { refused } from '../tracking/support.js';
import { PATIENT, until } from '../stores/support.js';
import { byNetwork, confirm, paid, prepareJobs, processes, type Job } from './support.js';

/** A Redis that is gone is noticed at once, and one that hangs within this many milliseconds. */
const TIMEOUT = '?timeout=1500';
const KEEPS = ['--appendonly', 'yes', '--appendfsync', 'always'];

const UNAVAILABLE = '503 common.service_unavailable';
const STORE_UNAVAILABLE = '503 failpath:store-unavailable';

/** What everybody is told who asks the API. */
function told(seen: Seen): string {
  return `${short(seen)}, again after ${seen.headers.get('retry-after')}`;
}

/** One request to every operation that there is no WebSocket for, as a good client would send it. */
async function askAll(client: Client, job: Job): Promise<Readonly<Record<string, string>>> {
  const { works, externalUser, admin } = client.world;
  const versions = `works/${works.active}/versions`;
  const token = { token: admin };
  const [get, post, version, work] = ['GET', 'POST', `${versions}/`, client.organization(`external-users/${externalUser.ref}/works`)];
  const asked: Readonly<Record<string, Promise<Seen>>> = {
    initWork: client.init(),
    prepareWork: client.post('works/prepare', { job_id: job.id }),
    confirmWork: confirm(client, job),
    initVersion: client.post(`${version}init`, { network: 'testnet', creators: [] }),
    confirmVersion: client.post(`${version}confirm`, { job_id: job.id }),
    getTransaction: client.transaction('x'),
    createApiKey: client.ask(post, client.organization('api-keys'), { name: 'k', scopes: ['works:read'] }, token),
    listApiKeys: client.ask(get, client.organization('api-keys'), undefined, token),
    revokeApiKey: client.ask('DELETE', client.organization('api-keys/00000000-0000-4000-8000-000000000000'), undefined, token),
    openPartnerSession: client.post('partner-sessions', { external_user_ref: externalUser.ref }),
    listWorks: client.ask(get, work),
    withoutCredential: client.ask(post, client.organization('works/init'), {}, { token: '' }),
  };
  return Object.fromEntries(await Promise.all(Object.entries(asked).map(async ([name, seen]) => [name, told(await seen)])));
}

/** The same of the control API. */
async function steerAll(client: Client): Promise<readonly string[]> {
  const asked = [
    client.admin('GET', '/requests'),
    client.admin('GET', '/rules'),
    client.admin('GET', '/world'),
    client.admin('GET', '/clock'),
    client.admin('GET', '/sessions'),
    client.admin('GET', '/sessions/default/replay'),
    client.admin('PUT', '/clock', { now: null }),
    client.admin('POST', '/clock/advance', { seconds: 60 }),
    client.admin('POST', '/rules', rule('initWork', 400)),
    client.admin('POST', '/sessions', {}),
    client.admin('POST', '/reset'),
  ];
  return (await Promise.all(asked)).map((seen) => told(seen));
}

describe('two mocks whose Redis goes away', function () {
  this.timeout(60_000);
  const { serve, killAll } = processes();
  let redis: RedisServer;
  let clients: readonly Client[];
  let jobs: readonly Job[];
  let transaction: string;
  let session: Client;
  let opened: Seen;

  const begun = async (settings: readonly string[], bound = PATIENT): Promise<void> => {
    redis = await startRedis(settings);
    const store = ['--store', `${redis.url}${bound}`];
    clients = (await Promise.all([serve(...store), serve(...store)])).map(({ client }) => client);
    const [one, two] = clients as [Client, Client];
    jobs = await prepareJobs(one, 4);
    transaction = String(ok(await confirm(one, jobs[0] as Job)).at('/transaction_id'));
    ok(await confirm(two, jobs[1] as Job));
    ok(await one.admin('POST', '/rules', rule('listApiKeys', 503)));
    session = clientOf(await begin(one));
    opened = ok(await one.init());
  };
  afterEach(async () => {
    await killAll();
    await redis.stop('SIGKILL');
  });

  /** @param index Of the job that is asked for. */
  const expectAway = async (index = 2): Promise<void> => {
    for (const client of clients) {
      const answers = await askAll(client, jobs[index] as Job);
      const all = Object.keys(answers).map((name) => [name, `${UNAVAILABLE}, again after 1`]);
      expect(answers).to.deep.equal(Object.fromEntries(all));
      expect(new Set(await steerAll(client))).to.deep.equal(new Set([`${STORE_UNAVAILABLE}, again after 1`]));
      // Whether a server has met the session before or not.
      const prefix = new URL(session.url).pathname;
      expect(told(await new Client(client.url + prefix, session.world).init())).to.equal(`${UNAVAILABLE}, again after 1`);
      expect(told(await new Client(client.url, session.world).init())).to.equal(`${UNAVAILABLE}, again after 1`);
      const upload = await fetch(client.url + new URL(String(opened.at('/upload_url'))).pathname, { method: 'PUT', body: 'audio' });
      expect([upload.status, upload.headers.get('retry-after')]).to.deep.equal([503, '1']);
      const socket = await refused(`${client.url.replace('http', 'ws')}/v1/ws/transactions/${transaction}`);
      expect(socket.status).to.equal(503);
      expect(socket.body).to.contain('"common.service_unavailable"');
    }
  };

  /** Without anybody's help. */
  const back = async (): Promise<void> => {
    for (const client of clients) await until(async () => (await client.admin('GET', '/clock')).status === 200);
  };

  const expectWorld = async (): Promise<void> => {
    for (const client of clients) {
      expect((await client.transaction(transaction)).status).to.equal(200);
      expect(await paid(client)).to.deep.equal(byNetwork(jobs.slice(0, 2)));
      expect(ok(await client.admin('GET', '/clock')).body).to.deep.equal({ now: NOON, frozen: true });
      expect(ok(await client.admin('GET', '/rules')).at('/meta/total')).to.equal(1);
      expect(short(await confirm(client, jobs[0] as Job))).to.equal('404 registration.prepared_not_found');
    }
    const [one, two] = clients as [Client, Client];
    expect((await two.upload(opened)).status).to.equal(200);
    ok(await one.post('works/prepare', { job_id: opened.at('/job_id') }));
    const both = await Promise.all([confirm(one, jobs[2] as Job), confirm(two, jobs[2] as Job)]);
    expect(both.map(short).sort()).to.deep.equal(['202', '404 registration.prepared_not_found']);
    expect(short(await confirm(two, jobs[3] as Job))).to.equal('202');
    expect(await Promise.all(clients.map(paid))).to.deep.equal([byNetwork(jobs), byNetwork(jobs)]);
  };

  it('say so, and go on where they were when it comes back with what it had', async () => {
    await begun(KEEPS);
    await redis.stop('SIGKILL');
    await expectAway();
    await redis.start();
    await back();
    const inside = new Client(`${clients[1]?.url}${new URL(session.url).pathname}`, session.world);
    expect((await inside.init()).status).to.equal(200);
    await expectWorld();
  });

  it('say so, and make their world again when it comes back empty; sessions are gone', async () => {
    await begun([]);
    await redis.stop('SIGKILL');
    await expectAway();
    await redis.start();
    await back();
    await expectWorld();
    for (const client of clients) {
      const inside = new Client(client.url + new URL(session.url).pathname, session.world);
      expect(short(await inside.init())).to.equal('404 failpath:unknown-session');
    }
    const next = clientOf(await begin(clients[0] as Client));
    expect((await next.init()).status).to.equal(200);
  });

  it('say so as long as it hangs', async () => {
    await begun([], TIMEOUT);
    redis.freeze();
    // What was sent before it is found to hang, Redis does once it is thawed: a job that is confirmed already cannot be again.
    await expectAway(0);
    redis.thaw();
    await back();
    await expectWorld();
  });
});
