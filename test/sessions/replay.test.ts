import { expect } from 'chai';
import { deflateSync, inflateSync } from 'node:zlib';
import { InputError } from '../../spec/index.js';
import type { Mock } from '../../mocks/index.js';
import { contractFrom, json, send, type Seen } from '../mock/support.js';
import { admin, begin, Client, clientOf, NEW_WORK, NOON, ok, rule, servers, short, type Session } from './support.js';

const FROZEN = { clock: { now: NOON, frozen: true } };
const BEGINNING = 'failpath-replay-1.';

interface Replayed {
  readonly token: string;
  readonly contract: string;
  readonly seed: string | null;
  readonly clock: { readonly now: string; readonly frozen: boolean };
  readonly rules: readonly object[];
  readonly requests: readonly { readonly at: string; readonly method: string; readonly url: string }[];
}

async function situation(mock: { readonly url: string }, id = 'default'): Promise<Replayed> {
  return ok(await admin(mock, 'GET', `/sessions/${id}/replay`)).body as Replayed;
}

/** What is in a token. */
function unpacked(token: string): string {
  return inflateSync(Buffer.from(token.slice(BEGINNING.length), 'base64url')).toString();
}

function packed(text: string): string {
  return `${BEGINNING}${deflateSync(text).toString('base64url')}`;
}

