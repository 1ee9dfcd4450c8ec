import { expect } from 'chai';
import { Client } from 'undici';
import type { Mock } from '../../mocks/index.js';
import { json, mocks, raw, send } from './support.js';

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
const T = '/v1/transactions/';

interface Seen {
  readonly status: number;
  readonly closes: boolean;
}

function answersIn(text: string): Seen[] {
  return text
    .split(/(?=HTTP\/1\.1 \d{3} )/)
    .filter((part) => part.startsWith('HTTP/1.1'))
    .map((part) => ({ status: Number(part.slice(9, 12)), closes: /^connection: close\r$/im.test(part) }));
}

describe('mock: several requests on one connection', () => {
  const started = mocks();
  let mock: Mock<unknown>;
  beforeEach(async () => {
    mock = await started.start<unknown>({ sandbox: false });
  });
  after(() => started.closeAll());

  /** For one request, unless it says otherwise. */
  async function rule(written: Readonly<Record<string, unknown>>): Promise<void> {
    expect((await send(mock, 'POST', '/__admin/rules', json({ on: 'getTransaction', uses: 1, ...written }))).status).to.equal(201);
  }

  /** Resolves once so many requests are answered, or wait for their turn. */
  async function underWay(count: number): Promise<void> {
    while (mock.journal.total < count) await new Promise(setImmediate);
  }

  it('all that have arrived are answered when the mock closes, the last one as the last', async () => {
    // The first and the third.
    await rule({ fails: 'transaction.not_found', delay: 60_000, when: { occurrence: { from: 1, every: 2 } }, uses: 2 });
    const answered = raw(mock.port, [get(`${T}a`) + get(`${T}b`) + get(`${T}c`)]);
    await underWay(1);
    await mock.close({ graceMs: 60_000 });
    expect(answersIn(await answered)).to.deep.equal([
      { status: 404, closes: false },
      { status: 200, closes: false },
      { status: 404, closes: true },
    ]);
    expect(mock.journal.total).to.equal(3);
  });

  it('what waits behind a connection that was reset is not waited for', async () => {
    await rule({ fault: 'connection-reset' });
    await raw(mock.port, [get(`${T}a`) + get(`${T}b`)]).catch(() => undefined);
    await underWay(2);
    // Would take as long as the test may.
    await mock.close({ graceMs: 60_000 });
  });

  it('each gets its own answer before what is no HTTP gets one', async () => {
    await rule({ fails: 'transaction.not_found', delay: 200 });
    const answered = await raw(mock.port, [`${get(`${T}a`)}${get(`${T}b`)}THIS IS NO HTTP\r\n\r\n`]);
    expect(answersIn(answered).map(({ status }) => status)).to.deep.equal([404, 200, 400]);
    expect(mock.journal.entries(9).map(({ status }) => status)).to.have.members([404, 200, 400]);
  });

  it('dribbling answers leave nothing behind on their connection', async () => {
    const warnings: string[] = [];
    const warned = ({ name }: Error): void => void warnings.push(name);
    process.on('warning', warned);
    const client = new Client(mock.url, { pipelining: 15 });
    try {
      await rule({ fault: { type: 'dribble', chunks: 1, durationMs: 0 }, uses: 30 });
      const ask = async (): Promise<void> => (await client.request({ method: 'GET', path: `${T}a` })).body.dump();
      for (let count = 0; count < 15; count++) await ask();
      await Promise.all(Array.from({ length: 15 }, ask));
      // Warnings are told a moment later.
      await new Promise(setImmediate);
    } finally {
      await client.close();
      process.off('warning', warned);
    }
    expect(warnings).to.deep.equal([]);
    expect(new Set(mock.journal.exchanges().map(({ connection }) => connection.id)).size).to.equal(1);
  });
});
