import { expect } from 'chai';
import { documentOf, judgeOf, answerPlace } from '../admin/support.js';
import { isGenuine } from './receiver.js';
import { BLOCK, moments, START, suite } from './support.js';

describe('webhooks: the log and what steers them', () => {
  const parts = suite();

  it('lists those of transactions that have ended, newest last, and finds them', async () => {
    const { world, receiver } = parts;
    receiver.reactions = [204, 410, 503];
    const first = await world.submit(await world.key(receiver.url('/first')));
    const second = await world.submit(await world.key(receiver.url('/second')));
    expect(await world.log()).to.deep.equal([]);
    await world.advance(BLOCK);
    const third = await world.submit(await world.key(receiver.url('/third')));
    await world.advance(BLOCK);
    const found = async (query: string): Promise<string[]> => (await world.log(query)).map(({ id }) => id);
    expect(await found('')).to.deep.equal([first, second, third]);
    expect(await found('?state=delivered')).to.deep.equal([first]);
    expect(await found('?state=dead')).to.deep.equal([second]);
    expect(await found('?state=pending')).to.deep.equal([third]);
    expect(await found(`?transaction_id=${second.toUpperCase()}`)).to.deep.equal([second]);
    expect(await found(`?url=${encodeURIComponent(receiver.url('/third'))}`)).to.deep.equal([third]);
    expect(await found('?limit=2')).to.deep.equal([second, third]);
    expect((await world.admin('GET', 'webhooks?limit=1'))['meta']).to.deep.equal({ total: 3 });
    expect(await found('?state=dead&limit=0')).to.deep.equal([]);
    for (const query of ['?state=lost', '?limit=many', '?limit=-1'])
      expect(await world.refused('GET', `webhooks${query}`)).to.include(': 400 ');
  });

  it('answers as its document says', async () => {
    const { world, receiver } = parts;
    receiver.reactions = [503, 410];
    const id = await world.submit(await world.key(receiver.url()));
    await world.advance(BLOCK + 1);
    const document = await documentOf(world.mock);
    const judge = judgeOf(document);
    const judged = (route: string, answer: unknown): unknown => judge(answerPlace(document, route, 200, 'application/json'), answer);
    expect(judged('GET /__admin/webhooks', await world.admin('GET', 'webhooks'))).to.deep.equal([]);
    expect(judged('GET /__admin/webhooks/{id}', await world.admin('GET', `webhooks/${id}`))).to.deep.equal([]);
    expect(judged('POST /__admin/webhooks/{id}/replay', await world.admin('POST', `webhooks/${id}/replay`))).to.deep.equal([]);
    for (const [method, path] of [
      ['GET', 'webhooks/unknown'],
      ['POST', 'webhooks/unknown/replay'],
    ] as const)
      expect(await world.refused(method, path))
        .to.include(': 404 ')
        .and.to.include('There is no webhook');
  });

  it('shows the signature, and never the secret or credentials of a URL', async () => {
    const { world, receiver } = parts;
    const url = receiver.url('/hook?token=hush-hush-hush').replace('http://', 'http://user:passw0rd@');
    const key = await world.key(url);
    const id = await world.submit(key);
    await world.advance(BLOCK);
    const shown = JSON.stringify(await world.log());
    expect((await world.shown(id)).state).to.equal('delivered');
    expect(shown).to.include(String(receiver.arrived[0]?.headers['x-allfeat-signature']));
    for (const secret of [key.webhook_secret_base64, key.token, 'hush-hush', 'passw0rd']) expect(shown).not.to.include(secret);
  });

  describe('replay', () => {
    it('sends a dead letter again: the same bytes, signed anew, with six attempts of its own', async () => {
      const { world, receiver } = parts;
      receiver.reactions = [410, 503];
      const key = await world.key(receiver.url());
      const id = await world.submit(key);
      await world.advance(BLOCK + 100);
      const replayed = await world.admin('POST', `webhooks/${id}/replay`);
      expect(replayed).to.include({ state: 'pending', reason: null });
      await world.advance(43 * 60);
      const shown = await world.shown(id);
      expect(shown.state).to.equal('dead');
      expect(shown.attempts.map(({ number, series }) => `${series}.${number}`)).to.deep.equal([
        '1.1',
        '2.2',
        '2.3',
        '2.4',
        '2.5',
        '2.6',
        '2.7',
      ]);
      expect(moments(shown)).to.deep.equal([0, 100, 101, 106, 136, 256, 856]);
      const [first, second] = receiver.arrived;
      expect(second?.raw.equals(first?.raw ?? Buffer.alloc(0))).to.equal(true);
      expect(second?.headers['x-allfeat-timestamp']).to.equal(String(START / 1_000 + BLOCK + 100));
      expect(isGenuine(second!, key.webhook_secret_base64, START + (BLOCK + 100) * 1_000)).to.equal(true);
    });

    it('sends a delivered one again, which receivers know by its transaction', async () => {
      const { world, receiver } = parts;
      const id = await world.submit(await world.key(receiver.url()));
      await world.advance(BLOCK);
      await world.admin('POST', `webhooks/${id}/replay`);
      await world.admin('POST', `webhooks/${id}/replay`);
      const booked = new Set(receiver.arrived.map(({ body }) => body['transaction_id']));
      expect([receiver.arrived.length, [...booked]]).to.deep.equal([3, [id]]);
      expect((await world.shown(id)).state).to.equal('delivered');
    });

    it('sends nothing again that is being sent, and nothing where it may not', async () => {
      const { world, receiver } = parts;
      receiver.reactions = [503];
      const id = await world.submit(await world.key(receiver.url()));
      const forbidden = await world.submit(await world.key('https://hooks.example.com/'));
      await world.advance(BLOCK);
      expect(await world.refused('POST', `webhooks/${id}/replay`))
        .to.include(': 400 ')
        .and.to.include('still being sent');
      expect(receiver.arrived).to.have.length(1);
      expect(await world.admin('POST', `webhooks/${forbidden}/replay`)).to.include({ state: 'dead' });
    });

    it('keeps the last attempts only, however often it is replayed', async () => {
      const { world, receiver } = parts;
      const id = await world.submit(await world.key(receiver.url()));
      await world.advance(BLOCK);
      for (let times = 0; times < 60; times++) await world.admin('POST', `webhooks/${id}/replay`);
      const { attempts } = await world.shown(id);
      expect([attempts.length, attempts.at(-1)?.number]).to.deep.equal([50, 61]);
    });
  });

  describe('settings', () => {
    it('send each acknowledged webhook again', async () => {
      const { world, receiver } = parts;
      expect(await world.admin('PUT', 'webhooks/settings', { duplicates: 2 })).to.deep.equal({
        duplicates: 2,
        paused: false,
        order: 'oldest-first',
      });
      receiver.reactions = [503, 204, 500, 204];
      const id = await world.submit(await world.key(receiver.url()));
      await world.advance(43 * 60);
      const { state, attempts } = await world.shown(id);
      expect(state).to.equal('delivered');
      expect(attempts.map(({ duplicate, status }) => `${duplicate} ${status}`)).to.deep.equal([
        ...['false 503', 'false 204', 'true 500', 'true 204'],
      ]);
      expect(new Set(receiver.arrived.map(({ raw }) => raw.toString())).size).to.equal(1);
    });

    it('hold webhooks back, and let them go in another order', async () => {
      const { world, receiver } = parts;
      await world.admin('PUT', 'webhooks/settings', { paused: true, order: 'newest-first' });
      const key = await world.key(receiver.url());
      const ids = [await world.submit(key), await world.submit(key), await world.submit(key)];
      await world.advance(600);
      expect(receiver.arrived).to.have.length(0);
      expect((await world.log()).map(({ state }) => state)).to.deep.equal(['pending', 'pending', 'pending']);
      await world.admin('PUT', 'webhooks/settings', { paused: false });
      expect(receiver.arrived.map(({ body }) => body['transaction_id'])).to.deep.equal(ids.toReversed());
      expect(moments(await world.shown(String(ids[0])))).to.deep.equal([600 - BLOCK]);
    });

    it('are refused when they are none, and as they were after a reset', async () => {
      const { world } = parts;
      await world.admin('PUT', 'webhooks/settings', { duplicates: 3 });
      for (const wrong of [{ duplicates: -1 }, { duplicates: 11 }, { paused: 'yes' }, { order: 'random' }, { more: 1 }, []])
        expect(await world.refused('PUT', 'webhooks/settings', wrong)).to.include(': 400 ');
      expect(await world.admin('GET', 'webhooks/settings')).to.include({ duplicates: 3 });
      await world.begin();
      expect(await world.admin('GET', 'webhooks/settings')).to.deep.equal({ duplicates: 0, paused: false, order: 'oldest-first' });
    });

    it('send in order by default', async () => {
      const { world, receiver } = parts;
      const key = await world.key(receiver.url());
      const ids: string[] = [];
      for (let count = 0; count < 20; count++) ids.push(await world.submit(key));
      await world.advance(BLOCK);
      expect(receiver.arrived.map(({ body }) => body['transaction_id'])).to.deep.equal(ids);
    });
  });

  it('forgets what has been, and sends no more of it, but what is still to come', async () => {
    const { world, receiver } = parts;
    receiver.reactions = [503, 'silence', 204];
    const key = await world.key(receiver.url());
    await world.submit(key);
    await world.submit(key);
    await world.advance(BLOCK);
    const later = await world.submit(key);
    await world.admin('DELETE', 'webhooks');
    expect(await world.log()).to.deep.equal([]);
    await world.advance(43 * 60);
    expect((await world.log()).map(({ id, state }) => [id, state])).to.deep.equal([[later, 'delivered']]);
    expect(receiver.arrived).to.have.length(3);
  });
});