describe('sessions: replay', () => {
  const { start, stop } = servers();
  let mock: Mock;
  let session: Session;
  let client: Client;
  beforeEach(async () => {
    mock = await start();
    session = await begin(mock, { ...FROZEN, seed: 'harbour' });
    client = clientOf(session);
  });
  afterEach(stop);

  /** The same situation on another server, in a session of it and as its own world. */
  const elsewhere = async (id = session.id): Promise<{ readonly http: Client; readonly own: Client; readonly session: Session }> => {
    const { token } = await situation(mock, id);
    const other = await start();
    const there = await begin(other, { replay: token });
    const { url, world } = await start({ replay: token });
    return { http: clientOf(there), own: new Client(url, world), session: there };
  };

  /** Answers of the original and of both copies to the same request, without what belongs to the request alone. */
  const asked = async (copies: { readonly http: Client; readonly own: Client }, ask: (of: Client) => Promise<Seen>): Promise<string[]> => {
    const answers: string[] = [];
    for (const of of [client, copies.http, copies.own]) {
      const { status, text } = await ask(of);
      const base = new RegExp(`(http|ws)://[^/"]+(/__session/[0-9a-f]{12})?`, 'g');
      answers.push(`${status} ${text.replaceAll(/req_[0-9a-f]{32}/g, '').replaceAll(base, '')}`);
    }
    return answers;
  };
  const expectSame = ([original, ...others]: readonly string[]): void => {
    for (const other of others) expect(other).to.equal(original);
  };

  it('of a situation that nothing has happened in is short', async () => {
    const { token, seed, clock, rules, requests, contract } = await situation(mock, session.id);
    expect(token).to.match(/^failpath-replay-1\.[\w-]+$/);
    expect(token.length).to.be.below(500);
    expect([seed, clock, rules, requests]).to.deep.equal(['harbour', { now: NOON, frozen: true }, [], []]);
    expect(contract).to.equal(mock.contract.sha256);
  });

  it('brings back ids, credentials and time, and goes on with the same', async () => {
    const job_id = await client.prepared();
    ok(await client.admin('POST', '/clock/advance', { seconds: 299 }));
    const copies = await elsewhere();
    expect(copies.session.id).to.equal(session.id);
    expect(copies.session.world).to.deep.equal(session.world);
    expect([copies.session.clock.now, copies.session.clock.frozen]).to.deep.equal(['2026-03-31T12:04:59.000Z', true]);
    expectSame(await asked(copies, (of) => of.post('works/confirm', { job_id })));
    expectSame(await asked(copies, (of) => of.init()));
    expectSame(await asked(copies, (of) => of.post('works/confirm', { job_id })));
    for (const of of [client, copies.http, copies.own]) ok(await of.admin('POST', '/clock/advance', { seconds: 12 }));
    expectSame(await asked(copies, (of) => of.ask('GET', of.organization('api-keys'), undefined, { token: session.world.admin })));
  });

  it('reaches the copy by the tokens and ids that the original gave out', async () => {
    const id = await client.confirmed();
    const { token } = await situation(mock, session.id);
    const other = await start();
    await begin(other, { replay: token });
    expect((await send(other, 'GET', `/v1/transactions/${id}`)).status).to.equal(200);
    expect((await new Client(other.url, session.world).init()).status).to.equal(200);
    // The id is taken: a second copy is reached by its prefix.
    const second = await begin(other, { replay: token });
    expect(second.id).to.not.equal(session.id);
    expect((await clientOf(second).transaction(id)).status).to.equal(200);
  });

  it('lists what was asked for', async () => {
    await client.prepared();
    await client.transaction('x');
    const { requests, rules } = await situation(mock, session.id);
    expect(requests.map(({ method, url }) => `${method} ${url.replace(session.world.organizations.active, 'ORG')}`)).to.deep.equal([
      'POST /v1/organizations/ORG/works/init',
      'POST /v1/organizations/ORG/works/prepare',
    ]);
    expect(requests.every(({ at }) => at === NOON)).to.equal(true);
    expect(rules).to.deep.equal([]);
  });

  it('knows the size and hash of uploads, and not a byte of them', async () => {
    const opened = ok(await client.init());
    const canary = 'canary-'.repeat(1_000);
    await fetch(String(opened.at('/upload_url')), { method: 'PUT', body: canary });
    const { token } = await situation(mock, session.id);
    expect(unpacked(token)).to.not.include('canary');
    const copies = await elsewhere();
    expectSame(await asked(copies, (of) => of.post('works/prepare', { job_id: opened.at('/job_id') })));
  });

  it('brings back rules, how far they have come, and scenarios', async () => {
    ok(await client.admin('POST', '/rules', [rule('getTransaction', 503, 'ok', 503), { on: 'initWork', answers: [503], uses: 2 }]));
    const scenario = { name: 'storm', is: 'Started', becomes: 'over' };
    ok(await client.admin('POST', '/rules', { on: 'prepareWork', scenario, answers: [503] }));
    ok(await client.admin('POST', '/rules', { on: 'listApiKeys', probability: 0.5, answers: [503] }));
    await client.transaction('x');
    await client.init();
    await client.post('works/prepare', {});
    const list = (of: Client): Promise<Seen> => of.ask('GET', of.organization('api-keys'), undefined, { token: session.world.admin });
    for (let count = 0; count < 3; count++) await list(client);
    const copies = await elsewhere();
    for (let count = 0; count < 3; count++) {
      expectSame(await asked(copies, (of) => of.transaction('x')));
      expectSame((await asked(copies, (of) => of.init())).map((answer) => answer.slice(0, 3)));
      expectSame((await asked(copies, list)).map((answer) => answer.slice(0, 3)));
      expectSame(await asked(copies, (of) => of.admin('GET', '/scenarios')));
      expectSame(await asked(copies, (of) => of.admin('GET', '/rules')));
    }
  });

  it('takes in rules, faults, organizations, settings and times that were changed on the way', async () => {
    ok(await client.admin('POST', '/rules', rule('getTransaction', 503)));
    await client.transaction('x');
    ok(await client.admin('DELETE', '/rules'));
    ok(await client.admin('PUT', '/faults', { dryRun: 'no balance' }));
    const job_id = await client.uploaded();
    expect(short(await client.post('works/prepare', { job_id }))).to.equal('422 registration.dry_run_failed');
    ok(await client.admin('PUT', '/faults', { dryRun: false }));
    ok(await client.admin('POST', '/clock/advance', { seconds: 60 }));
    ok(await client.post('works/prepare', { job_id }));
    ok(await client.admin('PUT', '/clock', { now: '2026-03-31T12:03:00Z' }));
    ok(await client.admin('PUT', `/organizations/${session.world.organizations.active}`, { credits: 3, quota: { limit: 5, used: 4 } }));
    ok(await client.admin('PUT', '/settings', { fixedDelay: 2 }));
    ok(await client.post('works/confirm', { job_id }));
    const copies = await elsewhere();
    const organization = `/organizations/${session.world.organizations.active}`;
    for (const path of [organization, '/faults', '/settings', '/rules', '/clock']) {
      expectSame(await asked(copies, (of) => of.admin('GET', path)));
    }
    expectSame(await asked(copies, (of) => of.init({ 'idempotency-key': 'after' })));
  });

  it('brings back a running clock, which goes on', async () => {
    const running = await begin(mock, { clock: { now: NOON, frozen: false } });
    const id = await clientOf(running).confirmed();
    const copies = await elsewhere(running.id);
    expect(copies.session.clock.frozen).to.equal(false);
    expect(Date.parse(copies.session.clock.now) - Date.parse(NOON)).to.be.within(0, 5_000);
    expect((await copies.own.transaction(id)).status).to.equal(200);
  });

  it('takes in what was done in process', async () => {
    const made = await start({ seed: 1 });
    made.clock.freeze();
    await made.clock.set(Date.parse(NOON));
    made.on('getTransaction').answers([503, 'ok']);
    const own = new Client(made.url, made.world);
    await own.transaction('x');
    await made.clock.advance(1_000);
    const copy = await start({ replay: (await situation(made)).token });
    expect([copy.clock.now(), copy.clock.frozen]).to.deep.equal([Date.parse(NOON) + 1_000, true]);
    expect(copy.scripts.rules).to.have.length(1);
    const same = new Client(copy.url, copy.world);
    expect((await same.transaction('x')).status).to.equal(404);
    expect(ok(await same.init()).at('/job_id')).to.equal(ok(await own.init()).at('/job_id'));
  });

  it('begins anew with a reset, and works are numbered on', async () => {
    await client.confirmed();
    ok(await client.admin('POST', '/reset'));
    ok(await client.admin('PUT', '/clock', FROZEN.clock));
    await client.confirmed();
    const { requests } = await situation(mock, session.id);
    expect(requests).to.have.length(3);
    const copies = await elsewhere();
    const id = await client.confirmed();
    for (const of of [copies.http, copies.own]) expect(await of.confirmed()).to.equal(id);
    for (const of of [client, copies.http, copies.own]) ok(await of.admin('POST', '/clock/advance', { seconds: 12 }));
    const result = await asked(copies, (of) => of.transaction(id));
    expectSame(result);
    expect(result[0]).to.include('"ats_id":');
  });

  it('of forks, and of what a snapshot was restored in', async () => {
    const job_id = await client.prepared();
    ok(await admin(mock, 'POST', `/sessions/${session.id}/snapshots`, { name: 'quoted' }));
    const fork = await begin(mock, { from: session.id });
    ok(await clientOf(fork).post('works/confirm', { job_id }));
    ok(await client.init());
    ok(await admin(mock, 'POST', `/sessions/${session.id}/restore`, { snapshot: 'quoted' }));
    const ofFork = clientOf(await begin(await start(), { replay: (await situation(mock, fork.id)).token }));
    expect(short(await ofFork.post('works/confirm', { job_id }))).to.equal('404 registration.prepared_not_found');
    const copies = await elsewhere();
    expectSame(await asked(copies, (of) => of.post('works/confirm', { job_id })));
  });

  it('of a replay, and of a replay in which more has happened', async () => {
    const job_id = await client.prepared();
    const { http } = await elsewhere();
    ok(await http.post('works/confirm', { job_id }));
    const { token, requests } = await situation({ url: http.url.replace(/\/__session.*/, '') }, session.id);
    expect(requests).to.have.length(3);
    const third = clientOf(await begin(await start(), { replay: token }));
    expect(short(await third.post('works/confirm', { job_id }))).to.equal('404 registration.prepared_not_found');
  });

  it('of a partner session that has expired since', async () => {
    const { externalUser } = session.world;
    const jwt = String(ok(await client.post('partner-sessions', { external_user_ref: externalUser.ref })).at('/token'));
    const path = client.organization(`external-users/${externalUser.ref}/works/${externalUser.work}/versions/1/download/audio`);
    ok(await client.ask('GET', path, undefined, { token: jwt }));
    ok(await client.admin('POST', '/clock/advance', { seconds: 7_200 }));
    expectSame(await asked(await elsewhere(), (of) => of.init()));
  });

  it('of what is long over', async () => {
    await client.prepared();
    ok(await client.init({ 'idempotency-key': 'a' }));
    ok(await client.admin('POST', '/clock/advance', { seconds: 10 * 86_400 }));
    await situation(mock, session.id);
    ok(await client.init({ 'idempotency-key': 'a' }));
    expectSame(await asked(await elsewhere(), (of) => of.init({ 'idempotency-key': 'a' })));
  });

  it('sends nothing on to the server that a rule sent it on to', async () => {
    const upstream = await start();
    const proxying = await start({ proxyTo: [upstream.url] });
    const there = await begin(proxying, { rules: [{ on: 'getTransaction', answers: [{ proxies: upstream.url }] }] });
    await clientOf(there).transaction('x');
    expect(upstream.journal.total).to.equal(1);
    const { token } = await situation(proxying, there.id);
    const again = clientOf(await begin(await start({ proxyTo: [upstream.url] }), { replay: token }));
    expect(upstream.journal.total).to.equal(1);
    await again.transaction('x');
    expect(upstream.journal.total).to.equal(2);
    // Where it may not be sent on to, nothing is.
    const confined = await clientOf(await begin(await start(), { replay: token })).transaction('x');
    expect(short(confined)).to.equal('501 failpath:script-unavailable');
    expect(upstream.journal.total).to.equal(2);
  });

  it('is cut short by nothing: what is too much is refused, with what to do', async function () {
    this.timeout(60_000);
    ok(await client.admin('POST', '/rules', { on: 'getTransaction', answers: [503], uses: 5_000 }));
    for (let count = 0; count < 2_000; count += 50) {
      await Promise.all(Array.from({ length: 50 }, () => mock.fetch(`${client.url}/v1/transactions/x`)));
    }
    const refused = await admin(mock, 'GET', `/sessions/${session.id}/replay`);
    expect(short(refused)).to.equal('409 failpath:admin-conflict');
    expect(refused.at('/detail')).to.include('reset it, or restore or fork a snapshot');
    const fork = await begin(mock, { from: session.id });
    expect(await situation(mock, fork.id)).to.have.property('token');
    ok(await client.admin('POST', '/reset'));
    expect(await situation(mock, session.id)).to.have.property('token');
  });

  it('is taken whole, as GET /replay answers it, or by its token, blanks around it', async () => {
    await client.prepared();
    const whole = await situation(mock, session.id);
    expect((await begin(await start(), { replay: whole })).id).to.equal(session.id);
    expect((await begin(await start(), { replay: ` ${whole.token}\n` })).id).to.equal(session.id);
  });

  describe('tells nobody what is not its own', () => {
    const canary = 'Canary0Canary1Canary2';
    const canaries: Record<string, (of: Client) => Promise<Seen>> = {
      'a key of elsewhere': (of) => of.ask('POST', of.organization('works/init'), NEW_WORK, { token: `afo_sk_live_${canary}` }),
      'a JWT of elsewhere': (of) =>
        of.ask('POST', of.organization('works/init'), NEW_WORK, { token: `eyJhbGciOiJIUzI1NiJ9.e30.${canary}` }),
      'a password': (of) =>
        send(
          of,
          'POST',
          of.organization('works/init'),
          json(NEW_WORK, { authorization: `Basic ${Buffer.from(canary).toString('base64')}` }),
        ),
      'a cookie': (of) => of.init({ cookie: `session=${canary}` }),
      'another header': (of) => of.init({ 'x-api-key': canary }),
      'a header with a URL': (of) => of.init({ referer: `https://app.example/?access_token=${canary}` }),
      'a query': (of) => of.ask('POST', `${of.organization('works/init')}?access_token=${canary}`, NEW_WORK),
      'a query with a word': (of) => of.ask('POST', `${of.organization('works/init')}?key=${canary}`, NEW_WORK),
      'a member of the body': (of) => of.init({}, { password: canary }),
      'what is no JSON': (of) => send(of, 'POST', of.organization('works/init'), json(`{"secret": "${canary}"`)),
    };
    for (const [what, ask] of Object.entries(canaries)) {
      it(`such as ${what}, whatever a rule made of it`, async () => {
        ok(await client.admin('POST', '/rules', { on: 'initWork', when: { occurrence: { every: 2 } }, answers: [503] }));
        await client.init();
        const first = await ask(client);
        expect(first.status).to.equal(503);
        const replayed = await situation(mock, session.id);
        const text = unpacked(replayed.token) + JSON.stringify(replayed);
        expect(text).to.not.include(canary).and.not.include(Buffer.from(canary).toString('base64'));
        expect(replayed.requests).to.have.length(2);
        const copies = await elsewhere();
        for (let count = 0; count < 2; count++) expectSame((await asked(copies, (of) => of.init())).map((answer) => answer.slice(0, 200)));
      });
    }
  });

  describe('refuses', () => {
    const refusedBoth = async (token: string): Promise<string> => {
      const { url } = await start();
      const http = await admin({ url }, 'POST', '/sessions', { replay: token });
      expect(short(http)).to.equal('409 failpath:admin-conflict');
      expect(ok(await admin({ url }, 'GET', '/sessions')).at('/sessions')).to.deep.equal([]);
      let failed: unknown;
      try {
        await start({ replay: token });
      } catch (error) {
        failed = error;
      }
      expect(failed).to.be.instanceOf(InputError);
      const [finding] = (failed as InputError).findings;
      expect(finding?.problem).to.equal('replay-unusable');
      expect(finding?.why).to.equal(http.at('/detail'));
      return String(http.at('/detail'));
    };

    it('what is no token', async () => {
      for (const token of ['x', 'failpath-replay-2.abc', '{"token":"x"}']) expect(await refusedBoth(token)).to.include('no replay token');
    });

    it('a token that is cut off, or has a letter wrong', async () => {
      await client.prepared();
      const { token } = await situation(mock, session.id);
      for (const end of [1, 5, 100, token.length - BEGINNING.length]) {
        expect(await refusedBoth(token.slice(0, -end))).to.include('damaged');
      }
      for (const place of [20, 100, token.length - 10]) {
        const wrong = token.slice(0, place) + (token[place] === 'A' ? 'B' : 'A') + token.slice(place + 1);
        expect(await refusedBoth(wrong)).to.include('damaged');
      }
    });

    it('one with more or less in it than there is', async () => {
      const whole = JSON.parse(unpacked((await situation(mock, session.id)).token)) as Record<string, unknown>;
      for (const changed of [{}, [], null, 5, { ...whole, past: undefined }, { ...whole, about: { mint: '' } }, { ...whole, clock: 5 }]) {
        expect(await refusedBoth(packed(JSON.stringify(changed)))).to.include('damaged');
      }
      expect(await refusedBoth(packed('{'))).to.include('damaged');
      expect(await refusedBoth(packed(JSON.stringify({ ...whole, state: 'x' })))).to.include('Something else came of it');
    });

    it('records that cannot be', async () => {
      const whole = JSON.parse(unpacked((await situation(mock, session.id)).token)) as { past: { at: number } };
      const bad = (record: unknown, table = 'rules'): string => {
        const changes = [{ table, id: 'x', place: 1, record }];
        return packed(JSON.stringify({ ...whole, past: { ...whole.past, events: [{ at: whole.past.at, changes }] } }));
      };
      expect(await refusedBoth(bad(5))).to.be.a('string');
      expect(await refusedBoth(bad({ rule: { id: 'x' }, group: 'x', rank: [0, 0, 0] }))).to.be.a('string');
      expect(await refusedBoth(bad({ x: 1 }, 'organizations'))).to.be.a('string');
      const started = JSON.stringify({ ...whole, past: { ...whole.past, start: [{ table: 'rules', id: 'x', place: 1, record: 7 }] } });
      expect(await refusedBoth(packed(started))).to.be.a('string');
    });

    it('times that cannot be', async () => {
      const whole = JSON.parse(unpacked((await situation(mock, session.id)).token)) as { clock: object };
      for (const now of [-1, 1e18])
        expect(await refusedBoth(packed(JSON.stringify({ ...whole, clock: { now, frozen: true } })))).to.be.a('string');
    });

    it('what is small and unpacks to more than any situation', async () => {
      const bomb = packed(`"${'x'.repeat(100_000_000)}"`);
      expect(bomb.length).to.be.below(1_000_000);
      expect(await refusedBoth(bomb)).to.include('damaged');
      expect(await refusedBoth(packed('['.repeat(200_000)))).to.include('damaged');
      expect(await refusedBoth(packed('['.repeat(200_000) + ']'.repeat(200_000)))).to.include('damaged');
    });

    it('a situation of another contract', async () => {
      const contract = await contractFrom(`openapi: 3.1.0
info: { title: Shop, version: 1.0.0 }
paths:
  /v1/carts/{cart_id}:
    get:
      operationId: getCart
      parameters: [{ name: cart_id, in: path, required: true, schema: { type: string } }]
      responses:
        '200': { description: ok, content: { application/json: { schema: { type: object }, example: {} } } }
`);
      const { token } = await situation(mock, session.id);
      const refused = await admin(await start({ contract }), 'POST', '/sessions', { replay: token });
      expect(short(refused)).to.equal('409 failpath:admin-conflict');
      expect(refused.at('/detail')).to.include('another contract').and.include(mock.contract.sha256.slice(0, 12));
    });

    it('too long a body, as any other', async () => {
      const seen = await admin(mock, 'POST', '/sessions', { replay: 'x'.repeat(8_400_000) });
      expect(short(seen)).to.equal('400 failpath:admin-invalid-input');
    });
  });
});
