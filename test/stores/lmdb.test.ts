import { chmodSync, copyFileSync, mkdirSync, readdirSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect } from 'chai';
import { openLmdbStore } from '../../mocks/stores/index.js';
import { openEnvironment } from '../../mocks/stores/lmdb/environment.js';
import { announce, follow } from '../../mocks/stores/lmdb/feed.js';
import { InputError } from '../../spec/index.js';
import { temporaryFolder } from '../support/cli.js';
import { expectAll, startStorm } from './processes.js';
import { commitOf, done, fresh, hear, make, put, recordsOf } from './support.js';

const ROUNDS = process.env['FAILPATH_LONG'] === '1' ? 10 : 2;

async function refusal(folder: string): Promise<string> {
  try {
    await (await openLmdbStore(folder)).close();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'opened';
}

describe('a state in a folder', () => {
  it('is there when it is opened again, with everything in it', async () => {
    const folder = join(temporaryFolder(), 'not', 'there', 'yet');
    const world = fresh();
    const first = await openLmdbStore(folder);
    const version = await make(first, world, [put('a', 1)], 60_000);
    const commit = commitOf(world, version, [put('a', 2), put('b', { deep: [1] })]);
    const next = done(await first.commit(commit));
    await first.append(world, ['one', 'two'], 10);
    await first.close();
    const second = await openLmdbStore(folder);
    expect(await second.load(world)).to.deep.equal({ version: next, records: [put('a', 2), put('b', { deep: [1] })] });
    expect(await second.entries(world, 0)).to.deep.equal([
      { number: 1, entry: 'one' },
      { number: 2, entry: 'two' },
    ]);
    expect(await second.commit(commit)).to.deep.equal({ version: next });
    expect(await second.commit(commitOf(world, version, [])))
      .to.have.property('missed')
      .with.length(2);
    expect(await second.worlds()).to.deep.equal([world]);
    await second.close();
  });

  it('takes what has expired away when it is opened', async () => {
    const folder = temporaryFolder();
    const first = await openLmdbStore(folder);
    await make(first, 'short', [put('a', 1)], 1);
    await make(first, 'long', [put('a', 1)]);
    while ((await first.load('short')) !== undefined) await new Promise<void>((resolve) => void setImmediate(resolve));
    await first.close();
    const { environment, release } = await openEnvironment(folder);
    expect([...environment.tables.worlds.getKeys()]).to.have.length(1);
    expect([...environment.tables.rows.getKeys()]).to.have.length(1);
    await release();
  });

  it('leaves nothing of a world that is removed', async () => {
    const folder = temporaryFolder();
    const store = await openLmdbStore(folder);
    const version = await make(store, 'a', [put('a', 1)]);
    await store.commit(commitOf('a', version, [put('b', 1)]));
    await store.append('a', ['one'], 10);
    await store.remove('a');
    const { environment, release } = await openEnvironment(folder);
    expect([...environment.tables.worlds.getKeys(), ...environment.tables.rows.getKeys()]).to.deep.equal([]);
    await release();
    await store.close();
  });

  it('may be opened by several paths, and while it is being closed', async () => {
    const folder = temporaryFolder();
    symlinkSync(folder, `${folder}-link`);
    const stores = await Promise.all([folder, `${folder}-link`, relative('.', folder)].map((path) => openLmdbStore(path)));
    const world = fresh();
    await make(stores[0] ?? expect.fail(), world, [put('a', 1)]);
    expect(await Promise.all(stores.map((store) => recordsOf(store, world)))).to.deep.equal(stores.map(() => ({ a: 1 })));
    const [again] = await Promise.all([
      Promise.all(stores.map((store) => store.close())).then(() => openLmdbStore(folder)),
      openLmdbStore(folder).then((store) => store.close()),
    ]);
    expect(await recordsOf(again, world)).to.deep.equal({ a: 1 });
    await again.close();
  });

  it('lives beside other files, in two of its own', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'data.mdb'), 'of another program');
    await (await openLmdbStore(folder)).close();
    expect(readdirSync(folder).sort()).to.deep.equal(['data.mdb', 'failpath.mdb', 'failpath.mdb-lock']);
  });

  it('gives the room of what is gone to what comes', async () => {
    const folder = temporaryFolder();
    const store = await openLmdbStore(folder);
    let version = await make(store, 'a');
    const write = async (times: number): Promise<number> => {
      for (let number = 0; number < times; number += 1)
        version = done(await store.commit(commitOf('a', version, [put('a', 'x'.repeat(50_000))])));
      return statSync(join(folder, 'failpath.mdb')).size;
    };
    const size = await write(100);
    expect(await write(300)).to.be.lessThan(2 * size);
    await store.close();
  });
});

