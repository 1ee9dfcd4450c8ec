import { expect } from 'chai';
import type { Mock } from '../../mocks/index.js';
import { mocks, send } from '../mock/support.js';
import { codeIn, confirm, refused, STEPS, track, UNKNOWN, type Reached } from './support.js';

interface Session extends Reached {
  readonly id: string;
  readonly url: string;
}

describe('tracking: in sessions', () => {
  const started = mocks();
  let mock: Mock;
  before(async () => void (mock = await started.start()));
  after(() => started.closeAll());

  const json = (body: unknown): RequestInit => ({ body: JSON.stringify(body) });
  const begin = async (): Promise<Session> => {
    const { body } = await send(mock, 'POST', '/__admin/sessions');
    const { id, url, world } = body as Pick<Session, 'id' | 'url' | 'world'>;
    await send({ url }, 'PUT', '/__admin/clock', json({ frozen: true }));
    return { id, url, world, fetch: (target, init) => fetch(target.startsWith('/') ? url + target : target, init) };
  };
  const advance = (session: Session, seconds: number): Promise<unknown> =>
    send(session, 'POST', '/__admin/clock/advance', json({ seconds }));

  it('follows the clock of the session, and no other', async () => {
    const [one, two] = [await begin(), await begin()];
    const [first, second] = [await track((await confirm(one)).ws_url), await track((await confirm(two)).ws_url)];
    await advance(one, 12);
    await advance(two, 2);
    expect(await first.closed).to.deep.equal([1000, 'the transaction has ended']);
    expect(first.told).to.deep.equal(['connected', ...STEPS, 'completed']);
    await second.caughtUp();
    expect(second.told).to.deep.equal(['connected', ...STEPS.slice(0, 2)]);
    second.socket.terminate();
  });

  it('finds a transaction by its id alone, and none of another session', async () => {
    const [one, two] = [await begin(), await begin()];
    const { transaction_id } = await confirm(one);
    const path = `/v1/ws/transactions/${transaction_id}`;
    const webSocket = (url: string): string => url.replace(/^http/, 'ws');
    const tracker = await track(webSocket(mock.url) + path);
    tracker.socket.terminate();
    expect(codeIn((await refused(webSocket(two.url) + path)).body)).to.equal('transaction.not_found');
    expect((await refused(webSocket(one.url) + UNKNOWN)).status).to.equal(404);
    expect((await refused(`${webSocket(mock.url)}/__session/nothing${path}`)).status).to.equal(404);
  });

  it('ends with the session', async () => {
    const session = await begin();
    const tracker = await track((await confirm(session)).ws_url);
    expect((await send(mock, 'DELETE', `/__admin/sessions/${session.id}`)).status).to.equal(200);
    expect(await tracker.closed).to.deep.equal([1001, 'the session has ended']);
    expect(tracker.told).to.deep.equal(['connected', 'validating']);
  });

  it('sees what a restored snapshot holds: the transaction from before goes on, the one from after is gone', async () => {
    const session = await begin();
    const early = await track((await confirm(session)).ws_url);
    await send(mock, 'POST', `/__admin/sessions/${session.id}/snapshots`, json({ name: 'early' }));
    await advance(session, 4);
    const late = await track((await confirm(session)).ws_url);
    expect((await send(mock, 'POST', `/__admin/sessions/${session.id}/restore`, json({ snapshot: 'early' }))).status).to.equal(200);
    await advance(session, 60);
    expect((await late.closed)[0]).to.equal(1011);
    expect(late.told).to.deep.equal(['connected', 'validating', 'transaction.not_found']);
    await early.closed;
    expect(early.told).to.deep.equal(['connected', ...STEPS, 'completed']);
  });
});
