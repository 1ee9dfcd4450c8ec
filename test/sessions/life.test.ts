import { expect } from 'chai';
import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { WebSocket } from 'ws';
import { assemble, type Assembly } from '../../mocks/assemble.js';
import type { Mock } from '../../mocks/index.js';
import { createMemoryStore } from '../../mocks/stores/index.js';
import { createFetch } from '../../mocks/fetch.js';
import { atsContract, json, send } from '../mock/support.js';
import { admin, begin, Client, clientIn, clientOf, ok, servers, short, type Session } from './support.js';

const realNow = Date.now;
let gone = 0;

/** Real time is what sessions expire by: it seems to pass. */
function pass(seconds: number): void {
  gone += seconds * 1_000;
  Date.now = () => realNow() + gone;
}

describe('sessions: from their beginning to their end', () => {
  const { start, stop } = servers();
  let mock: Mock;
  beforeEach(async () => {
    mock = await start();
  });
  afterEach(async () => {
    gone = 0;
    Date.now = realNow;
    await stop();
  });

  const ids = async (at: { readonly url: string } = mock): Promise<unknown[]> =>
    (ok(await admin(at, 'GET', '/sessions')).at('/sessions') as Session[]).map(({ id }) => id);

  it('begin with nothing said, for an hour', async () => {
    const { id, url, admin: steered, createdAt, expiresAt, clock, requests, rules, world } = await begin(mock);
    expect(id).to.match(/^5e55[0-9a-f]{8}$/);
    expect([url, steered]).to.deep.equal([`${mock.url}/__session/${id}`, `${mock.url}/__session/${id}/__admin`]);
    expect(Date.parse(expiresAt ?? '') - Date.parse(createdAt)).to.be.within(3_600_000, 3_601_000);
    expect([clock.frozen, requests, rules]).to.deep.equal([false, 0, 0]);
    expect(world.organizations.active).to.match(/^5e55/);
    expect(world).to.deep.equal(ok(await admin({ url }, 'GET', '/world')).body);
  });

  it('are listed, the oldest first, with the same URLs whoever asks', async () => {
    const [a, b] = [await begin(mock), await begin(mock)];
    const listed = ok(await admin(mock, 'GET', '/sessions'));
    expect(listed.at('/sessions')).to.deep.equal(
      [a, b].map(({ id, url, createdAt }, index) => ({ id, url, createdAt, expiresAt: listed.at(`/sessions/${index}/expiresAt`) })),
    );
    expect(ok(await admin(a, 'GET', '/sessions')).at('/sessions/1/url')).to.equal(b.url);
    expect(ok(await admin(a, 'GET', '/sessions/default')).at('/url')).to.equal(mock.url);
    expect(ok(await admin(mock, 'GET', '/sessions/default')).at('/expiresAt')).to.equal(null);
    const inner = await begin(a);
    expect(inner.url).to.equal(`${mock.url}/__session/${inner.id}`);
  });

  for (const [what, body] of Object.entries({
    'no time': { ttlSeconds: 0 },
    'less than no time': { ttlSeconds: -1 },
    'more than a week': { ttlSeconds: 604_801 },
    'a word for a time': { ttlSeconds: 'long' },
    'a member that there is not': { ttl: 5 },
    'no object': [],
    'an empty seed': { seed: '' },
    'a seed without end': { seed: 'x'.repeat(201) },
    'a clock that cannot be': { clock: { now: 'soon' } },
    'rules that cannot be': { rules: [{ on: 'noSuchOperation', answers: [503] }] },
    'a snapshot of nobody': { snapshot: 'x' },
    'a replay with a seed': { replay: 'x', seed: 'y' },
  })) {
    it(`do not begin with ${what}`, async () => {
      const seen = await send(mock, 'POST', '/__admin/sessions', json(body));
      expect(short(seen)).to.equal('400 failpath:admin-invalid-input');
      expect(seen.at('/remedy')).to.be.a('string');
      expect(await ids()).to.deep.equal([]);
    });
  }

  it('do not begin from one that is not there', async () => {
    expect(short(await admin(mock, 'POST', '/sessions', { from: '5e5500000000' }))).to.equal('404 failpath:admin-unknown-route');
    expect(short(await admin(mock, 'POST', '/sessions', { from: 'default', snapshot: 'x' }))).to.equal('404 failpath:admin-unknown-route');
    expect(await ids()).to.deep.equal([]);
  });

  it('live a week at most, and a bit of a second at least', async () => {
    const long = await begin(mock, { ttlSeconds: 604_800 });
    expect(Date.parse(long.expiresAt ?? '') - Date.parse(long.createdAt)).to.be.within(604_800_000, 604_801_000);
    expect((await begin(mock, { ttlSeconds: 0.001 })).id).to.match(/^5e55/);
  });

  it('are as many as there may be, and one more when one has ended', async () => {
    const small = await start({ sessions: 2 });
    const [first] = [await begin(small), await begin(small)];
    const refused = await admin(small, 'POST', '/sessions');
    expect(short(refused)).to.equal('409 failpath:admin-conflict');
    expect(refused.at('/detail')).to.include('There are 2 sessions').and.include('remove some');
    ok(await admin(small, 'DELETE', `/sessions/${first.id}`));
    await begin(small, { ttlSeconds: 60 });
    pass(60);
    expect((await begin(small)).id).to.match(/^5e55/);
  });

  it('expire by themselves when nobody asks for them', async () => {
    const session = await begin(mock, { ttlSeconds: 60 });
    pass(59);
    expect(await ids()).to.deep.equal([session.id]);
    pass(2);
    expect(short(await clientOf(session).init())).to.equal('404 failpath:unknown-session');
    expect(short(await new Client(mock.url, session.world).init())).to.equal('401 api_key.not_found');
    expect(short(await admin(mock, 'GET', `/sessions/${session.id}`))).to.equal('404 failpath:admin-unknown-route');
    expect(await ids()).to.deep.equal([]);
  });

  it('live on as long as they are used, by whatever way', async () => {
    const session = await begin(mock, { ttlSeconds: 60 });
    for (const client of [clientOf(session), new Client(mock.url, session.world), clientOf(session)]) {
      pass(50);
      expect((await client.init()).status).to.equal(200);
    }
    pass(50);
    ok(await admin(session, 'GET', '/clock'));
    pass(50);
    const { expiresAt } = ok(await admin(mock, 'GET', `/sessions/${session.id}`)).body as Session;
    expect(Date.parse(expiresAt ?? '') - Date.now()).to.be.within(59_000, 60_000);
    pass(50);
    expect(await ids()).to.deep.equal([session.id]);
  });

  it('do not live on because somebody lists them', async () => {
    await begin(mock, { ttlSeconds: 60 });
    pass(50);
    expect(await ids()).to.have.length(1);
    pass(50);
    expect(await ids()).to.deep.equal([]);
  });

  it('expire by real time, whatever their clock says', async () => {
    const session = await begin(mock, { ttlSeconds: 60, clock: { now: '2030-01-01T00:00:00Z', frozen: true } });
    ok(await admin(session, 'POST', '/clock/advance', { seconds: 86_400 }));
    expect((await clientOf(session).init()).status).to.equal(200);
    pass(61);
    expect(short(await clientOf(session).init())).to.equal('404 failpath:unknown-session');
  });

  it('end when they are removed, once', async () => {
    const session = await begin(mock);
    ok(await admin(mock, 'DELETE', `/sessions/${session.id}`));
    expect(short(await admin(mock, 'DELETE', `/sessions/${session.id}`))).to.equal('404 failpath:admin-unknown-route');
    expect(short(await admin(mock, 'DELETE', '/sessions/default'))).to.equal('409 failpath:admin-conflict');
    expect(await ids()).to.deep.equal([]);
  });

  it('may be removed from within', async () => {
    const session = await begin(mock);
    ok(await admin(session, 'DELETE', `/sessions/${session.id}`));
    expect(short(await clientOf(session).init())).to.equal('404 failpath:unknown-session');
  });

  it('that end answer what is under way, at once if it waits on purpose', async () => {
    const client = await clientIn(mock);
    ok(await client.admin('POST', '/rules', { on: 'getTransaction', answers: [503], delay: '50s' }));
    ok(await client.admin('POST', '/rules', { on: 'initWork', answers: [{ fault: 'timeout' }] }));
    const late = client.transaction('x');
    const never = client.init().then(
      () => 'answered',
      () => 'cut off',
    );
    const underWay = async (): Promise<number> => {
      const text = await (await fetch(`${mock.url}/__admin/metrics`)).text();
      return Number(/^failpath_in_flight_requests (\d+)$/m.exec(text)?.[1]);
    };
    // The delay is under way; what never comes has been recorded, as what it is.
    while ((await underWay()) !== 1 || Number(ok(await client.admin('GET', '/health')).at('/requests')) !== 1) await wait(5);
    ok(await admin(mock, 'DELETE', `/sessions/${client.url.slice(-12)}`));
    expect((await late).status).to.equal(503);
    expect(await never).to.equal('cut off');
  });

  it('that end close the WebSockets that tell of them', async () => {
    const client = await clientIn(mock);
    const id = await client.confirmed();
    const other = await clientIn(mock);
    const stays = new WebSocket(`${other.url.replace(/^http/, 'ws')}/v1/ws/transactions/${await other.confirmed()}`);
    const socket = new WebSocket(`${client.url.replace(/^http/, 'ws')}/v1/ws/transactions/${id}`);
    const closed = new Promise<string>((resolve) => void socket.on('close', (code, reason) => resolve(`${code} ${String(reason)}`)));
    await Promise.all([stays, socket].map((one) => new Promise((resolve) => void one.once('message', resolve))));
    ok(await admin(mock, 'DELETE', `/sessions/${client.url.slice(-12)}`));
    expect(await closed).to.equal('1001 the session has ended');
    expect(stays.readyState).to.equal(WebSocket.OPEN);
    stays.terminate();
  });

  it('that end leave the mock as it was: it closes, and a new one of the same id is another', async () => {
    const session = await begin(mock);
    await clientOf(session).confirmed();
    const { token } = ok(await admin(mock, 'GET', `/sessions/${session.id}/replay`)).body as { token: string };
    ok(await admin(mock, 'DELETE', `/sessions/${session.id}`));
    const again = await begin(mock, { replay: token });
    expect([again.id, again.requests]).to.deep.equal([session.id, 0]);
  });
});

