import { expect } from 'chai';
import type { Mock } from '../../mocks/index.js';
import { json, send, type Seen } from '../mock/support.js';
import { admin, begin, Client, clientOf, NOON, ok, rule, everywhere, short, type Session } from './support.js';

const FROZEN = { clock: { now: NOON, frozen: true } };

everywhere('sessions: snapshots', (servers) => {
  const { start, stop } = servers();
  let mock: Mock;
  let session: Session;
  let client: Client;
  beforeEach(async () => {
    mock = await start();
    session = await begin(mock, FROZEN);
    client = clientOf(session);
  });
  afterEach(stop);

  const take = (name?: string, id: string = session.id): Promise<Seen> =>
    send(mock, 'POST', `/__admin/sessions/${id}/snapshots`, name === undefined ? {} : json({ name }));
  const restore = (snapshot: string, id: string = session.id): Promise<Seen> =>
    admin(mock, 'POST', `/sessions/${id}/restore`, { snapshot });
  const names = async (): Promise<string[]> =>
    (ok(await admin(mock, 'GET', `/sessions/${session.id}/snapshots`)).at('/snapshots') as { name: string }[]).map(({ name }) => name);
  const steer = async (method: string, path: string, body?: unknown): Promise<Seen> => ok(await client.admin(method, path, body));

  it('bring back rules and how far they have come', async () => {
    await steer('POST', '/rules', [rule('getTransaction', 503, 'ok', 503), { on: 'initWork', answers: [503], uses: 2, name: 'two' }]);
    await client.transaction('x');
    await client.init();
    ok(await take('halfway'));
    expect([(await client.init()).status, (await client.init()).status]).to.deep.equal([503, 200]);
    await steer('DELETE', '/rules');
    await steer('POST', '/rules', rule('confirmWork', 503));
    ok(await restore('halfway'));
    const rules = (await steer('GET', '/rules')).at('/rules') as { name?: string }[];
    expect(rules.map(({ name }) => name)).to.deep.equal([undefined, 'two']);
    const seen = [];
    for (let count = 0; count < 3; count++) seen.push((await client.transaction('x')).status);
    expect(seen).to.deep.equal([404, 503, 503]);
    expect([(await client.init()).status, (await client.init()).status]).to.deep.equal([503, 200]);
  });

  it('bring back scenarios', async () => {
    await steer('POST', '/rules', { on: 'getTransaction', scenario: { name: 'storm', is: 'Started', becomes: 'over' }, answers: [503] });
    ok(await take('calm'));
    expect([(await client.transaction('x')).status, (await client.transaction('x')).status]).to.deep.equal([503, 404]);
    ok(await restore('calm'));
    expect((await steer('GET', '/scenarios')).at('/scenarios/0/state')).to.equal('Started');
    expect((await client.transaction('x')).status).to.equal(503);
  });

  it('bring back jobs, credits, quotas, keys and faults', async () => {
    const organization = `/organizations/${session.world.organizations.active}`;
    await steer('PUT', organization, { credits: 10, quota: 1 });
    const job_id = await client.prepared();
    ok(await take('quoted'));
    expect(short(await client.post('works/confirm', { job_id }))).to.equal('202');
    await steer('PUT', '/faults', { upstream: true });
    await steer('PUT', organization, { credits: 0, active: false });
    ok(await restore('quoted'));
    expect((await steer('GET', organization)).at('/quota/used')).to.equal(0);
    expect(short(await client.post('works/confirm', { job_id }))).to.equal('202');
    expect(short(await client.post('works/confirm', { job_id: await client.prepared() }))).to.equal('429 common.quota_exceeded');
  });

  it('bring back what an Idempotency-Key was answered, and forget what came later', async () => {
    const keyed = (key: string): Promise<Seen> => client.init({ 'idempotency-key': key });
    const early = ok(await keyed('early'));
    ok(await take('between'));
    const late = ok(await keyed('late'));
    ok(await restore('between'));
    expect((await keyed('early')).text).to.equal(early.text);
    expect((await keyed('late')).headers.get('x-failpath-why')).to.not.include('once more');
    expect(short(await client.post('works/prepare', { job_id: late.at('/job_id') }))).to.match(/^(422|404) registration\./);
  });

  it('give out the same ids again from there, for it is the same moment', async () => {
    ok(await take('here'));
    const first = ok(await client.init());
    ok(await restore('here'));
    expect(ok(await client.init()).text).to.equal(first.text);
  });

  it('bring back a frozen clock', async () => {
    ok(await take('noon'));
    await steer('PUT', '/clock', { now: '2027-01-01T00:00:00Z', frozen: false });
    ok(await restore('noon'));
    expect((await steer('GET', '/clock')).body).to.deep.equal({ now: NOON, frozen: true });
  });

  it('bring back a running clock, which goes on from there', async () => {
    await steer('PUT', '/clock', { now: NOON, frozen: false });
    const taken = ok(await take('noon'));
    await steer('POST', '/clock/advance', { seconds: 86_400 });
    ok(await restore('noon'));
    const { now, frozen } = (await steer('GET', '/clock')).body as { now: string; frozen: boolean };
    expect(frozen).to.equal(false);
    expect(Date.parse(now) - Date.parse(String(taken.at('/at')))).to.be.within(0, 5_000);
  });

  it('bring back settings, and leave the journal and the snapshots as they are', async () => {
    await steer('PUT', '/settings', { fixedDelay: 1 });
    ok(await take('slow'));
    await steer('PUT', '/settings', {});
    await client.transaction('x');
    ok(await take('fast'));
    ok(await restore('slow'));
    expect((await steer('GET', '/settings')).at('/settings/fixedDelay')).to.equal(1);
    expect((await steer('GET', '/requests')).at('/meta/total')).to.equal(1);
    expect(await names()).to.deep.equal(['slow', 'fast']);
    ok(await restore('fast'));
    expect((await steer('GET', '/settings')).at('/settings/fixedDelay')).to.equal(null);
  });

  it('bring back the order of things', async () => {
    const administrator = { token: session.world.admin };
    const keys = async (): Promise<string> => ok(await client.ask('GET', client.organization('api-keys'), undefined, administrator)).text;
    const before = await keys();
    ok(await take('listed'));
    const made = await client.ask('POST', client.organization('api-keys'), { name: 'k', scopes: ['works:read'] }, administrator);
    expect(made.status).to.equal(201);
    ok(await restore('listed'));
    expect(await keys()).to.deep.equal(before);
    await steer('POST', '/rules', [
      { ...rule('initWork', 503), name: 'a' },
      { ...rule('initWork', 503), name: 'b' },
    ]);
    ok(await take('rules'));
    const [first] = (await steer('GET', '/rules')).at('/rules') as { id: string }[];
    await steer('DELETE', `/rules/${first?.id ?? ''}`);
    ok(await restore('rules'));
    const listed = (await steer('GET', '/rules')).at('/rules') as { name: string }[];
    expect(listed.map(({ name }) => name)).to.deep.equal(['a', 'b']);
  });

  it('are at most twenty: the oldest goes', async () => {
    for (let number = 1; number <= 21; number++) ok(await take(`s${number}`));
    expect(await names()).to.deep.equal(Array.from({ length: 20 }, (_, index) => `s${index + 2}`));
    ok(await take('s5'));
    expect((await names()).at(-1)).to.equal('s5');
    expect(await names()).to.have.length(20);
    expect(short(await restore('s1'))).to.equal('404 failpath:admin-unknown-route');
    ok(await restore('s2'));
  });

  it('have names of their own when none is given, each another', async () => {
    for (let number = 0; number < 23; number++) ok(await take());
    const all = await names();
    expect(new Set(all).size).to.equal(20);
    expect(all.at(-1)).to.equal('snapshot 23');
  });

  for (const name of ['', ' '.repeat(101), 'a/b', 'ä', '<x>', 3, null]) {
    it(`cannot be called ${JSON.stringify(name).slice(0, 20)}`, async () => {
      const seen = await send(mock, 'POST', `/__admin/sessions/${session.id}/snapshots`, json({ name }));
      expect(short(seen)).to.equal('400 failpath:admin-invalid-input');
      expect(await names()).to.deep.equal([]);
    });
  }

  it('say which there are, for one that is not', async () => {
    expect((await restore('x')).at('/remedy')).to.include('Take one with POST');
    ok(await take('a'));
    ok(await take('b'));
    expect((await restore('x')).text).to.include('It has a, b.');
    expect(short(await restore('a', '5e5500000000'))).to.equal('404 failpath:admin-unknown-route');
  });

  it('of the default world work as those of a session', async () => {
    const main = new Client(mock.url, mock.world);
    const job_id = await main.prepared();
    ok(await take('quoted', 'default'));
    ok(await main.post('works/confirm', { job_id }));
    ok(await restore('quoted', 'default'));
    ok(await main.post('works/confirm', { job_id }));
  });

  it('are gone with a reset no more than with a restore', async () => {
    ok(await take('kept'));
    await steer('POST', '/reset');
    expect(await names()).to.deep.equal(['kept']);
    ok(await restore('kept'));
    expect((await steer('GET', '/clock')).at('/now')).to.equal(NOON);
  });
});

