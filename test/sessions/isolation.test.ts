import { expect } from 'chai';
import type { JournalEntry, Mock } from '../../mocks/index.js';
import { json, send } from '../mock/support.js';
import { admin, begin, clientIn, clientOf, NOON, ok, rule, everywhere, short, Client } from './support.js';

everywhere('sessions: each is a world of its own', (servers) => {
  const { start, stop } = servers();
  let mock: Mock;
  let a: Client;
  let b: Client;
  let main: Client;
  beforeEach(async () => {
    mock = await start();
    [a, b] = [await clientIn(mock), await clientIn(mock)];
    main = clientOf({ url: mock.url, world: mock.world });
  });
  afterEach(stop);

  const each = async <T>(ask: (client: Client) => Promise<T>): Promise<T[]> => [await ask(main), await ask(a), await ask(b)];

  it('with its own rules', async () => {
    ok(await a.admin('POST', '/rules', rule('getTransaction', 503)));
    ok(await main.admin('POST', '/rules', { on: 'getTransaction', answers: [{ fails: 'transaction.not_found' }], name: 'own' }));
    expect((await each(async (client) => (await client.transaction('x')).status)).join(' ')).to.equal('404 503 404');
    expect((await each(async (client) => (await client.admin('GET', '/rules')).at('/meta/total'))).join(' ')).to.equal('1 1 0');
    ok(await b.admin('POST', '/mappings', { request: { urlPath: '/v1/transactions/x' }, response: { status: 418 } }));
    expect((await each(async (client) => (await client.transaction('x')).status)).join(' ')).to.equal('404 503 418');
    ok(await a.admin('DELETE', '/rules'));
    expect((await each(async (client) => (await client.transaction('x')).status)).join(' ')).to.equal('404 404 418');
  });

  it('with its own scenarios', async () => {
    const steps = { on: 'getTransaction', scenario: { name: 'storm', is: 'Started', becomes: 'over' }, answers: [503] };
    for (const client of [main, a, b]) ok(await client.admin('POST', '/rules', steps));
    await a.transaction('x');
    const states = await each(async (client) => (await client.admin('GET', '/scenarios')).at('/scenarios/0/state'));
    expect(states.join(' ')).to.equal('Started over Started');
  });

  it('with its own state: jobs, works and transactions of one are unknown in another', async () => {
    const id = await a.confirmed();
    expect(ok(await a.transaction(id)).at('/id')).to.equal(id);
    expect(short(await b.transaction(id))).to.equal('404 transaction.not_found');
    const job_id = await a.prepared();
    expect(short(await b.post('works/confirm', { job_id }))).to.equal('404 registration.prepared_not_found');
    expect(short(await a.post('works/confirm', { job_id }))).to.equal('202');
  });

  it('with its own credits, quotas and organizations', async () => {
    for (const client of [a, b]) ok(await client.admin('PUT', `/organizations/${client.world.organizations.active}`, { quota: 1 }));
    await a.confirmed();
    const over = await a.post('works/confirm', { job_id: await a.prepared() });
    expect(short(over)).to.equal('429 common.quota_exceeded');
    expect(short(await b.post('works/confirm', { job_id: await b.prepared() }))).to.equal('202');
    ok(await b.admin('PUT', `/organizations/${b.world.organizations.active}`, { active: false, credits: 5 }));
    expect(short(await b.init())).to.equal('403 api_key.org_inactive');
    expect([short(await a.init()), short(await main.init())]).to.deep.equal(['200', '200']);
  });

  it('with its own credentials', async () => {
    const keys = new Set((await each(async ({ world }) => Object.values(world.tokens))).flat());
    expect(keys.size).to.equal(3 * Object.keys(mock.world.tokens).length);
    const made = ok(await a.ask('POST', a.organization('api-keys'), { name: 'k', scopes: ['works:register'] }, { token: a.world.admin }));
    const token = String(made.at('/token'));
    expect((await a.ask('POST', a.organization('works/init'), {}, { token })).status).to.equal(422);
    expect(short(await b.ask('POST', b.organization('works/init'), {}, { token }))).to.equal('401 api_key.not_found');
    const revoked = await a.ask('DELETE', a.organization(`api-keys/${String(made.at('/id'))}`), undefined, { token: a.world.admin });
    expect(revoked.status).to.equal(204);
    expect(short(await a.ask('POST', a.organization('works/init'), {}, { token }))).to.equal('401 api_key.revoked');
    expect(short(await b.init())).to.equal('200');
  });

  it('with partner sessions that are worth nothing elsewhere, not even with the prefix of another', async () => {
    const { externalUser } = a.world;
    const token = String(ok(await a.post('partner-sessions', { external_user_ref: externalUser.ref })).at('/token'));
    const works = ({ url, world }: Client): Promise<string> => {
      const client = new Client(url.includes('/__session/') ? url : `${url}/__session/default`, world);
      const path = `${client.organization(`external-users/${externalUser.ref}/works`)}?network=testnet`;
      return client.ask('GET', path, undefined, { token }).then(short);
    };
    expect(await each(works)).to.deep.equal(['401 common.unauthorized', '200', '401 common.unauthorized']);
  });

  it('with its own Idempotency-Keys', async () => {
    const jobs = await each(async (client) => ok(await client.init({ 'idempotency-key': 'order-1' })).at('/job_id'));
    const again = await each(async (client) => ok(await client.init({ 'idempotency-key': 'order-1' })).at('/job_id'));
    expect(again).to.deep.equal(jobs);
    expect(new Set(jobs).size).to.equal(3);
  });

  it('with its own clock', async () => {
    ok(await a.admin('PUT', '/clock', { now: NOON, frozen: true }));
    const job_id = await a.uploaded();
    const inB = await b.uploaded();
    ok(await a.admin('POST', '/clock/advance', { seconds: 600 }));
    expect(short(await a.post('works/prepare', { job_id }))).to.equal('404 registration.upload_session_not_found');
    expect(short(await b.post('works/prepare', { job_id: inB }))).to.equal('200');
    const clocks = await each(async (client) => (await client.admin('GET', '/clock')).at('/frozen'));
    expect(clocks.join(' ')).to.equal('false true false');
    expect(mock.clock.frozen).to.equal(false);
  });

  it('with its own faults and settings', async () => {
    ok(await a.admin('PUT', '/faults', { upstream: true }));
    ok(await b.admin('PUT', '/settings', { fixedDelay: 1 }));
    expect(await each(async (client) => (await client.transaction('x')).status)).to.deep.equal([404, 503, 404]);
    const delays = await each(async (client) => (await client.admin('GET', '/settings')).at('/settings/fixedDelay') ?? 0);
    expect(delays).to.deep.equal([0, 0, 1]);
  });

  it('with its own journal, whose entries say so', async () => {
    const log: JournalEntry[] = [];
    const told = await start({ onRequest: (entry) => void log.push(entry) });
    const session = await begin(told);
    await clientOf(session).transaction('x');
    await send(told, 'GET', '/v1/transactions/x');
    const seen = ok(await admin(session, 'GET', '/requests'));
    expect(seen.at('/meta/total')).to.equal(1);
    expect(seen.at('/requests/0/session')).to.equal(session.id);
    expect(seen.at('/requests/0/id'), seen.text.slice(0, 300)).to.not.equal(undefined);
    expect(told.journal.entries().map((entry) => entry.session)).to.deep.equal([undefined]);
    expect(log.map((entry) => entry.session)).to.deep.equal([session.id, undefined]);
    expect(log[0]?.url).to.equal('/v1/transactions/x');
  });

  it('with its own reset', async () => {
    ok(await a.admin('PUT', '/clock', { now: NOON, frozen: true }));
    ok(await a.admin('POST', '/rules', rule('getTransaction', 503)));
    ok(await b.admin('POST', '/rules', rule('getTransaction', 503)));
    const id = await a.confirmed();
    ok(await a.admin('POST', '/reset'));
    expect(short(await a.transaction(id))).to.equal('404 transaction.not_found');
    expect((await b.transaction(id)).status).to.equal(503);
    const seen = ok(await admin(mock, 'GET', `/sessions/${a.url.slice(-12)}`));
    expect([seen.at('/requests'), seen.at('/rules'), seen.at('/clock/frozen')]).to.deep.equal([1, 0, false]);
    expect(short(await a.init())).to.equal('200');
  });

  it('and what is reset in the default world is no concern of it', async () => {
    ok(await a.admin('POST', '/rules', rule('getTransaction', 503)));
    mock.reset();
    ok(await admin(mock, 'POST', '/reset'));
    expect((await a.transaction('x')).status).to.equal(503);
  });

  it('while coverage, metrics and version are those of the server', async () => {
    await a.transaction('x');
    await b.transaction('x');
    expect((await each(async (client) => (await client.admin('GET', '/coverage')).at('/requests'))).join(' ')).to.equal('2 2 2');
    const texts = await each(async ({ url }) => (await fetch(`${url}/__admin/metrics`)).text());
    const totals = texts.map((text) => /^failpath_requests_total\{.*\} (\d+)$/m.exec(text)?.[1]);
    expect(new Set(totals).size, totals.join(' ')).to.equal(1);
    ok(await admin(mock, 'DELETE', `/sessions/${a.url.slice(-12)}`));
    expect((await main.admin('GET', '/coverage')).at('/requests')).to.equal(2);
    expect(mock.coverage().shown).to.equal(1);
  });

  it('with its own seed: the same one gives the same ids but for the digits of the session', async () => {
    const ids = async (seed?: string | number): Promise<string[]> => {
      const session = await begin(mock, { ...(seed === undefined ? {} : { seed }), clock: { now: NOON, frozen: true } });
      const client = clientOf(session);
      const opened = ok(await client.init());
      const made = ok(
        await client.ask('POST', client.organization('api-keys'), { name: 'k', scopes: ['works:read'] }, { token: session.world.admin }),
      );
      const dynamic = await client.ask('POST', client.organization('works/prepare'), undefined, { headers: { prefer: 'dynamic=true' } });
      return [String(opened.at('/job_id')).slice(13), String(made.at('/token')).slice(24), made.text.length + dynamic.text];
    };
    const [one, same, number, other, none] = [await ids('harbour'), await ids('harbour'), await ids(7), await ids('storm'), await ids()];
    expect(same.slice(0, 2)).to.deep.equal(one.slice(0, 2));
    const data = [one, same].map(([, , text = '']) => text.replaceAll(/req_[0-9a-f]{32}/g, ''));
    expect(data[0]).to.equal(data[1]);
    expect(new Set([one, number, other, none].map(([id]) => id)).size).to.equal(4);
  });

  it('with rules and clock from the beginning', async () => {
    const client = await clientIn(mock, { clock: { now: NOON, frozen: true }, rules: { rules: [rule('getTransaction', 503, 'ok')] } });
    expect((await client.transaction('x')).status).to.equal(503);
    expect((await client.transaction('x')).status).to.equal(404);
    expect((await client.admin('GET', '/clock')).at('/now')).to.equal(NOON);
    const times =
      (await client.admin('GET', '/requests')).at('/requests/0/at') ?? (await client.admin('GET', '/requests')).text.slice(0, 200);
    expect(times).to.equal(NOON);
  });

  it('and is steered below its prefix only by those who may steer the server', async () => {
    const guarded = await start({ adminToken: 'open-sesame' });
    const auth = { authorization: 'Bearer open-sesame' };
    const session = (await send(guarded, 'POST', '/__admin/sessions', json({}, auth))).body as { url: string };
    const refused = await send(session, 'GET', '/__admin/clock');
    expect(short(refused)).to.equal('401 failpath:admin-unauthorized');
    expect((await send(session, 'GET', '/__admin/clock', { headers: auth })).status).to.equal(200);
    expect(short(await send(guarded, 'POST', '/__admin/sessions'))).to.equal('401 failpath:admin-unauthorized');
    const page = await send(a, 'GET', '/__admin/clock', { headers: { origin: 'https://app.example' } });
    expect(short(page)).to.equal('403 failpath:admin-forbidden');
  });
});
