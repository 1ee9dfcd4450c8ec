import { expect } from 'chai';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { createLine, type LoadOptions } from '../../mocks/http/index.js';
import { startMock, type Mock } from '../../mocks/index.js';

const TRANSACTION = '/v1/transactions/0d5c7b1e-0000-4000-8000-000000000000';

interface Begun {
  readonly one: number;
  /** Which go it was a part of. */
  readonly go: number;
  readonly isTooMuch: boolean;
}

interface Coming extends LoadOptions {
  /** Whether a connection was accepted just before. */
  readonly accepted?: boolean;
  /** The one that hurries. */
  readonly hurries?: number;
}

/** So many that come at once, in the order in which they were begun. */
async function come(count: number, { accepted = false, hurries, ...load }: Coming = {}): Promise<readonly Begun[]> {
  const begun: Begun[] = [];
  let go = 0;
  let isUnderWay = false;
  const begin = (one: number, isTooMuch: boolean): void => {
    if (!isUnderWay) {
      isUnderWay = true;
      queueMicrotask(() => {
        isUnderWay = false;
        go++;
      });
    }
    begun.push({ one, go, isTooMuch });
  };
  const line = createLine<number>({ begin, hurries: (one) => one === hurries }, load);
  if (accepted) line.accepted();
  for (let one = 0; one < count; one++) line.take(one);
  while (begun.length < count) await turn();
  return begun;
}

const goes = (begun: readonly Begun[]): readonly number[] =>
  begun.reduce<number[]>((counts, { go }) => {
    counts[go] = (counts[go] ?? 0) + 1;
    return counts;
  }, []);
const refused = (begun: readonly Begun[]): number => begun.filter(({ isTooMuch }) => isTooMuch).length;

describe('surfaces: a line', () => {
  it('begins 64 in one turn, and the others in the next ones, in order', async () => {
    const begun = await come(200);
    expect(begun.map(({ one }) => one)).to.deep.equal(Array.from({ length: 200 }, (_, one) => one));
    expect(goes(begun)).to.deep.equal([64, 64, 64, 8]);
  });

  it('begins few where a connection was accepted, so that the next one soon is', async () => {
    expect(goes(await come(100, { accepted: true }))).to.deep.equal([1, 1, 64, 34]);
  });

  it('lets go first who hurries', async () => {
    const begun = await come(100, { hurries: 90 });
    expect(goes(begun)).to.deep.equal([65, 35]);
    expect(begun[64]?.one).to.equal(90);
  });

  it('says to every second that it is too much, as long as too many wait for too long', async () => {
    let time = 0;
    const slow = (): number => (time += 1_000);
    const begun = await come(664, { requests: 100, now: slow });
    // Of the 600 who have waited, the last 99 had too few behind them.
    expect(refused(begun)).to.equal(250);
    expect(refused(await come(664, { accepted: true, requests: 100, now: slow }))).to.equal(282);
    expect(begun.slice(0, 64).some(({ isTooMuch }) => isTooMuch)).to.equal(false);
    expect(begun.slice(-99).some(({ isTooMuch }) => isTooMuch)).to.equal(false);
  });

  it('never says so to a few, however slow the machine is, nor to many who have not waited', async () => {
    let time = 0;
    expect(refused(await come(64 + 500, { now: () => (time += 1_000) }))).to.equal(0);
    expect(refused(await come(5_000, { now: () => 0 }))).to.equal(0);
  });

  it('goes on after it was empty', async () => {
    const begun: number[] = [];
    const line = createLine<number>({ begin: (one) => void begun.push(one), hurries: () => false });
    for (let times = 0; times < 3; times++) {
      for (let one = 0; one < 70; one++) line.take(one);
      while (begun.length < 70 * (times + 1)) await turn();
      await turn();
    }
    expect(begun).to.have.length(210);
  });
});

describe('surfaces: more requests than can be answered, over sockets', () => {
  const mocks: Mock[] = [];
  const sockets: Socket[] = [];
  const start = async (load?: LoadOptions): Promise<Mock> => {
    const mock = await startMock({ load });
    mocks.push(mock);
    return mock;
  };
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const mock of mocks.splice(0)) await mock.close();
  });

  /** Sends so many requests at once on one connection, and keeps what comes back. */
  const send = async ({ port }: Mock, path: string, count: number): Promise<{ readonly statuses: () => readonly string[] }> => {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    let text = '';
    socket.setEncoding('latin1').on('data', (data: string) => (text += data));
    await once(socket, 'connect');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(count));
    return { statuses: () => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status = '']) => status) };
  };
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await turn();
  };

  it('are all answered, some of them with the 503 that the operation declares, and the control API is not', async () => {
    const mock = await start({ requests: 50, turnMs: -1 });
    const asked = await send(mock, TRANSACTION, 500);
    const control = await send(mock, '/__admin/health', 100);
    await until(() => asked.statuses().length === 500 && control.statuses().length === 100);
    expect([...new Set(asked.statuses())].sort()).to.deep.equal(['404', '503']);
    expect([...new Set(control.statuses())]).to.deep.equal(['200']);
    const shed = mock.journal.entries().find(({ status }) => status === 503);
    expect(shed).to.include({ answeredBy: 'routing', code: 'common.service_unavailable', why: 'the mock has more to do than it can' });
  });

  it('are not begun for whoever has left meanwhile', async () => {
    const mock = await start();
    const crowd = await Promise.all(Array.from({ length: 20 }, () => send(mock, TRANSACTION, 100)));
    await until(() => crowd.some(({ statuses }) => statuses().length > 0));
    for (const socket of sockets.splice(0)) socket.resetAndDestroy();
    const health = await send(mock, '/__admin/health', 1);
    await until(() => health.statuses().length > 0);
    // One that comes last, and waits for all before it.
    const last = await send(mock, TRANSACTION, 200);
    await until(() => last.statuses().length === 200);
    expect(mock.journal.total).to.be.lessThan(2_000);
  });

  it('do not keep new connections from being accepted, nor the control API from answering on them', async () => {
    const mock = await start();
    const crowd = await Promise.all(Array.from({ length: 20 }, () => send(mock, TRANSACTION, 200)));
    const health = await Promise.all(Array.from({ length: 100 }, () => send(mock, '/__admin/health', 1)));
    await until(() => health.every(({ statuses }) => statuses().length > 0));
    const answered = crowd.reduce((sum, { statuses }) => sum + statuses().length, 0);
    expect(answered).to.be.lessThan(2_000);
    await until(() => crowd.every(({ statuses }) => statuses().length === 200));
  });
});
