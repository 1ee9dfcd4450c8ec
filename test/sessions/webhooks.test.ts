import { expect } from 'chai';
import { Receiver } from '../webhooks/receiver.js';
import { admin, begin, Client, clientOf, everywhere, NOON, ok, type Session } from './support.js';

everywhere('sessions: their webhooks', (servers) => {
  const { start, stop } = servers();
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await Receiver.start();
  });
  afterEach(async () => {
    await stop();
    await receiver.stop();
  });

  /** A session with a key that has a webhook, and somebody who calls with it. */
  const withWebhook = async (mock: { readonly url: string }): Promise<{ readonly session: Session; readonly caller: Client }> => {
    const session = await begin(mock, { clock: { now: NOON, frozen: true } });
    const client = clientOf(session);
    const key = { name: 'k', scopes: ['works:register'], webhook_url: receiver.url() };
    const made = ok(await client.ask('POST', client.organization('api-keys'), key, { token: session.world.admin }));
    const world = { ...session.world, tokens: { ...session.world.tokens, active: String(made.at('/token')) } };
    return { session, caller: new Client(session.url, world) };
  };
  const ids = (): unknown[] => receiver.arrived.map(({ body }) => body['transaction_id']);
  const states = async (url: string): Promise<unknown[]> =>
    (ok(await admin({ url }, 'GET', '/webhooks')).at('/webhooks') as { state: string }[]).map(({ state }) => state);

  it('go by the clock of their session, and are listed by it alone', async () => {
    const mock = await start();
    const [a, b] = [await withWebhook(mock), await withWebhook(mock)];
    const [first] = [await a.caller.confirmed(), await b.caller.confirmed()];
    ok(await a.caller.admin('POST', '/clock/advance', { seconds: 12 }));
    await receiver.until(1);
    expect(ids()).to.deep.equal([first]);
    expect([await states(a.caller.url), await states(b.caller.url), await states(mock.url)].map((all) => all.length)).to.deep.equal([
      1, 0, 0,
    ]);
  });

  it('are retried over 43 minutes, which take no time', async () => {
    const { caller } = await withWebhook(await start());
    receiver.reactions = [503];
    await caller.confirmed();
    for (const seconds of [12, 1, 5, 30, 120, 600]) ok(await caller.admin('POST', '/clock/advance', { seconds }));
    expect(receiver.arrived).to.have.length(6);
    expect(await states(caller.url)).to.deep.equal(['dead']);
  });

  it('that were sent are sent once more when a snapshot from before is restored', async () => {
    const mock = await start();
    const { session, caller } = await withWebhook(mock);
    const id = await caller.confirmed();
    ok(await admin(mock, 'POST', `/sessions/${session.id}/snapshots`, { name: 'before' }));
    ok(await caller.admin('POST', '/clock/advance', { seconds: 12 }));
    expect(await states(caller.url)).to.deep.equal(['delivered']);
    ok(await admin(mock, 'POST', `/sessions/${session.id}/restore`, { snapshot: 'before' }));
    expect(await states(caller.url)).to.deep.equal([]);
    ok(await caller.admin('POST', '/clock/advance', { seconds: 12 }));
    expect(ids()).to.deep.equal([id, id]);
  });

  it('that are to come are sent by a fork as well', async () => {
    const mock = await start();
    const { session, caller } = await withWebhook(mock);
    const id = await caller.confirmed();
    const fork = await begin(mock, { from: session.id });
    ok(await admin(fork, 'POST', '/clock/advance', { seconds: 12 }));
    expect(ids()).to.deep.equal([id]);
    expect(await states(caller.url)).to.deep.equal([]);
    ok(await caller.admin('POST', '/clock/advance', { seconds: 12 }));
    expect(ids()).to.deep.equal([id, id]);
  });

  it('that were sent are not sent again by a replay, and those to come are', async () => {
    const mock = await start();
    const { session, caller } = await withWebhook(mock);
    receiver.reactions = [503, 204];
    const first = await caller.confirmed();
    ok(await caller.admin('POST', '/clock/advance', { seconds: 12 }));
    ok(await caller.admin('POST', '/clock/advance', { seconds: 1 }));
    const second = await caller.confirmed();
    expect(ids()).to.deep.equal([first, first]);
    const { token } = ok(await admin(mock, 'GET', `/sessions/${session.id}/replay`)).body as { token: string };
    const copy = await begin(await start(), { replay: token });
    expect(receiver.arrived).to.have.length(2);
    expect(await states(copy.url)).to.deep.equal(await states(caller.url));
    ok(await admin(copy, 'POST', '/clock/advance', { seconds: 12 }));
    expect(ids()).to.deep.equal([first, first, second]);
  });

  it('are sent no more once the session has ended', async () => {
    const mock = await start();
    const { session, caller } = await withWebhook(mock);
    await caller.confirmed();
    ok(await caller.admin('PUT', '/clock', { frozen: false }));
    ok(await admin(mock, 'DELETE', `/sessions/${session.id}`));
    const other = await withWebhook(mock);
    await other.caller.confirmed();
    ok(await other.caller.admin('POST', '/clock/advance', { seconds: 12 }));
    expect(receiver.arrived).to.have.length(1);
  });
});
