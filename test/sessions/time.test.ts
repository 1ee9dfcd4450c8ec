import { expect } from 'chai';
import { WebSocket } from 'ws';
import type { Mock } from '../../mocks/index.js';
import { send, type Seen } from '../mock/support.js';
import type { Client } from './support.js';
import { begin, clientOf, ok, rule, everywhere, short, type Session } from './support.js';

const START = '2026-03-31T23:00:00.000Z';
const MINUTE = 60;
const HOUR = 3_600;

everywhere('sessions: one clock drives everything', (servers) => {
  const { start, stop } = servers();
  let mock: Mock;
  let session: Session;
  let client: Client;
  let bystander: Client;
  beforeEach(async () => {
    mock = await start();
    session = await begin(mock, { clock: { now: START, frozen: true } });
    client = clientOf(session);
    bystander = clientOf(await begin(mock, { clock: { now: START, frozen: true } }));
  });
  afterEach(stop);

  const advance = async (seconds: number): Promise<void> => void ok(await client.admin('POST', '/clock/advance', { seconds }));
  const set = async (now: string, frozen?: boolean): Promise<Seen> =>
    ok(await client.admin('PUT', '/clock', { now, ...(frozen === undefined ? {} : { frozen }) }));
  const now = async (of: Client = client): Promise<string> => String(ok(await of.admin('GET', '/clock')).at('/now'));

  it('which can be frozen, set, advanced and let go, for one session alone', async () => {
    await advance(1.5);
    expect([await now(), await now(bystander)]).to.deep.equal(['2026-03-31T23:00:01.500Z', START]);
    expect((await set('2027-01-01T00:00:00+01:00')).body).to.deep.equal({ now: '2026-12-31T23:00:00.000Z', frozen: true });
    await set('2026-01-01T00:00:00Z', false);
    const running = Date.parse(await now()) - Date.parse('2026-01-01T00:00:00Z');
    expect(running).to.be.within(0, 2_000);
    await advance(HOUR);
    expect(Date.parse(await now()) - Date.parse('2026-01-01T00:00:00Z') - running).to.be.within(HOUR * 1_000, HOUR * 1_000 + 2_000);
    expect(await now(bystander)).to.equal(START);
    expect(Math.abs(mock.clock.now() - Date.now())).to.be.below(1_000);
  });

  it('the upload URL and the upload session', async () => {
    const opened = ok(await client.init());
    expect(opened.at('/upload_expires_at')).to.equal('2026-03-31T23:10:00.000Z');
    const late = ok(await client.init());
    await advance(10 * MINUTE - 0.001);
    expect((await client.upload(opened)).status).to.equal(200);
    await advance(0.001);
    expect((await client.upload(late)).status).to.equal(403);
    const seen = await client.post('works/prepare', { job_id: opened.at('/job_id') });
    expect(short(seen)).to.equal('404 registration.upload_session_not_found');
  });

  it('quotes', async () => {
    const [job_id, late] = [await client.prepared(), await client.prepared()];
    await advance(5 * MINUTE - 0.001);
    ok(await client.post('works/confirm', { job_id }));
    await advance(0.001);
    expect(short(await client.post('works/confirm', { job_id: late }))).to.equal('404 registration.prepared_not_found');
  });

  it('24 hours of an Idempotency-Key', async () => {
    const keyed = (): Promise<Seen> => client.init({ 'idempotency-key': 'order-1' });
    const first = ok(await keyed());
    await advance(24 * HOUR - 0.001);
    expect(ok(await keyed()).text).to.equal(first.text);
    await advance(0.001);
    expect(ok(await keyed()).text).to.not.equal(first.text);
  });

  it('the month of a quota, and when to try again', async () => {
    ok(await client.admin('PUT', `/organizations/${session.world.organizations.active}`, { quota: 1 }));
    await client.confirmed();
    const job_id = await client.prepared();
    await advance(59 * MINUTE);
    const over = await client.post('works/confirm', { job_id: await client.prepared() });
    expect(short(over)).to.equal('429 common.quota_exceeded');
    expect([over.headers.get('retry-after'), over.at('/error/details/resets_at')]).to.deep.equal(['60', '2026-04-01T00:00:00.000Z']);
    await advance(MINUTE);
    expect(short(await client.post('works/confirm', { job_id }))).to.equal('404 registration.prepared_not_found');
    ok(await client.post('works/confirm', { job_id: await client.prepared() }));
  });

  it('partner sessions, to the second', async () => {
    const { externalUser } = session.world;
    const opened = ok(await client.post('partner-sessions', { external_user_ref: externalUser.ref }));
    expect(opened.at('/expires_at')).to.equal(Date.parse('2026-04-01T00:00:00Z') / 1_000);
    const path = client.organization(`external-users/${externalUser.ref}/works?network=testnet`);
    const works = async (): Promise<string> => short(await client.ask('GET', path, undefined, { token: String(opened.at('/token')) }));
    await advance(HOUR - 0.001);
    expect(await works()).to.equal('200');
    await advance(0.001);
    expect(await works()).to.equal('401 common.unauthorized');
    await set(START);
    expect(await works()).to.equal('200');
  });

  it('download URLs', async () => {
    const { externalUser } = session.world;
    const token = String(ok(await client.post('partner-sessions', { external_user_ref: externalUser.ref })).at('/token'));
    const path = client.organization(`external-users/${externalUser.ref}/works/${externalUser.work}/versions/1/download/certificate`);
    const { url, expires_at } = ok(await client.ask('GET', path, undefined, { token })).body as { url: string; expires_at: string };
    await set(new Date(Date.parse(expires_at) - 1).toISOString());
    expect((await fetch(url)).status).to.equal(200);
    await set(expires_at);
    expect((await fetch(url)).status).to.equal(403);
  });

  it('the steps of a transaction, and the frames that tell of them, in order, before the call returns', async () => {
    const id = await client.confirmed();
    const socket = new WebSocket(`${client.url.replace(/^http/, 'ws')}/v1/ws/transactions/${id}`);
    const frames: { readonly transaction?: { readonly current_step: string; readonly updated_at: string } }[] = [];
    socket.on('message', (data: Buffer) => void frames.push(JSON.parse(data.toString()) as (typeof frames)[number]));
    const closed = new Promise<number>((resolve) => void socket.on('close', resolve));
    await new Promise((resolve) => void socket.once('message', resolve));
    await advance(7);
    expect(ok(await client.transaction(id)).at('/current_step')).to.equal('submitting');
    await advance(5);
    expect(ok(await client.transaction(id)).at('/current_step')).to.equal('completed');
    expect(await closed).to.equal(1000);
    expect(frames.slice(1).map(({ transaction }) => `${transaction?.current_step} ${transaction?.updated_at.slice(17, 19)}`)).to.deep.equal(
      ['validating 00', 'preparing_transaction 02', 'signing 04', 'submitting 06', 'confirming 08', 'completed 12'],
    );
  });

  it('rules that last for a while', async () => {
    ok(await client.admin('POST', '/rules', { ...rule('getTransaction', 503), lasts: '10m' }));
    await advance(10 * MINUTE - 0.001);
    expect((await client.transaction('x')).status).to.equal(503);
    await advance(0.001);
    expect((await client.transaction('x')).status).to.equal(404);
    expect(ok(await client.admin('GET', '/rules')).at('/meta/total')).to.equal(0);
  });

  it('when keys were made, used and revoked', async () => {
    const administrator = { token: session.world.admin };
    const made = ok(await client.ask('POST', client.organization('api-keys'), { name: 'k', scopes: ['works:read'] }, administrator));
    expect(made.at('/created_at')).to.equal(START);
    await advance(MINUTE);
    const path = client.organization(`api-keys/${String(made.at('/id'))}`);
    expect((await client.ask('DELETE', path, undefined, administrator)).status).to.equal(204);
    const listed = ok(await client.ask('GET', client.organization('api-keys'), undefined, administrator));
    expect(listed.text).to.include('"revoked_at":"2026-03-31T23:01:00.000Z"');
  });

  it('the times of the journal', async () => {
    await client.transaction('x');
    await advance(HOUR);
    await client.transaction('x');
    const { requests } = ok(await client.admin('GET', '/requests')).body as { requests: { at: string }[] };
    expect(requests.map(({ at }) => at).sort()).to.deep.equal([START, '2026-04-01T00:00:00.000Z']);
    expect(ok(await bystander.admin('GET', '/requests')).at('/meta/total')).to.equal(0);
  });

  it('a clock that goes back', async () => {
    const job_id = await client.prepared();
    await advance(5 * MINUTE);
    await set(START);
    ok(await client.post('works/confirm', { job_id }));
  });

  it('refuses what is no time', async () => {
    for (const body of [{ seconds: -1 }, { seconds: 1e12 }, { seconds: 'long' }]) {
      expect(short(await client.admin('POST', '/clock/advance', body))).to.equal('400 failpath:admin-invalid-input');
    }
    for (const body of [{ now: 'soon' }, { now: -1 }, {}, { frozen: 'yes' }]) {
      expect(short(await client.admin('PUT', '/clock', body))).to.equal('400 failpath:admin-invalid-input');
    }
    expect(await now()).to.equal(START);
    expect(short(await send(mock, 'GET', '/__session/default/__admin/clock'))).to.equal('200');
  });
});
