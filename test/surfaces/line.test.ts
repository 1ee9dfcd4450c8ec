import { expect } from 'chai';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { createLine, type LoadOptions } from '../../mocks/http/index.js';
import { startMock, type Mock } from '../../mocks/index.js';
import { raw } from '../mock/support.js';

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
  /** How many of them each sends. */
  readonly each?: number;
}

/** So many that come at once, in the order in which they were begun. */
async function come(count: number, { accepted = false, hurries, each = 1, ...load }: Coming = {}): Promise<readonly Begun[]> {
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
  const line = createLine<number>({ begin, hurries: (one) => one === hurries, sender: (one) => Math.floor(one / each) }, load);
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

  it('lets nobody wait twice: with the second the first is begun, in order', async () => {
    const begun = await come(1_000, { each: 250 });
    expect(goes(begun)[0]).to.be.at.least(1_000 - 4);
    const of = (sender: number): readonly number[] => begun.map(({ one }) => one).filter((one) => Math.floor(one / 250) === sender);
    for (const sender of [0, 1, 2, 3]) expect(of(sender)).to.deep.equal(of(sender).toSorted((a, b) => a - b));
  });

  it('says to half of them that it is too much, as long as too many wait for too long, and have for a while', async () => {
    let time = 0;
    const begun = await come(2_064, { requests: 100, now: () => (time += 1_000) });
    // Of the 2,000 who have waited, the last 99 had too few behind them, and the first turn is the first in which it is late.
    expect(refused(begun)).to.be.within(700, 1_150);
    expect(begun.slice(0, 128).some(({ isTooMuch }) => isTooMuch)).to.equal(false);
    expect(begun.slice(-99).some(({ isTooMuch }) => isTooMuch)).to.equal(false);
  });

  it('says nothing of it where many come at once, and no more for a while', async () => {
    let looks = 0;
    // Nobody has waited when the line is made; from the first turn on, all have for 40 ms.
    const now = (): number => (looks++ < 2_000 ? 0 : 40);
    expect(refused(await come(2_064, { requests: 100, now }))).to.equal(0);
  });

  it('never says so to a few, however slow the machine is, nor to many who have not waited', async () => {
    let time = 0;
    expect(refused(await come(64 + 500, { now: () => (time += 1_000) }))).to.equal(0);
    expect(refused(await come(5_000, { now: () => 0 }))).to.equal(0);
  });

  it('goes on after it was empty', async () => {
    const begun: number[] = [];
    const line = createLine<number>({ begin: (one) => void begun.push(one), hurries: () => false, sender: (one) => one });
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

  interface Client {
    /** How many requests were answered. */
    readonly statuses: readonly string[];
    /** Asks once, and again after each answer. */
    ask(path: string, times?: number): void;
  }

  const open = async ({ port }: Mock): Promise<Client> => {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    const statuses: string[] = [];
    let [path, left] = ['', 0];
    const next = (): void => {
      if (left-- > 0) socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    };
    socket.on('error', () => undefined);
    socket.setEncoding('latin1').on('data', (data: string) => {
      const found = [...data.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status = '']) => status);
      statuses.push(...found);
      if (found.length > 0) next();
    });
    await once(socket, 'connect');
    return {
      statuses,
      ask: (to, times = 1) => {
        [path, left] = [to, times];
        next();
      },
    };
  };
  const openMany = (mock: Mock, count: number): Promise<readonly Client[]> => Promise.all(Array.from({ length: count }, () => open(mock)));
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await turn();
  };
  const answered = (clients: readonly Client[]): number => clients.reduce((sum, { statuses }) => sum + statuses.length, 0);

  it('are all answered, some of them with the 503 that the operation declares, and the control API is not', async () => {
    const mock = await start({ requests: 50, turnMs: -1 });
    const [crowd, control] = [await openMany(mock, 300), await openMany(mock, 20)];
    for (const client of crowd) client.ask(TRANSACTION, 2);
    for (const client of control) client.ask('/__admin/health', 2);
    await until(() => answered(crowd) === 600 && answered(control) === 40);
    expect([...new Set(crowd.flatMap(({ statuses }) => statuses))].sort()).to.deep.equal(['404', '503']);
    expect([...new Set(control.flatMap(({ statuses }) => statuses))]).to.deep.equal(['200']);
    const shed = mock.journal.entries().find(({ status }) => status === 503);
    expect(shed).to.include({ answeredBy: 'routing', code: 'common.service_unavailable', why: 'the mock has more to do than it can' });
  });

  it('do not keep new connections from being accepted, nor the control API from answering on them', async () => {
    const mock = await start();
    const crowd = await openMany(mock, 300);
    for (const client of crowd) client.ask(TRANSACTION, 20);
    const health = await openMany(mock, 100);
    for (const client of health) client.ask('/__admin/health');
    await until(() => health.every(({ statuses }) => statuses.length > 0));
    expect(answered(crowd)).to.be.lessThan(3_000);
    await until(() => answered(crowd) === 6_000);
  });

  it('are answered in order where a client does not wait for answers', async () => {
    const mock = await start();
    const codes = Array.from({ length: 500 }, (_, at) => (at % 3 === 0 ? 404 : at % 3 === 1 ? 503 : 200));
    const requests = codes.map((code) => `GET /v1/transactions/x?__code=${code} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join('');
    const statusesIn = (text: string): readonly number[] => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
    const seen = await raw(mock.port, [requests], (text) => statusesIn(text).length === codes.length);
    expect(statusesIn(seen)).to.deep.equal(codes);
  });
});
