import { expect } from 'chai';
import { Client } from 'undici';
import { mocks } from '../mock/support.js';
import { curl, INIT, TRANSACTION } from './support.js';

describe('surfaces: keep-alive', () => {
  const started = mocks();
  after(() => started.closeAll());

  it('curl sends everything over one connection: good, bad, HEAD, OPTIONS, compressed', async () => {
    const mock = await started.start<undefined>({ sandbox: false });
    const url = mock.url + TRANSACTION;
    const next = ['--next', '-sS', '--compressed', '-o', '/dev/null', '-w', '%{num_connects} '];
    const seen = await curl(
      ...next.slice(2),
      url,
      ...next,
      '-I',
      url,
      ...next,
      '-X',
      'OPTIONS',
      url,
      ...next,
      '-d',
      '{',
      mock.url + INIT,
      ...next,
      `${mock.url}/__admin`,
    );
    expect(seen.stdout).to.equal('1 0 0 0 0 ');
  });

  it('survives a body that a rule has had a look at, and nobody has read to its end', async () => {
    const mock = await started.start<undefined>({ sandbox: false });
    mock.onAny({ path: '/elsewhere' }).responds({ status: 200 });
    const client = new Client(mock.url, { pipelining: 1 });
    let connections = 0;
    client.on('connect', () => connections++);
    for (const path of ['/nowhere', '/nowhere', '/elsewhere']) {
      const upload = await client.request({ method: 'POST', path, body: Buffer.alloc(8_000_000, 0x20) });
      expect(upload.statusCode).to.equal(path === '/nowhere' ? 404 : 200);
      await upload.body.dump();
    }
    expect(connections).to.equal(1);
    await client.close();
  });
});
