import { expect } from 'chai';
import fc from 'fast-check';
import {
  isUnavailable,
  Records,
  transactionsInMemory,
  transactionsOf,
  WorldGone,
  type Table,
  type Transactions,
} from '../../mocks/state/index.js';
import { createMemoryStore, StoreUnavailable, type Commit, type Committed, type Store } from '../../mocks/stores/index.js';

const WORLD = 'w';
const MANY = { capacity: 100_000 };

/** A server's part in a world. */
interface Server {
  readonly records: Records;
  readonly counters: Table<number>;
  readonly transactions: Transactions;
  readonly events: string[];
}

async function serverOf(store: Store): Promise<Server> {
  const loaded = await store.load(WORLD);
  if (loaded === undefined) throw new Error('There is no world.');
  const records = new Records();
  records.replace(loaded.records);
  const events: string[] = [];
  const transactions = transactionsOf({
    store,
    world: WORLD,
    records,
    version: loaded.version,
    onChange: () => void events.push('changed'),
    onGone: () => void events.push('gone'),
  });
  return { records, counters: records.table<number>('counters', MANY), transactions, events };
}

const add = (server: Server, by = 1, id = 'n'): Promise<number> =>
  server.transactions.transact(() => {
    const next = (server.counters.get(id) ?? 0) + by;
    server.counters.put(id, next);
    return next;
  });

/** A store that does something else with some commits. */
function withCommits(store: Store, commit: (commit: Commit, pass: () => Promise<Committed>) => Promise<Committed>): Store {
  return { ...store, commit: (one) => commit(one, () => store.commit(one)) };
}

describe('state: transactions in memory', () => {
  it('take a step at once, and one within another as a part of it', async () => {
    const records = new Records();
    const table = records.table<number>('t', MANY);
    const { transact, transactNow, refresh } = transactionsInMemory(records);
    const done = transact(() => {
      table.put('a', 1);
      return transactNow(() => {
        table.put('b', 2);
        return table.size;
      });
    });
    expect(table.size).to.equal(2);
    expect(await done).to.equal(2);
    const failed = transact(() => {
      transactNow(() => table.put('c', 3));
      throw new Error('no');
    });
    expect(await failed.catch((error: Error) => error.message)).to.equal('no');
    expect(table.size).to.equal(2);
    expect(() => transactNow(() => table.put('d', 1))).to.not.throw();
    await refresh();
  });
});

