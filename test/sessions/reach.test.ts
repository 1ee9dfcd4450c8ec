import { expect } from 'chai';
import { setupServer } from 'msw/node';
import { WebSocket } from 'ws';
import type { Mock } from '../../mocks/index.js';
import { mswHandlers } from '../../mocks/msw.js';
import { json, send } from '../mock/support.js';
import { admin, begin, Client, clientOf, NOON, ok, rule, everywhere, short, type Session } from './support.js';

const MINTED = { name: 'trial', scopes: ['works:register', 'works:read'] };

everywhere('sessions: how a request reaches its own', (servers) => {
  const { start, stop } = servers();
  let mock: Mock;
  let session: Session;
  beforeEach(async () => {
    mock = await start();
    session = await begin(mock, { clock: { now: NOON, frozen: true } });
  });
  afterEach(stop);

  /** Which worlds have had how many requests: the default one, the session. */
  const counts = async (): Promise<string> => {
    const seen = ok(await admin(mock, 'GET', `/sessions/${session.id}`));
    return `${mock.journal.total} ${String(seen.at('/requests'))}`;
  };
  /** Asks without prefix and without header. */
  const bare = (): Client => new Client(mock.url, session.world);

  it('by the prefix of its URL', async () => {
    expect(session.url).to.equal(`${mock.url}/__session/${session.id}`);
    const { status } = await clientOf(session).init();
    expect([status, await counts()]).to.deep.equal([200, '0 1']);
  });

  it('by the prefix alone, whatever key it has: that of the default world is unknown there', async () => {
    const seen = await new Client(session.url, mock.world).init();
    expect(short(seen)).to.equal('401 api_key.not_found');
    expect(await counts()).to.equal('0 1');
  });

  it('by the header', async () => {
    const { status, at } = await new Client(mock.url, session.world, { 'x-failpath-session': session.id }).init();
    expect(status).to.equal(200);
    expect(String(at('/upload_url'))).to.match(new RegExp(`^${session.url}/__storage/`));
    expect(await counts()).to.equal('0 1');
  });

  it('by a well-known token of it', async () => {
    expect((await bare().init()).status).to.equal(200);
    expect(await counts()).to.equal('0 1');
  });

  it('by the token of its administrator', async () => {
    const made = await bare().ask('POST', bare().organization('api-keys'), MINTED, { token: session.world.admin });
    expect([made.status, await counts()]).to.deep.equal([201, '0 1']);
  });

  it('by a key that it has given out', async () => {
    const made = await clientOf(session).ask('POST', bare().organization('api-keys'), MINTED, { token: session.world.admin });
    const token = String(made.at('/token'));
    expect(token).to.match(new RegExp(`^afo_sk_live_${session.id}`));
    expect((await bare().ask('POST', bare().organization('works/init'), {}, { token })).status).to.equal(422);
    expect(await counts()).to.equal('0 2');
  });

  it('by an upload URL, whose prefix a proxy has cut off', async () => {
    const client = bare();
    const opened = ok(await client.init());
    const path = new URL(String(opened.at('/upload_url'))).pathname.replace(`/__session/${session.id}`, '');
    expect((await fetch(`${mock.url}${path}`, { method: 'PUT', body: new Uint8Array(44) })).status).to.equal(200);
    ok(await client.post('works/prepare', { job_id: opened.at('/job_id') }));
  });

  it('by the id of a transaction, which needs no credential', async () => {
    const id = await clientOf(session).confirmed();
    expect((await send(mock, 'GET', `/v1/transactions/${id}`)).at('/current_step')).to.equal('validating');
    expect((await send(mock, 'GET', `/v1/transactions/${id.toUpperCase()}`)).at('/id')).to.equal(id);
    expect(mock.journal.total).to.equal(0);
  });

  for (const prefix of ['', 'with the prefix']) {
    it(`by a WebSocket ${prefix === '' ? 'to the id of a transaction' : prefix}`, async () => {
      const client = clientOf(session);
      const id = await client.confirmed();
      const url = `${(prefix === '' ? mock.url : session.url).replace(/^http/, 'ws')}/v1/ws/transactions/${id}`;
      const socket = new WebSocket(url);
      const frames: unknown[] = [];
      const greeted = new Promise<void>((resolve) => {
        socket.on('message', (data: Buffer) => {
          if (frames.push(JSON.parse(data.toString())) === 2) resolve();
        });
      });
      const closed = new Promise<number>((resolve) => void socket.on('close', resolve));
      await greeted;
      expect((frames[0] as { transaction_id: string }).transaction_id).to.equal(id);
      ok(await client.admin('POST', '/clock/advance', { seconds: 12 }));
      expect(await closed).to.equal(1000);
      expect(frames).to.have.length(7);
      expect(mock.journal.total).to.equal(0);
    });
  }

  it('by the JWT of a partner session that it has opened, and by the download URL that comes of it', async () => {
    const { externalUser, organizations } = session.world;
    const opened = ok(await clientOf(session).post('partner-sessions', { external_user_ref: externalUser.ref }));
    const token = String(opened.at('/token'));
    const works = `/v1/organizations/${organizations.active}/external-users/${externalUser.ref}/works`;
    // The organization of the path would lead there as well.
    const elsewhere = works.replace(organizations.active, mock.world.organizations.active);
    expect(short(await bare().ask('GET', elsewhere, undefined, { token }))).to.not.equal('401 common.unauthorized');
    expect(await counts()).to.equal('0 2');
    const file = ok(await bare().ask('GET', `${works}/${externalUser.work}/versions/1/download/certificate`, undefined, { token }));
    const path = new URL(String(file.at('/url'))).pathname.replace(/^\/__session\/[^/]+/, '');
    expect((await fetch(mock.url + path)).status).to.equal(200);
    expect(mock.journal.total).to.equal(0);
  });

  it('by the prefix rather than by the header, by the header rather than by the key', async () => {
    const other = await begin(mock);
    const seen = await new Client(session.url, session.world, { 'x-failpath-session': other.id }).init();
    expect([seen.status, await counts()]).to.deep.equal([200, '0 1']);
    const named = await new Client(mock.url, session.world, { 'x-failpath-session': other.id }).init();
    expect(short(named)).to.equal('401 api_key.not_found');
    expect(await counts()).to.equal('0 1');
  });

  it('by the credential rather than by an id of the path', async () => {
    const other = await begin(mock);
    const client = new Client(mock.url, { ...session.world, organizations: other.world.organizations });
    expect(short(await client.init())).to.equal('403 api_key.org_mismatch');
    expect(await counts()).to.equal('0 1');
  });

  it('and is in the default one without any of them, or when it says so', async () => {
    expect((await new Client(mock.url, mock.world).init()).status).to.equal(200);
    expect((await new Client(mock.url, mock.world, { 'x-failpath-session': 'default' }).init()).status).to.equal(200);
    expect((await new Client(`${mock.url}/__session/default`, mock.world).init()).status).to.equal(200);
    expect((await new Client(mock.url, mock.world, { 'x-failpath-session': '' }).init()).status).to.equal(200);
    expect(await counts()).to.equal('4 0');
  });

  it('by a prefix that is all of the path', async () => {
    for (const end of ['', '/', '?x=1', '/?x=1']) {
      expect(short(await send(mock, 'GET', `/__session/${session.id}${end}`))).to.equal('404 common.not_found');
    }
    expect(await counts()).to.equal('0 4');
  });

  it('by one prefix only: a second is a path that no operation has', async () => {
    const seen = await send(mock, 'GET', `/__session/${session.id}/__session/${session.id}/v1/transactions/x`);
    expect(short(seen)).to.equal('404 common.not_found');
    expect(await counts()).to.equal('0 1');
  });

  it('by mock.fetch as by the socket', async () => {
    const path = session.url.slice(mock.url.length);
    const headers = { authorization: `Bearer ${session.world.tokens.active}` };
    const init = { ...json({}, headers), method: 'POST' };
    expect((await mock.fetch(`${path}${bare().organization('works/init')}`, init)).status).to.equal(422);
    expect((await mock.fetch(bare().organization('works/init'), init)).status).to.equal(422);
    const answer = await mock.fetch('https://api.example.com/v1/transactions/x', { headers: { 'x-failpath-session': session.id } });
    expect([answer.status, await counts()]).to.deep.equal([404, '0 3']);
  });

  it('by the base URL that MSW listens on', async () => {
    const client = clientOf(session);
    ok(await client.admin('POST', '/rules', rule('getTransaction', 503)));
    const outside = new URL(session.url).pathname;
    const intercepted = setupServer(...mswHandlers(mock, { baseUrl: 'https://api.example.com' }));
    intercepted.listen({ onUnhandledRequest: 'bypass' });
    try {
      expect((await fetch(`https://api.example.com${outside}/v1/transactions/x`)).status).to.equal(503);
      expect((await fetch('https://api.example.com/v1/transactions/x')).status).to.equal(404);
    } finally {
      intercepted.close();
    }
  });

  describe('and finds none', () => {
    const unknown = ['5e5500000000', 'x', '', '%00', '5E5500000000', '5'.repeat(5_000), '../default', 'default%20'];
    for (const id of unknown) {
      it(`by the prefix ${JSON.stringify(id.slice(0, 20))}`, async () => {
        const answer = await fetch(`${mock.url}/__session/${id.replace('../', '..%2f')}/v1/transactions/x`);
        expect(answer.status).to.equal(404);
        expect(answer.headers.get('content-type')).to.equal('application/problem+json');
        const { type, detail } = (await answer.json()) as { type: string; detail: string };
        expect(type).to.equal('failpath:unknown-session');
        expect(detail).to.include('POST /__admin/sessions').and.to.have.length.below(300);
      });
    }

    it('by the header', async () => {
      const client = new Client(mock.url, session.world, { 'x-failpath-session': '5e5500000000' });
      expect(short(await client.init())).to.equal('404 failpath:unknown-session');
      const steered = await send(mock, 'GET', '/__admin/clock', { headers: client.headers });
      expect(short(steered)).to.equal('404 failpath:unknown-session');
    });

    it('by the header or prefix of a session that was removed; what it gave out is refused as by the default world', async () => {
      const client = clientOf(session);
      const opened = ok(await client.init());
      const id = await client.confirmed();
      ok(await admin(mock, 'DELETE', `/sessions/${session.id}`));
      expect(short(await client.init())).to.equal('404 failpath:unknown-session');
      expect(short(await client.admin('GET', '/clock'))).to.equal('404 failpath:unknown-session');
      const upload = await fetch(String(opened.at('/upload_url')), { method: 'PUT', body: 'x' });
      expect(upload.status).to.equal(404);
      expect(short(await bare().init())).to.equal('401 api_key.not_found');
      expect(short(await bare().transaction(id))).to.equal('404 transaction.not_found');
      expect(mock.journal.total).to.equal(2);
    });

    it('with a WebSocket: it is refused as a request is', async () => {
      const socket = new WebSocket(`${mock.url.replace(/^http/, 'ws')}/__session/5e5500000000/v1/ws/transactions/x`);
      const status = await new Promise((resolve) => {
        socket.on('unexpected-response', (_, response) => resolve(response.statusCode));
        socket.on('error', resolve);
      });
      expect(status).to.equal(404);
    });

    it('from a page of another origin, which may read so', async () => {
      const answer = await fetch(`${mock.url}/__session/5e5500000000/v1/transactions/x`, { headers: { origin: 'https://app.example' } });
      expect(answer.headers.get('access-control-allow-origin')).to.equal('*');
    });
  });
});
