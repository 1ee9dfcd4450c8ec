import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { expect } from 'chai';
import { openStore } from '../../mocks/stores/index.js';
import { InputError } from '../../spec/index.js';
import { ROOT, temporaryFolder } from '../support/cli.js';
import { startRedis } from './redis-server.js';

describe('openStore', () => {
  it('opens a folder, a Redis, or nothing', async () => {
    const folder = temporaryFolder();
    const redis = await startRedis();
    const stores = await Promise.all([openStore({ state: folder }), openStore({ store: redis.url }), openStore({})]);
    expect(stores.map((store) => store?.name)).to.deep.equal([folder, redis.url, undefined]);
    for (const store of stores) await store?.close();
    await redis.stop();
  });

  it('takes one of them alone', async () => {
    const error = await openStore({ state: 'a', store: 'redis://127.0.0.1' }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(InputError);
    expect(String(error)).to.match(/usage {2}state and store are both given/);
  });
});

describe('the packages of the stores', () => {
  /** Which of them a process has loaded after running a module. */
  function loadedBy(source: string): readonly string[] {
    const index = JSON.stringify(pathToFileURL(join(ROOT, 'index.ts')).href);
    const stores = JSON.stringify(pathToFileURL(join(ROOT, 'mocks', 'stores', 'index.ts')).href);
    const script = `
      import { Module, createRequire } from 'node:module';
      await import(${index});
      const stores = await import(${stores});
      ${source}
      const libraries = process.report.getReport().sharedObjects;
      const files = [...Object.keys(Module._cache), ...libraries].filter((file) => file.includes('node_modules'));
      console.log(JSON.stringify(['@redis', 'lmdb'].filter((name) => files.some((file) => file.includes('/' + name + '/') || file.includes('@' + name)))));
      process.exit();
    `;
    const { stdout, stderr } = spawnSync(process.execPath, ['--import=tsx', '--input-type=module', '--eval', script], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    return stdout === '' ? [stderr] : (JSON.parse(stdout) as string[]);
  }

  it('are loaded by nobody who does not open a store', function () {
    this.timeout(60_000);
    expect(loadedBy('')).to.deep.equal([]);
  });

  it('are each loaded by the store that needs it', function () {
    this.timeout(60_000);
    expect(loadedBy(`await stores.openStore({ state: ${JSON.stringify(temporaryFolder())} });`)).to.deep.equal(['lmdb']);
    expect(loadedBy("await stores.openStore({ store: 'redis://127.0.0.1:1' }).catch(() => undefined);")).to.deep.equal(['@redis']);
  });
});
