import { expect } from 'chai';
import { KNOWN_COMMITS, LOG_SIZE } from '../../mocks/stores/changes.js';
import { openRedisStore } from '../../mocks/stores/index.js';
import { readAddress } from '../../mocks/stores/redis/address.js';
import { startRedis } from '../stores/redis-server.js';
import { commitOf, done, make, put } from '../stores/support.js';
import { readPage } from './support.js';

const PAGE = readPage('docs/stores.md');
const texts = PAGE.blocks.filter(({ language }) => language === 'text').map(({ text }) => text);

describe('docs/stores.md', () => {
  it('shows addresses that can be read', () => {
    const addresses = texts[0]?.split('\n').map(readAddress) ?? [];
    expect(addresses.map(({ name, database, prefix, timeoutMs }) => [name, database, prefix, timeoutMs])).to.deep.equal([
      ['redis://127.0.0.1:6379', 0, 'failpath', 2_000],
      ['redis://redis.internal:6379/2', 2, 'failpath', 2_000],
      ['rediss://redis.internal:6380?prefix=team-a', 0, 'team-a', 5_000],
    ]);
  });

  it('tells the defaults', () => {
    const { prefix, timeoutMs } = readAddress('redis://127.0.0.1');
    expect(PAGE.text).to.contain(`| \`?prefix=${prefix}\``).and.to.contain(`| \`?timeout=${timeoutMs}\``);
    expect(LOG_SIZE).to.equal(1_000_000);
    expect(PAGE.text).to.contain('a million characters').and.to.contain(`no ${KNOWN_COMMITS} other changes`);
  });

  it('gives a user of Redis the rights that a store needs', async () => {
    const redis = await startRedis();
    await redis.command(...(texts[1]?.split(' ') ?? []));
    const store = await openRedisStore(redis.url.replace('//', '//failpath:secret@'));
    const version = await make(store, 'a', [put('a', 1)], 60_000);
    done(await store.commit(commitOf('a', version, [put('a', null)])));
    expect(await store.append('a', ['one', 'two'], 1)).to.equal(2);
    expect(await store.entries('a', 0)).to.deep.equal([{ number: 2, entry: 'two' }]);
    await store.forget('a', [2]);
    await store.forget('a');
    expect(await store.worlds()).to.deep.equal(['a']);
    await store.remove('a');
    await store.close();
    await redis.stop();
  });
});