describe('a process that is killed', () => {
  for (let round = 1; round <= ROUNDS; round += 1) {
    it(`leaves every acknowledged commit behind, and none by half (${round})`, async function () {
      this.timeout(60_000);
      const folder = temporaryFolder();
      const world = fresh();
      const storm = startStorm({ at: ['--state', folder], world, name: 'storm', times: 1_000_000 });
      await storm.reaches(50 * round);
      await storm.kill();
      expect(storm.acknowledged.length).to.be.at.least(50 * round);
      const store = await openLmdbStore(folder);
      await expectAll(store, world, storm.acknowledged);
      // And it goes on from there.
      const loaded = await store.load(world);
      done(await store.commit(commitOf(world, loaded?.version ?? 0, [put('counter', 0)])));
      await store.close();
    });

    it(`does not keep another from working on the same folder (${round})`, async function () {
      this.timeout(60_000);
      const folder = temporaryFolder();
      const world = fresh();
      const storms = ['one', 'two', 'three'].map((name) =>
        startStorm({ at: ['--state', folder], world, name, times: name === 'two' ? 150 : 1_000_000 }),
      );
      const [one, two, three] = storms as [(typeof storms)[0], (typeof storms)[0], (typeof storms)[0]];
      await one.reaches(20 * round);
      await one.kill();
      await three.reaches(20);
      await three.kill();
      await two.ended;
      expect(two.acknowledged).to.have.length(150);
      const store = await openLmdbStore(folder);
      await expectAll(store, world, [...one.acknowledged, ...two.acknowledged, ...three.acknowledged]);
      await store.close();
    });
  }

  it('is heard of by others while it lives', async function () {
    this.timeout(60_000);
    const folder = temporaryFolder();
    const store = await openLmdbStore(folder);
    const heard = hear(store);
    const storm = startStorm({ at: ['--state', folder], world: 'elsewhere', name: 'storm', times: 3 });
    await heard.of('elsewhere');
    heard.stop();
    await storm.ended;
    await store.close();
  });
});

describe('news of changes', () => {
  it('are of any world when there are too many to be told one by one', async () => {
    const { environment, release } = await openEnvironment(temporaryFolder());
    const { tables } = environment;
    const news = follow(tables, 'me');
    const change = (count: number): Promise<void> =>
      tables.root.transaction(() => {
        for (let number = 0; number < count; number += 1) announce(tables, number === 0 ? 'me' : 'other', `${number}`);
      });
    await change(3);
    expect(news()).to.deep.equal(['1', '2']);
    expect(news()).to.deep.equal([]);
    await change(1_000);
    expect(news()).to.have.length(999);
    await change(1_001);
    expect(news()).to.deep.equal([undefined]);
    expect([...tables.feed.getKeys()]).to.have.length(1_000);
    await release();
  });
});

describe('a folder that cannot be used', () => {
  const data = (content: Buffer | string): string => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'failpath.mdb'), content);
    return folder;
  };

  it('is told with the reason and what to do', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(await refusal(file)).to.equal(
      [
        `state-unusable  ${file} cannot be used as a state (the system says: EEXIST: file already exists, mkdir '${file}')`,
        '    why: There is something else of that name.',
        '    fix: Name a folder that is empty or not there yet, on a local disk that can be written to.',
      ].join('\n'),
    );
  });

  it('is a file, below a file, nameless, too long, or no name', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const paths = [join(file, 'below'), '', join(temporaryFolder(), 'x'.repeat(300)), `/${'long/'.repeat(2_000)}`, 'nul\0nul'];
    const reasons = [/is no folder/, /its name is empty/, /names as long/, /names as long/, /null bytes/];
    const told = await Promise.all(paths.map(refusal));
    expect(told.map((text, index) => reasons[index]?.test(text))).to.deep.equal(paths.map(() => true));
  });

  it('is one that nobody may write to', async function () {
    if (process.platform !== 'linux') this.skip();
    // Not even root may.
    expect(await refusal('/proc/failpath')).to.match(/^state-unusable {2}\/proc\/failpath cannot be used/);
    expect(await refusal('/proc/failpath/below')).to.match(/^state-unusable/);
    if (process.getuid?.() === 0) return;
    const folder = temporaryFolder();
    chmodSync(folder, 0o555);
    expect(await refusal(folder)).to.match(/does not allow this user to write/);
  });

  it('has a file of that name which is none of lmdb', async () => {
    const contents = ['text', 'x'.repeat(100_000), Buffer.alloc(100_000), Buffer.alloc(100), Buffer.alloc(9_000, 0xff)];
    const told = await Promise.all(contents.map((content) => refusal(data(content))));
    expect(told.map((text) => text.includes('it is no file of lmdb'))).to.deep.equal(contents.map(() => true));
  });

  it('has a folder of that name', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'failpath.mdb'));
    expect(await refusal(folder)).to.match(/There is a folder where the file failpath.mdb should be/);
  });

  it('has lost the end of its file', async () => {
    const folder = temporaryFolder();
    const store = await openLmdbStore(folder);
    await make(
      store,
      'a',
      Array.from({ length: 1_000 }, (_, index) => put(`${index}`, 'x'.repeat(100))),
    );
    await store.close();
    const copy = temporaryFolder();
    const file = join(copy, 'failpath.mdb');
    copyFileSync(join(folder, 'failpath.mdb'), file);
    expect(await refusal(copy)).to.equal('opened');
    truncateSync(file, 3 * 4_096);
    expect(await refusal(copy)).to.match(/it has lost its end/);
  });

  it('has a state of another version', async () => {
    const folder = temporaryFolder();
    const { environment, release } = await openEnvironment(folder);
    await environment.tables.root.transaction(() => environment.tables.about.putSync('format', '99'));
    await release();
    expect(await refusal(folder)).to.match(/its format is 99, not 1/);
    // And once more: the first refusal has let go of it.
    expect(await refusal(folder)).to.match(/its format is 99, not 1/);
  });

  it('may be an empty file, as a process leaves it that was killed at once', async () => {
    expect(await refusal(data(''))).to.equal('opened');
  });
});