describe('state: transactions of a world in a store', () => {
  const open = async (): Promise<{ readonly store: ReturnType<typeof createMemoryStore>; readonly a: Server; readonly b: Server }> => {
    const store = createMemoryStore();
    await store.create(WORLD, []);
    return { store, a: await serverOf(store), b: await serverOf(store.connect()) };
  };

  it('resolve once the store has it, and others see it after they have caught up', async () => {
    const { store, a, b } = await open();
    const done = add(a);
    expect(a.counters.get('n')).to.equal(1);
    expect((await store.load(WORLD))?.records).to.deep.equal([]);
    expect(await done).to.equal(1);
    expect((await store.load(WORLD))?.records).to.have.length(1);
    expect(b.counters.get('n')).to.equal(undefined);
    await b.transactions.refresh();
    expect([b.counters.get('n'), b.events.join(' ')]).to.deep.equal([1, 'changed']);
  });

  it('keep what comes together in one go', async () => {
    const store = createMemoryStore();
    await store.create(WORLD, []);
    let commits = 0;
    const server = await serverOf(
      withCommits(store, (_, pass) => {
        commits++;
        return pass();
      }),
    );
    expect(await Promise.all(Array.from({ length: 50 }, () => add(server)))).to.deep.equal(Array.from({ length: 50 }, (_, n) => n + 1));
    expect(commits).to.be.below(5);
  });

  it('are taken again on what others were faster with, and nothing is lost', async () => {
    const { a, b } = await open();
    const results = await Promise.all(Array.from({ length: 40 }, (_, n) => add(n % 2 === 0 ? a : b)));
    expect(new Set(results).size).to.equal(40);
    expect(Math.max(...results)).to.equal(40);
    await Promise.all([a.transactions.refresh(), b.transactions.refresh()]);
    expect([a.counters.get('n'), b.counters.get('n')]).to.deep.equal([40, 40]);
  });

  it('that come to another result the second time say so, an error included', async () => {
    const { a, b } = await open();
    const take = (server: Server): Promise<string> =>
      server.transactions.transact(() => {
        if (server.counters.get('quote') !== undefined) throw new Error('taken');
        server.counters.put('quote', 1);
        return 'mine';
      });
    const outcomes = await Promise.all([a, b].map((server) => take(server).catch((error: Error) => error.message)));
    expect(outcomes.sort()).to.deep.equal(['mine', 'taken']);
    expect([a.counters.get('quote'), b.counters.get('quote')]).to.deep.equal([1, 1]);
  });

  it('that throw change nothing, and hold nobody up', async () => {
    const { a } = await open();
    const failed = a.transactions.transact(() => {
      a.counters.put('n', 100);
      throw new Error('no');
    });
    const next = add(a);
    expect(await failed.catch((error: Error) => error.message)).to.equal('no');
    expect(await next).to.equal(1);
  });

  it('load the world anew when too much has happened', async () => {
    const { store, a, b } = await open();
    await add(a);
    const large = 'x'.repeat(600_000);
    for (let count = 0; count < 3; count++)
      await b.transactions.transact(() => b.records.table<string>('texts', MANY).put('t', large + count));
    const version = (await store.load(WORLD))?.version ?? 0;
    const committed = await store.commit({ world: WORLD, version: version - 3, changes: [], id: 'x' });
    expect(committed).to.deep.equal({ reload: true });
    expect(await add(a)).to.equal(2);
    expect(a.records.table<string>('texts', MANY).get('t')).to.equal(`${large}2`);
  });

  it('of a world that is gone fail, and are not in memory either', async () => {
    const { store, a, b } = await open();
    await add(a);
    await store.remove(WORLD);
    const error: unknown = await add(b, 5).catch((failed: unknown) => failed);
    expect(error).to.be.instanceOf(WorldGone);
    expect([b.counters.get('n'), b.events.at(-1)]).to.deep.equal([undefined, 'gone']);
    expect(isUnavailable(error)).to.equal(false);
  });

  it('fail without a store, are not in memory either, and go on when it is back', async () => {
    const store = createMemoryStore();
    await store.create(WORLD, []);
    let isAway = false;
    const server = await serverOf(
      withCommits(store, async (_, pass) => {
        if (isAway) throw new StoreUnavailable('It is away.');
        return pass();
      }),
    );
    await add(server);
    isAway = true;
    const errors = await Promise.all(
      [add(server), add(server), server.transactions.refresh()].map((one) => one.catch((error: unknown) => error)),
    );
    expect(errors.map(isUnavailable)).to.deep.equal([true, true, true]);
    expect(server.counters.get('n')).to.equal(1);
    isAway = false;
    expect(await add(server)).to.equal(2);
    expect((await store.load(WORLD))?.records.map(({ record }) => record)).to.deep.equal([2]);
  });

  it('whose answer was lost are found out about by whoever comes next', async () => {
    const store = createMemoryStore();
    await store.create(WORLD, []);
    let loses = false;
    const server = await serverOf(
      withCommits(store, async (_, pass) => {
        const committed = await pass();
        if (loses) throw new StoreUnavailable('The answer was lost.');
        return committed;
      }),
    );
    loses = true;
    expect(isUnavailable(await add(server).catch((error: unknown) => error))).to.equal(true);
    loses = false;
    expect(await add(server)).to.equal(2);
  });

  it('of those who cannot wait count at once, and are kept as well', async () => {
    const { store, a, b } = await open();
    const put = (server: Server): number =>
      server.transactions.transactNow(() => {
        server.counters.put('n', (server.counters.get('n') ?? 0) + 1);
        return server.counters.get('n') ?? 0;
      });
    expect([put(a), put(a), put(b)]).to.deep.equal([1, 2, 1]);
    await Promise.all([a.transactions.refresh(), b.transactions.refresh()]);
    expect((await store.load(WORLD))?.records.map(({ record }) => record)).to.deep.equal([3]);
  });

  /** Of which server, which counters from and to, and how much. */
  const transfer = fc.record({
    server: fc.boolean(),
    from: fc.nat(2),
    to: fc.nat(2),
    amount: fc.integer({ min: 1, max: 5 }),
    pause: fc.nat(3),
  });

  it('end as in some order, one after the other, however two servers mix them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(transfer, { maxLength: 30 }), async (transfers) => {
        const { store, a, b } = await open();
        await a.transactions.transact(() => ['0', '1', '2'].forEach((id) => a.counters.put(id, 10)));
        /** What each saw and made of it, as it was kept. */
        const history = await Promise.all(
          transfers.map(async ({ server: first, from, to, amount, pause }) => {
            const server = first ? a : b;
            for (let turn = 0; turn < pause; turn++) await Promise.resolve();
            return server.transactions.transact(() => {
              const order = (server.counters.get('order') ?? 0) + 1;
              const has = server.counters.get(String(from)) ?? 0;
              const isDone = has >= amount;
              server.counters.put('order', order);
              if (isDone) {
                server.counters.put(String(from), has - amount);
                server.counters.put(String(to), (server.counters.get(String(to)) ?? 0) + amount);
              }
              return { order, has, isDone, from, to, amount };
            });
          }),
        );
        const serial = history.toSorted((x, y) => x.order - y.order);
        expect(serial.map(({ order }) => order)).to.deep.equal(serial.map((_, index) => index + 1));
        const model = [10, 10, 10];
        for (const { has, isDone, from, to, amount } of serial) {
          expect(has).to.equal(model[from]);
          expect(isDone).to.equal(has >= amount);
          if (!isDone) continue;
          model[from] = (model[from] ?? 0) - amount;
          model[to] = (model[to] ?? 0) + amount;
        }
        await Promise.all([a.transactions.refresh(), b.transactions.refresh()]);
        const kept = new Records();
        kept.replace((await store.load(WORLD))?.records ?? []);
        for (const records of [a.records, b.records, kept]) {
          const table = records.table<number>('counters', MANY);
          expect(['0', '1', '2'].map((id) => table.get(id))).to.deep.equal(model);
        }
        expect(a.records.dump()).to.deep.equal(b.records.dump());
      }),
      { numRuns: 200 },
    );
  });
});
