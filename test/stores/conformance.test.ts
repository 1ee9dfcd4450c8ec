import { expect } from 'chai';
import type { Store } from '../../mocks/stores/index.js';
import {
  commitOf,
  done,
  fresh,
  hear,
  increment,
  make,
  PLACES,
  put,
  recordsOf,
  until,
  type Copy,
  type Heard,
  type Place,
} from './support.js';

/** Names that a key, a pattern or a protocol could stumble over. */
const ODD = [
  '',
  ' ',
  'a b',
  'wörld 🌍 世界',
  'e\u0301',
  '\u00e9',
  '\ud800',
  'nul\0nul',
  'line\r\nline',
  '{tag}',
  '}{',
  '*?[a-z]',
  '../..',
  'a/b',
  'a:b',
  '"quoted"',
  "'; drop",
  '__proto__',
  'constructor',
  'version',
  'x'.repeat(5_000),
];

for (const [kind, start] of Object.entries(PLACES)) {
  describe(`a store in ${kind}`, () => {
    let place: Place;
    let store: Store;
    let other: Store;

    before(async () => {
      place = await start();
      store = await place.open();
      other = await place.open();
    });

    after(async () => {
      await store.close();
      await other.close();
      await place.end();
    });

    describe('create and load', () => {
      it('keep a world with all of its records', async () => {
        const world = fresh();
        const records = [put('a', { deep: [1, { two: null }] }, 1), put('b', 'text', 2, 'others'), put('a', false, 3, 'others')];
        const version = await make(store, world, records);
        const loaded = await other.load(world);
        expect(loaded?.version).to.equal(version);
        expect(loaded?.records).to.have.deep.members(records);
      });

      it('keep every value that JSON has', async () => {
        const world = fresh();
        const values = [
          0,
          -1.5,
          1e300,
          '',
          'null',
          'ü\ud83d\ude00\0',
          '\ud800',
          true,
          false,
          [],
          {},
          [null],
          ['a', null],
          { __proto__x: { '': [] } },
        ];
        await make(
          store,
          world,
          values.map((value, index) => put(`${index}`, value)),
        );
        expect(await recordsOf(store, world)).to.deep.equal(Object.fromEntries(values.map((value, index) => [`${index}`, value])));
      });

      it('change nothing when the world is there', async () => {
        const world = fresh();
        await make(store, world, [put('a', 1)]);
        expect(await other.create(world, [put('a', 2)])).to.equal(false);
        expect(await recordsOf(store, world)).to.deep.equal({ a: 1 });
      });

      it('make a world once, however many ask at once', async () => {
        const world = fresh();
        const made = await Promise.all(
          Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? store : other).create(world, [put('a', index)])),
        );
        expect(made.filter((version) => version !== false)).to.have.length(1);
        expect(await recordsOf(store, world)).to.deep.equal({ a: made.findIndex((version) => version !== false) });
      });

      it('know no world that nobody made', async () => {
        expect(await store.load(fresh())).to.equal(undefined);
      });

      it('keep what is handed over, not what becomes of it', async () => {
        const world = fresh();
        const record = { list: [1] };
        await make(store, world, [put('a', record)]);
        record.list.push(2);
        expect(await recordsOf(store, world)).to.deep.equal({ a: { list: [1] } });
      });
    });

    describe('commit', () => {
      it('adds, replaces and removes records in one step, and is one version higher', async () => {
        const world = fresh();
        const version = await make(store, world, [put('a', 1), put('b', 2), put('c', 3)]);
        const next = done(await store.commit(commitOf(world, version, [put('a', 10), put('b', null), put('d', 4, 9)])));
        expect(next).to.equal(version + 1);
        const loaded = await other.load(world);
        expect(loaded?.version).to.equal(next);
        expect(loaded?.records).to.have.deep.members([put('a', 10), put('c', 3), put('d', 4, 9)]);
      });

      it('takes the last of several changes of one record', async () => {
        const world = fresh();
        const version = await make(store, world);
        await store.commit(commitOf(world, version, [put('a', 1), put('b', 1), put('a', null), put('b', null), put('b', 2)]));
        expect(await recordsOf(store, world)).to.deep.equal({ b: 2 });
      });

      it('tells what was missed, and does nothing', async () => {
        const world = fresh();
        const version = await make(store, world, [put('a', 1), put('b', 1)]);
        const second = done(await store.commit(commitOf(world, version, [put('a', 2, 1), put('c', 3, 7)])));
        const third = done(await store.commit(commitOf(world, second, [put('a', 3, 1), put('b', null, 1)])));
        const committed = await other.commit(commitOf(world, version, [put('a', 99)]));
        expect(committed).to.have.property('version', third);
        expect(committed)
          .to.have.property('missed')
          .with.deep.members([put('a', 3), put('b', null), put('c', 3, 7)]);
        expect(committed).to.have.property('missed').with.length(3);
        expect(await recordsOf(store, world)).to.deep.equal({ a: 3, c: 3 });
      });

      it('without changes only asks whether a version still holds', async () => {
        const world = fresh();
        const version = await make(store, world);
        expect(await other.commit(commitOf(world, version, []))).to.deep.equal({ version });
        const next = done(await store.commit(commitOf(world, version, [put('a', 1)])));
        expect(await other.commit(commitOf(world, version, []))).to.deep.equal({ version: next, missed: [put('a', 1)] });
        expect((await store.load(world))?.version).to.equal(next);
      });

      it('asks for a new load when too much was missed to be told', async () => {
        const world = fresh();
        const first = await make(store, world);
        const text = 'x'.repeat(300_000);
        let version = first;
        for (let number = 0; number < 8; number += 1)
          version = done(await store.commit(commitOf(world, version, [put(`${number}`, text)])));
        expect(await other.commit(commitOf(world, first, [put('a', 1)]))).to.deep.equal({ reload: true });
        // Of the last changes it still tells.
        expect(await other.commit(commitOf(world, version - 1, [put('a', 1)]))).to.deep.equal({ version, missed: [put('7', text)] });
        expect(Object.keys((await recordsOf(store, world)) ?? {})).to.have.length(8);
      });

      it('asks for a new load after one change that is too large to be told', async () => {
        const world = fresh();
        const version = await make(store, world);
        const next = done(await store.commit(commitOf(world, version, [put('a', 'x'.repeat(2_000_000))])));
        expect(await other.commit(commitOf(world, version, []))).to.deep.equal({ reload: true });
        const last = done(await store.commit(commitOf(world, next, [put('b', 1)])));
        expect(await other.commit(commitOf(world, next, []))).to.deep.equal({ version: last, missed: [put('b', 1)] });
      });

      it('asks for a new load of a version that never was', async () => {
        const world = fresh();
        const version = await make(store, world);
        expect(await store.commit(commitOf(world, version + 5, [put('a', 1)]))).to.deep.equal({ reload: true });
        expect(await recordsOf(store, world)).to.deep.equal({});
      });

      it('finds no world that nobody made', async () => {
        expect(await store.commit(commitOf(fresh(), 1, [put('a', 1)]))).to.deep.equal({ gone: true });
        expect(await store.commit(commitOf(fresh(), 1, []))).to.deep.equal({ gone: true });
      });

      it('is done once when it is sent twice, and answered as the first time', async () => {
        const world = fresh();
        const version = await make(store, world);
        const commit = commitOf(world, version, [put('a', 1)]);
        const next = done(await store.commit(commit));
        const later = done(await store.commit(commitOf(world, next, [put('a', 2)])));
        expect(await other.commit(commit)).to.deep.equal({ version: next });
        expect(await store.load(world)).to.deep.equal({ version: later, records: [put('a', 2)] });
      });

      it('is done once when it is sent twice at once', async () => {
        const world = fresh();
        const version = await make(store, world);
        const commit = commitOf(world, version, [put('a', 1)]);
        expect(await Promise.all([store.commit(commit), other.commit(commit)])).to.deep.equal([
          { version: version + 1 },
          { version: version + 1 },
        ]);
      });

      it('knows another world for another, though ids are alike', async () => {
        const [one, two] = [fresh(), fresh()];
        const versions = [await make(store, one), await make(store, two)] as const;
        await store.commit(commitOf(one, versions[0], [put('a', 1)], { id: 'same' }));
        await store.commit(commitOf(two, versions[1], [put('a', 2)], { id: 'same' }));
        expect([await recordsOf(store, one), await recordsOf(store, two)]).to.deep.equal([{ a: 1 }, { a: 2 }]);
      });

      it('takes thousands of records, and large ones', async () => {
        const world = fresh();
        const version = await make(store, world);
        const many = Array.from({ length: 20_000 }, (_, index) => put(`${index}`, { index }));
        const large = put('large', { text: 'ä'.repeat(3_000_000) });
        done(await store.commit(commitOf(world, version, [...many, large])));
        const loaded = await other.load(world);
        expect(loaded?.records).to.have.length(20_001);
        expect(JSON.stringify(loaded?.records.find(({ id }) => id === 'large')) === JSON.stringify(large)).to.equal(true);
      });
    });

    describe('commits of two stores at once', () => {
      it('are neither lost nor doubled', async () => {
        const world = fresh();
        const version = await make(store, world, [put('counter', 0)]);
        const work = async (one: Store): Promise<void> => {
          const copy: Copy = { version, counter: 0 };
          for (let number = 0; number < 25; number += 1) await increment(one, world, copy);
        };
        await Promise.all([store, other, store, other].map(work));
        expect(await store.load(world)).to.deep.equal({ version: version + 100, records: [put('counter', 100)] });
      });

      it('are done by one alone when they are made on the same version', async () => {
        const world = fresh();
        const version = await make(store, world);
        const commits = Array.from({ length: 20 }, (_, index) =>
          (index % 2 === 0 ? store : other).commit(commitOf(world, version, [put(`${index}`, 1)])),
        );
        const committed = await Promise.all(commits);
        expect(committed.filter((one) => !('missed' in one))).to.have.length(1);
        expect(Object.keys((await recordsOf(store, world)) ?? {})).to.have.length(1);
      });
    });

    describe('names', () => {
      it('may be any text: of worlds', async () => {
        const worlds = ODD.map((name) => `${fresh()}${name}`);
        await Promise.all(worlds.map((world) => make(store, world, [put('name', world)])));
        expect(await Promise.all(worlds.map((world) => recordsOf(other, world)))).to.deep.equal(worlds.map((name) => ({ name })));
        expect((await other.worlds()).filter((world) => worlds.includes(world))).to.have.members(worlds);
        await Promise.all(worlds.map((world) => other.remove(world)));
        expect((await store.worlds()).filter((world) => worlds.includes(world))).to.deep.equal([]);
      });

      it('may be any text: of tables, records and commits', async () => {
        const world = fresh();
        const version = await make(store, world);
        const records = ODD.flatMap((table) => [put('id', table, 1, table), put(table, 1, 2, 'ids')]);
        let next = done(await store.commit(commitOf(world, version, records)));
        for (const id of ODD) next = done(await store.commit(commitOf(world, next, [put(id, 2, 2, 'ids')], { id })));
        const again = await Promise.all(ODD.map((id) => other.commit(commitOf(world, version, [put('never', 1)], { id }))));
        expect(again.map(done)).to.deep.equal(ODD.map((_, index) => version + 2 + index));
        const expected = ODD.flatMap((table) => [put('id', table, 1, table), put(table, 2, 2, 'ids')]);
        const loaded = (await other.load(world))?.records ?? [];
        expect(new Set(loaded.map((change) => JSON.stringify(change)))).to.deep.equal(
          new Set(expected.map((change) => JSON.stringify(change))),
        );
      });

      it('of a table and of an id are not run together', async () => {
        const world = fresh();
        const records = [put('c', 1, 1, 'a:b'), put('b:c', 2, 1, 'a'), put('', 3, 1, 'a'), put('a', 4, 1, '')];
        await make(store, world, records);
        expect((await store.load(world))?.records).to.have.deep.members(records);
      });
    });

    describe('remove', () => {
      it('takes a world away with its journal', async () => {
        const world = fresh();
        const version = await make(store, world, [put('a', 1)]);
        await store.append(world, ['one', 'two'], 10);
        await other.remove(world);
        expect(await store.load(world)).to.equal(undefined);
        expect(await store.commit(commitOf(world, version, [put('a', 2)]))).to.deep.equal({ gone: true });
        expect(await store.entries(world, 0)).to.deep.equal([]);
        expect(await store.worlds()).not.to.include(world);
      });

      it('leaves a name for a new world, which has nothing of the old', async () => {
        const world = fresh();
        const version = await make(store, world, [put('a', 1)]);
        const commit = commitOf(world, version, [put('a', 2)]);
        await store.commit(commit);
        await store.append(world, ['one', 'two'], 10);
        await store.remove(world);
        const next = await make(store, world, [put('b', 1)]);
        expect(await recordsOf(other, world)).to.deep.equal({ b: 1 });
        expect(await other.entries(world, 0)).to.deep.equal([]);
        expect(await other.append(world, ['three'], 10)).to.equal(1);
        expect(next).to.be.greaterThan(version + 1);
      });

      it('lets no copy of the old world pass for the new', async () => {
        const world = fresh();
        let version = await make(store, world);
        for (let number = 0; number < 3; number += 1) version = done(await store.commit(commitOf(world, version, [put('a', number)])));
        const commit = commitOf(world, version, [put('a', 'old')]);
        await store.remove(world);
        let next = await make(store, world);
        for (let number = 0; number < 3; number += 1) next = done(await store.commit(commitOf(world, next, [put('b', number)])));
        expect(await other.commit(commit)).to.deep.equal({ reload: true });
        expect(await recordsOf(store, world)).to.deep.equal({ b: 2 });
      });

      it('does nothing to a world that is not there', async () => {
        await store.remove(fresh());
      });

      it('leaves other worlds alone', async () => {
        const world = fresh();
        await make(store, world);
        await make(store, `${world}:more`, [put('a', 1)]);
        await store.append(`${world}:more`, ['one'], 10);
        await store.remove(world);
        expect(await recordsOf(store, `${world}:more`)).to.deep.equal({ a: 1 });
        expect(await store.entries(`${world}:more`, 0)).to.have.length(1);
      });
    });

    describe('time to live', () => {
      const gone = (world: string): Promise<void> => until(async () => (await store.load(world)) === undefined);

      it('ends a world with everything in it', async () => {
        const world = fresh();
        const version = await make(store, world, [put('a', 1)], 60);
        await store.append(world, ['one'], 10);
        await gone(world);
        expect(await other.commit(commitOf(world, version, [put('a', 2)]))).to.deep.equal({ gone: true });
        expect(await other.commit(commitOf(world, version, []))).to.deep.equal({ gone: true });
        expect(await other.entries(world, 0)).to.deep.equal([]);
        expect(await other.append(world, ['two'], 10)).to.equal(0);
        expect(await other.worlds()).not.to.include(world);
        const next = await make(other, world, [put('b', 1)]);
        expect(await recordsOf(store, world)).to.deep.equal({ b: 1 });
        expect(await other.append(world, ['three'], 10)).to.equal(1);
        expect(next).to.be.greaterThan(version);
      });

      it('begins again with every commit that has one', async () => {
        const [world, asked] = [fresh(), fresh()];
        const versions = [await make(store, world, [], 500), await make(store, asked, [], 500)] as const;
        await store.commit(commitOf(world, versions[0], [put('a', 1)], { ttlMs: 60_000 }));
        await store.commit(commitOf(asked, versions[1], [], { ttlMs: 60_000 }));
        await store.append(world, ['one'], 10);
        const later = fresh();
        await make(store, later, [], 501);
        await gone(later);
        expect(await recordsOf(store, world)).to.deep.equal({ a: 1 });
        expect(await store.entries(world, 0)).to.have.length(1);
        expect(await recordsOf(store, asked)).to.deep.equal({});
      });

      it('may be shortened', async () => {
        const world = fresh();
        const version = await make(store, world, [], 60_000);
        await store.append(world, ['one'], 10);
        await store.commit(commitOf(world, version, [put('a', 1)], { ttlMs: 0.5 }));
        await gone(world);
        expect(await store.entries(world, 0)).to.deep.equal([]);
      });

      it('is without end after changes without one, and unchanged after a question', async () => {
        const [kept, asked] = [fresh(), fresh()];
        const versions = [await make(store, kept, [], 500), await make(store, asked, [], 500)] as const;
        await store.commit(commitOf(kept, versions[0], [put('a', 1)]));
        await store.append(kept, ['one'], 10);
        await store.commit(commitOf(asked, versions[1], []));
        await gone(asked);
        expect(await recordsOf(store, kept)).to.deep.equal({ a: 1 });
        expect(await store.entries(kept, 0)).to.have.length(1);
      });

      it('is left alone by a commit that is not done', async () => {
        const world = fresh();
        const version = await make(store, world, [], 100);
        await store.commit(commitOf(world, version + 1, [put('a', 1)], { ttlMs: 60_000 }));
        await gone(world);
      });
    });

    describe('the journal', () => {
      it('numbers its entries from 1, and answers those after a number, oldest first', async () => {
        const world = fresh();
        await make(store, world);
        expect(await store.append(world, ['one', { two: [2] }], 10)).to.equal(2);
        expect(await other.append(world, [null], 10)).to.equal(3);
        const all = [
          { number: 1, entry: 'one' },
          { number: 2, entry: { two: [2] } },
          { number: 3, entry: null },
        ];
        expect(await other.entries(world, 0)).to.deep.equal(all);
        expect(await store.entries(world, -1)).to.deep.equal(all);
        expect(await store.entries(world, 2)).to.deep.equal(all.slice(2));
        expect(await store.entries(world, 3)).to.deep.equal([]);
      });

      it('keeps the last ones', async () => {
        const world = fresh();
        await make(store, world);
        for (let number = 1; number <= 30; number += 1) await store.append(world, [`entry ${number}`], 4);
        expect((await store.entries(world, 0)).map(({ number }) => number)).to.deep.equal([27, 28, 29, 30]);
        await store.append(world, ['a', 'b', 'c', 'd', 'e'], 2);
        expect((await store.entries(world, 0)).map(({ number, entry }) => [number, entry])).to.deep.equal([
          [34, 'd'],
          [35, 'e'],
        ]);
        expect(await store.append(world, ['f'], 0)).to.equal(36);
        expect(await store.entries(world, 0)).to.deep.equal([]);
        expect(await store.append(world, ['g'], 5)).to.equal(37);
      });

      it('forgets the entries of some numbers, and goes on counting', async () => {
        const world = fresh();
        await make(store, world);
        await store.append(world, ['a', 'b', 'c', 'd'], 10);
        await other.forget(world, [2, 4, 99]);
        expect((await store.entries(world, 0)).map(({ entry }) => entry)).to.deep.equal(['a', 'c']);
        expect(await store.append(world, ['e', 'f'], 3)).to.equal(6);
        expect((await store.entries(world, 0)).map(({ entry }) => entry)).to.deep.equal(['c', 'e', 'f']);
        await store.forget(world, []);
        expect(await store.entries(world, 0)).to.have.length(3);
      });

      it('forgets all, and begins to count anew', async () => {
        const world = fresh();
        await make(store, world, [put('a', 1)]);
        await store.append(world, ['a', 'b'], 10);
        await other.forget(world);
        expect(await store.entries(world, 0)).to.deep.equal([]);
        expect(await store.append(world, ['c'], 10)).to.equal(1);
        expect(await recordsOf(store, world)).to.deep.equal({ a: 1 });
      });

      it('tells where it stands: the last number, and what tells that entries have been forgotten', async () => {
        const world = fresh();
        expect(await store.head(world)).to.deep.equal({ last: 0, generation: '', removals: 0 });
        await make(store, world);
        await store.append(world, ['a', 'b'], 10);
        expect(await other.head(world)).to.deep.equal({ last: 2, generation: '', removals: 0 });
        await store.forget(world, [2]);
        expect(await other.head(world)).to.deep.equal({ last: 2, generation: '', removals: 1 });
        await store.forget(world);
        const emptied = await other.head(world);
        expect(emptied).to.deep.include({ last: 0, removals: 0 });
        expect(emptied.generation).to.not.equal('');
        await store.forget(world);
        expect((await other.head(world)).generation).to.not.equal(emptied.generation);
      });

      it('gives every entry a number of its own, whoever appends at once', async () => {
        const world = fresh();
        await make(store, world);
        await Promise.all(Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? store : other).append(world, [index], 100)));
        const entries = await store.entries(world, 0);
        expect(entries.map(({ number }) => number)).to.deep.equal(Array.from({ length: 40 }, (_, index) => index + 1));
        expect(new Set(entries.map(({ entry }) => entry)).size).to.equal(40);
      });

      it('is not kept without a world', async () => {
        const world = fresh();
        expect(await store.append(world, ['a'], 10)).to.equal(0);
        await store.forget(world);
        await store.forget(world, [1]);
        expect(await store.entries(world, 0)).to.deep.equal([]);
        await make(store, world);
        expect(await store.entries(world, 0)).to.deep.equal([]);
      });

      it('does not change the version of the world, nor its records', async () => {
        const world = fresh();
        const version = await make(store, world, [put('a', 1)]);
        await store.append(world, ['a'], 10);
        await store.forget(world);
        expect(await store.load(world)).to.deep.equal({ version, records: [put('a', 1)] });
        expect(await store.commit(commitOf(world, version, []))).to.deep.equal({ version });
      });

      it('answers the last number when nothing is appended', async () => {
        const world = fresh();
        await make(store, world);
        await store.append(world, ['a', 'b', 'c'], 10);
        expect(await store.append(world, [], 2)).to.equal(3);
        expect((await store.entries(world, 0)).map(({ entry }) => entry)).to.deep.equal(['b', 'c']);
      });
    });

    describe('onChange', () => {
      /** Nodes of a cluster tell of what they have without waiting for each other, of what came before it as well. */
      const inOrder = (worlds: readonly (string | undefined)[]): readonly (string | undefined)[] =>
        place.isScattered === true ? worlds.toSorted((one = '', other = '') => (one < other ? -1 : 1)) : worlds;
      const told = ({ worlds }: Heard, of: readonly string[]): readonly (string | undefined)[] =>
        inOrder(place.isScattered === true ? worlds.filter((world) => of.includes(world ?? '')) : worlds);

      it('tells of what another has done, in order, and not of what the store does itself', async () => {
        const names = { made: '', committed: '', appended: '', forgotten: '', removed: '', own: '', last: '' };
        for (const name of Object.keys(names) as (keyof typeof names)[]) names[name] = fresh(name);
        const { made, own, ...others } = names;
        const versions = new Map<string, number>();
        for (const world of [own, ...Object.values(others)]) versions.set(world, await make(store, world));
        const heard = hear(store);
        await make(other, made);
        await other.commit(commitOf(names.committed, versions.get(names.committed) ?? 0, [put('a', 1)]));
        await store.commit(commitOf(own, versions.get(own) ?? 0, [put('a', 1)]));
        await store.append(own, ['a'], 1);
        await store.forget(own);
        await store.remove(own);
        await other.append(names.appended, ['a'], 1);
        await other.forget(names.forgotten, [1]);
        await other.remove(names.removed);
        await other.remove(names.last);
        for (const world of [made, ...Object.values(others)]) await heard.of(world);
        heard.stop();
        expect(told(heard, Object.values(names))).to.deep.equal(inOrder([made, ...Object.values(others)]));
      });

      it('does not tell of what changed nothing', async () => {
        const [world, last] = [fresh(), fresh()];
        const version = await make(store, world);
        const heard = hear(store);
        await other.create(world, []);
        await other.load(world);
        await other.commit(commitOf(world, version, []));
        await other.commit(commitOf(world, version, [], { ttlMs: 60_000 }));
        await other.commit(commitOf(world, version + 3, [put('a', 1)]));
        await other.append(world, [], 5);
        await other.remove(fresh());
        await other.append(fresh(), ['a'], 5);
        await make(other, last);
        await heard.of(last);
        heard.stop();
        expect(heard.worlds).to.deep.equal([last]);
      });

      it('tells all who listen, until they stop', async () => {
        const [one, two, three] = [hear(store), hear(store), hear(store)];
        const [first, second] = [fresh(), fresh()];
        await make(other, first);
        await Promise.all([one, two, three].map((heard) => heard.of(first)));
        two.stop();
        two.stop();
        await make(other, second);
        await Promise.all([one, three].map((heard) => heard.of(second)));
        for (const { stop } of [one, three]) stop();
        expect([one, two, three].map(({ worlds }) => worlds)).to.deep.equal([[first, second], [first], [first, second]]);
      });

      it('does not tell of what was before anybody listened', async () => {
        const [before, after] = [fresh(), fresh()];
        const first = hear(store);
        await make(other, before);
        await first.of(before);
        first.stop();
        const heard = hear(store);
        await make(other, after);
        await heard.of(after);
        heard.stop();
        expect(heard.worlds).to.deep.equal([after]);
      });

      it('tells of names as they are', async () => {
        const worlds = ODD.map((name) => `${fresh()}${name}`);
        const heard = hear(store);
        for (const world of worlds) await make(other, world);
        for (const world of worlds) await heard.of(world);
        heard.stop();
        expect(told(heard, worlds)).to.deep.equal(inOrder(worlds));
      });
    });

    describe('close', () => {
      it('ends a store, and no other', async () => {
        const world = fresh();
        const third = await place.open();
        await make(third, world, [put('a', 1)]);
        const heard = hear(third);
        await third.close();
        await third.close();
        const calls: readonly (() => Promise<unknown>)[] = [
          () => third.create(fresh(), []),
          () => third.load(world),
          () => third.commit(commitOf(world, 1, [put('a', 2)])),
          () => third.commit(commitOf(world, 1, [])),
          () => third.remove(world),
          () => third.worlds(),
          () => third.append(world, ['a'], 1),
          () => third.head(world),
          () => third.entries(world, 0),
          () => third.forget(world),
        ];
        const names = await Promise.all(
          calls.map((call) => call().then(String, (error: unknown) => (error instanceof Error ? error.name : ''))),
        );
        expect(names).to.deep.equal(calls.map(() => 'StoreUnavailable'));
        const still = hear(store);
        await other.commit(commitOf(world, (await other.load(world))?.version ?? 0, [put('a', 3)]));
        await still.of(world);
        still.stop();
        expect(heard.worlds).to.deep.equal([]);
        expect(await recordsOf(store, world)).to.deep.equal({ a: 3 });
      });
    });

    it('has a name, and says that it is shared', () => {
      expect(store.name).to.match(/\S/);
      expect(store.shared).to.equal(true);
    });

    it('forgets the ids of commits that are ten thousand commits old, and no younger ones', async () => {
      const world = fresh();
      const first = await make(store, world);
      const commits = Array.from({ length: 10_001 }, (_, number) =>
        commitOf(world, first + number, [put('a', number)], { id: `id ${number}` }),
      );
      // One after the other, but without waiting for the answers.
      const committed = await Promise.all(commits.map((commit) => store.commit(commit)));
      expect(done(committed.at(-1) ?? { gone: true })).to.equal(first + 10_001);
      expect(await store.commit(commitOf(world, first, [put('a', 'again')], { id: 'id 1' }))).to.deep.equal({ version: first + 2 });
      expect(await store.commit(commitOf(world, first, [put('a', 'again')], { id: 'id 0' }))).to.have.any.keys('reload', 'missed');
      expect(await recordsOf(store, world)).to.deep.equal({ a: 10_000 });
    });
  });
}