everywhere('sessions: forks', (servers) => {
  const { start, stop } = servers();
  let mock: Mock;
  let session: Session;
  let client: Client;
  beforeEach(async () => {
    mock = await start();
    session = await begin(mock, { ...FROZEN, seed: 'harbour', rules: [rule('getTransaction', 503, 'ok')] });
    client = clientOf(session);
  });
  afterEach(stop);

  it('go on from what the other is, rules and their counters, state and time', async () => {
    const job_id = await client.prepared();
    await client.transaction('x');
    const fork = await begin(mock, { from: session.id });
    expect(fork.id).to.not.equal(session.id);
    expect([fork.clock.now, fork.clock.frozen, fork.rules, fork.requests]).to.deep.equal([NOON, true, 1, 0]);
    const forked = clientOf(fork);
    expect((await forked.transaction('x')).status).to.equal(404);
    ok(await forked.post('works/confirm', { job_id }));
    ok(await client.post('works/confirm', { job_id }));
  });

  it('have nothing to do with the other from then on', async () => {
    const fork = clientOf(await begin(mock, { from: session.id }));
    ok(await fork.admin('POST', '/clock/advance', { seconds: 60 }));
    ok(await fork.admin('DELETE', '/rules'));
    const id = await fork.confirmed();
    expect((await client.admin('GET', '/clock')).at('/now')).to.equal(NOON);
    expect((await client.transaction('x')).status).to.equal(503);
    expect(short(await client.transaction(id))).to.equal('404 transaction.not_found');
    ok(await admin(mock, 'DELETE', `/sessions/${session.id}`));
    expect((await fork.transaction(id)).status).to.equal(200);
  });

  it('give out the very ids that the other would', async () => {
    const fork = clientOf(await begin(mock, { from: session.id }));
    const [one, other] = [ok(await client.init()), ok(await fork.init())];
    expect(other.at('/job_id')).to.equal(one.at('/job_id'));
    expect(fork.world).to.deep.equal(client.world);
  });

  it('of forks, and of the default world', async () => {
    const fork = await begin(mock, { from: session.id });
    const job_id = await clientOf(fork).prepared();
    const second = clientOf(await begin(mock, { from: fork.id }));
    ok(await second.post('works/confirm', { job_id }));
    const main = new Client(mock.url, mock.world);
    const job = await main.prepared();
    const copy = await begin(mock, { from: 'default' });
    expect(copy.world).to.deep.equal(mock.world);
    ok(await clientOf(copy).post('works/confirm', { job_id: job }));
    ok(await main.post('works/confirm', { job_id: job }));
    // Its tokens are those of the default world, and lead there.
    expect(short(await main.post('works/confirm', { job_id: job }))).to.equal('404 registration.prepared_not_found');
  });

  it('go on from a snapshot, and have none themselves', async () => {
    const job_id = await client.prepared();
    ok(await admin(mock, 'POST', `/sessions/${session.id}/snapshots`, { name: 'quoted' }));
    ok(await client.post('works/confirm', { job_id }));
    ok(await client.admin('POST', '/clock/advance', { seconds: 3_600 }));
    const fork = await begin(mock, { from: session.id, snapshot: 'quoted' });
    expect(fork.clock.now).to.equal(NOON);
    ok(await clientOf(fork).post('works/confirm', { job_id }));
    expect(ok(await admin(mock, 'GET', `/sessions/${fork.id}/snapshots`)).at('/snapshots')).to.deep.equal([]);
    expect(short(await admin(mock, 'POST', '/sessions', { from: session.id, snapshot: 'x' }))).to.equal('404 failpath:admin-unknown-route');
  });

  it('can have another clock and more rules from the beginning', async () => {
    const fork = await begin(mock, { from: session.id, clock: { now: '2026-05-01T00:00:00Z' }, rules: [rule('initWork', 503)] });
    expect([fork.rules, fork.clock.now, fork.clock.frozen]).to.deep.equal([2, '2026-05-01T00:00:00.000Z', true]);
    expect((await clientOf(fork).init()).status).to.equal(503);
    expect((await client.init()).status).to.equal(200);
  });

  it('are back at the beginning of any world after a reset', async () => {
    const job_id = await client.prepared();
    const fork = clientOf(await begin(mock, { from: session.id }));
    ok(await fork.admin('POST', '/reset'));
    expect(short(await fork.post('works/confirm', { job_id }))).to.equal('404 registration.prepared_not_found');
    ok(await fork.init());
  });
});