describe('sessions: in a store, from their beginning to their end', () => {
  const { start, stop } = servers(() => ({ store: createMemoryStore() }));
  afterEach(async () => {
    gone = 0;
    Date.now = realNow;
    await stop();
  });

  const ids = async (mock: Mock): Promise<unknown[]> =>
    (ok(await admin(mock, 'GET', '/sessions')).at('/sessions') as Session[]).map(({ id }) => id);

  it('expire when nobody asks for them, and not because somebody lists them or looks from outside', async () => {
    const mock = await start();
    const session = await begin(mock, { ttlSeconds: 60 });
    pass(50);
    expect(await ids(mock)).to.deep.equal([session.id]);
    pass(50);
    expect(await ids(mock)).to.deep.equal([]);
    expect(short(await clientOf(session).init())).to.equal('404 failpath:unknown-session');
    expect(short(await admin(session, 'GET', '/clock'))).to.equal('404 failpath:unknown-session');
    expect(short(await new Client(mock.url, session.world).init())).to.equal('401 api_key.not_found');
    expect(short(await admin(mock, 'DELETE', `/sessions/${session.id}`))).to.equal('404 failpath:admin-unknown-route');
  });

  it('live on as long as they are used', async () => {
    const mock = await start();
    const session = await begin(mock, { ttlSeconds: 60 });
    for (let count = 0; count < 3; count++) {
      pass(50);
      expect((await clientOf(session).init()).status).to.equal(200);
    }
  });

  it('end for all servers when they are removed at one', async () => {
    const store = createMemoryStore();
    const [one, other] = [await start({ store }), await start({ store: store.connect() })];
    const session = await begin(one);
    const there = new Client(session.url.replace(one.url, other.url), session.world);
    expect((await there.init()).status).to.equal(200);
    ok(await admin(session, 'DELETE', `/sessions/${session.id}`));
    expect(short(await clientOf(session).init())).to.equal('404 failpath:unknown-session');
    expect(short(await there.init())).to.equal('404 failpath:unknown-session');
    expect(short(await there.init())).to.equal('404 failpath:unknown-session');
    expect(await ids(other)).to.deep.equal([]);
  });

  it('of one server are those of the other, replays included', async () => {
    const store = createMemoryStore();
    const [one, other] = [await start({ store }), await start({ store: store.connect() })];
    const client = clientOf(await begin(one, { clock: { now: '2026-03-31T12:00:00Z', frozen: true } }));
    const there = new Client(client.url.replace(one.url, other.url), client.world);
    const job_id = await client.prepared();
    ok(await there.admin('POST', '/clock/advance', { seconds: 60 }));
    const id = String(ok(await there.post('works/confirm', { job_id })).at('/transaction_id'));
    expect((await client.transaction(id)).status).to.equal(200);
    expect(ok(await there.admin('GET', '/requests')).at('/meta/total')).to.equal(5);
    const { token } = ok(await admin(one, 'GET', `/sessions/${client.url.slice(-12)}/replay`)).body as { token: string };
    const copy = clientOf(await begin(await start(), { replay: token }));
    expect(ok(await copy.transaction(id)).text).to.equal(ok(await there.transaction(id)).text);
    expect(short(await copy.post('works/confirm', { job_id }))).to.equal('404 registration.prepared_not_found');
  });
});

describe('sessions: without a trace', () => {
  it('what has expired is let go of', async function () {
    this.timeout(20_000);
    const assembly: Assembly = await assemble({ contract: await atsContract() });
    const { sessions } = assembly;
    const worlds: WeakRef<object>[] = [];
    const fetch = createFetch(assembly.app, 'http://127.0.0.1');
    for (let count = 0; count < 20; count++) {
      const world = await sessions.create({ ttlMs: 100 });
      worlds.push(new WeakRef(world), new WeakRef(world.records), new WeakRef(world.journal));
      await fetch(`/__session/${world.id}/v1/transactions/x`);
      await fetch(`/__session/${world.id}/__admin/clock/advance`, { method: 'POST', body: '{"seconds": 1}' });
    }
    expect([...sessions.worlds()]).to.have.length(21);
    // Nobody asks for any of them again: the sweeper finds them.
    while ([...sessions.worlds()].length > 1) await wait(50);
    expect(await sessions.list()).to.deep.equal([]);
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    // What was given up just now may still be on the stack.
    await wait(0);
    gc();
    const left = worlds.filter((ref) => ref.deref() !== undefined).length;
    expect(left).to.be.below(6);
    assembly.close();
    await assembly.end();
  });
});
