import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { InputError, type Mock } from '../../index.js';
import { readJson, type JsonBody } from '../../mocks/body.js';
import { createFetch } from '../../mocks/fetch.js';
import type { MockAnswer } from '../../mocks/index.js';
import type { App } from '../../mocks/server.js';
import { mocks } from '../mock/support.js';
import { inPieces, look, WORK } from './support.js';

describe('a mock without a socket', function () {
  this.timeout(20_000);
  const suite = mocks();
  let mock: Mock;
  before(async () => {
    mock = await suite.start({ listen: false });
  });
  after(() => suite.closeAll());
  beforeEach(() => mock.reset());

  const codeOf = async (response: Response): Promise<string | undefined> =>
    ((await response.json()) as { error?: { code: string }; type?: string }).error?.code;

  it('answers paths and URLs of any origin', async () => {
    expect(mock.port).to.equal(0);
    for (const url of ['/v1/transactions/x', `${mock.url}/v1/transactions/x`, 'https://api.example.com/v1/transactions/x']) {
      const answer = await mock.fetch(url);
      expect(answer.status, url).to.equal(404);
      expect(await codeOf(answer), url).to.equal('transaction.not_found');
      expect(answer.url).to.equal(new URL(url, mock.url).href);
    }
    expect(mock.journal.total).to.equal(3);
  });

  it('takes a Request, once', async () => {
    const request = new Request('https://api.example.com/v1/organizations/any/works/init', { method: 'POST', body: '{' });
    expect((await mock.fetch(request)).status).to.equal(401);
    const again = await mock.fetch(request).catch((error: unknown) => error);
    expect(again).to.be.instanceOf(TypeError);
  });

  it('can be passed on by itself', async () => {
    const { fetch } = mock;
    const standard: typeof globalThis.fetch = fetch;
    expect((await standard(new URL('/v1/transactions/x', mock.url))).status).to.equal(404);
  });

  it('has a base that its answers lead back to', async () => {
    const base = 'https://api.example.com/ats/';
    const { organizations, tokens } = mock.world;
    const headers = { authorization: `Bearer ${tokens.active}`, 'content-type': 'application/json' };
    const opened = await mock.fetch(`/v1/organizations/${organizations.active}/works/init`, { method: 'POST', headers, body: WORK, base });
    const { upload_url: url, job_id } = (await opened.json()) as { upload_url: string; job_id: string };
    expect(url).to.match(/^https:\/\/api\.example\.com\/ats\/__storage\//);
    const stored = await mock.fetch(url, { base, ...inPieces('RIFF', 'WAVE'), method: 'PUT' });
    expect(stored.headers.get('etag')).to.equal(`"${createHash('sha256').update('RIFFWAVE').digest('hex')}"`);
    expect(job_id).to.be.a('string');

    const astray = await mock.fetch('https://api.example.com/v1/x', { base }).catch((error: unknown) => error);
    expect(astray).to.be.instanceOf(InputError);
    expect((astray as InputError).findings[0]?.what).to.equal('https://api.example.com/v1/x is not below https://api.example.com/ats/');
  });

  it('can be steered at its own address only', async () => {
    expect((await mock.fetch('/__admin/health')).status).to.equal(200);
    const elsewhere = await mock.fetch('https://api.example.com/__admin/reset', { method: 'POST' });
    expect(elsewhere.status).to.equal(403);
  });

  it('asks for its admin token', async () => {
    const guarded = await suite.start({ listen: false, adminToken: 'only-for-this-test' });
    expect((await guarded.fetch('/__admin/world')).status).to.equal(401);
    const headers = { authorization: 'Bearer only-for-this-test' };
    expect((await guarded.fetch('/__admin/world', { headers })).status).to.equal(200);
  });

  it('has no address', async () => {
    for (const options of [{ port: 4010 }, { host: '127.0.0.1' }]) {
      const error = await suite.start({ listen: false, ...options }).catch((thrown: unknown) => thrown);
      expect((error as InputError).findings[0]).to.include({
        problem: 'usage',
        remedy: 'Leave out `port` and `host`, or `listen: false`.',
      });
    }
  });

  describe('who leaves', () => {
    /** Leaves as soon as the mock has decided. */
    const leaving = (): { controller: AbortController; init: RequestInit } => {
      const controller = new AbortController();
      return { controller, init: { signal: controller.signal } };
    };

    it('is told so, before', async () => {
      const gone = await mock.fetch('/v1/transactions/x', { signal: AbortSignal.abort() }).catch((error: unknown) => error);
      expect(gone).to.have.property('name', 'AbortError');
      expect(mock.journal.total).to.equal(0);
    });

    it('does not wait for a delay', async () => {
      const { controller, init } = leaving();
      mock.on('getTransaction').delays('60s');
      const answer = mock.fetch('/v1/transactions/x', init).catch((error: unknown) => error);
      controller.abort(new Error('enough'));
      expect(await answer).to.have.property('message', 'enough');
      await mock.close();
      mock = await suite.start({ listen: false });
    });

    it('does not wait for an answer that never comes', async () => {
      mock.on('getTransaction').fault('timeout');
      const gone = await mock.fetch('/v1/transactions/x', { signal: AbortSignal.timeout(5) }).catch((error: unknown) => error);
      expect(gone).to.have.property('name', 'TimeoutError');
    });

    it('does not get the rest of a body that dribbles', async () => {
      const { controller, init } = leaving();
      mock.on('getTransaction').fault({ type: 'dribble', chunks: 2, durationMs: 3_600_000 });
      const { status, body } = await mock.fetch('/v1/transactions/x', init);
      expect(status).to.equal(200);
      const rest = new Response(body).text().catch((error: unknown) => error);
      controller.abort();
      expect(await rest).to.have.property('name', 'AbortError');
    });
  });

  it('ends what hangs when it is closed, and is gone then', async () => {
    const closed = await suite.start({ listen: false });
    closed.on('getTransaction').fault('timeout');
    closed.on('initWork').delays('60s').fails('common.service_unavailable');
    const hanging = look(closed.fetch, '/v1/transactions/x');
    const waiting = look(closed.fetch, '/v1/organizations/any/works/init', { method: 'POST' });
    await closed.close();
    expect((await hanging).error).to.include({ message: 'fetch failed', code: 'UND_ERR_SOCKET' });
    expect((await waiting).status).to.equal(503);
    expect((await look(closed.fetch, '/v1/transactions/x')).error).to.include({ message: 'fetch failed', code: 'ECONNREFUSED' });
  });
});

describe('what an app is asked without a socket', () => {
  const OK: MockAnswer = { status: 200, headers: {}, body: 'ok' };

  /** An app that does as it is told. */
  const appOf = (answer: App['answer']): App => ({
    answer,
    closing: new AbortController().signal,
    refuseFraming: () => OK,
    refuseRoute: () => OK,
  });

  it('comes over a connection that nobody else is using', async () => {
    const ids: number[] = [];
    const fetch = createFetch(
      appOf((request) => {
        ids.push(request.connection.id);
        return Promise.resolve({ answer: OK, ...(request.path === '/reset' ? { fault: { type: 'CONNECTION_RESET_BY_PEER' } } : {}) });
      }),
      'http://localhost',
    );
    await Promise.all([fetch('/a'), fetch('/b')]);
    await fetch('/c');
    await fetch('/reset').catch(() => undefined);
    await fetch('/d');
    await fetch('/e');
    const [a, b, c, reset, d, e] = ids;
    expect(a).not.to.equal(b);
    expect([a, b]).to.include(c).and.to.include(reset);
    expect(d).not.to.equal(reset);
    expect(e).to.equal(d);
  });

  it('has a body that breaks off when its sender leaves', async () => {
    const controller = new AbortController();
    let seen: JsonBody['kind'] | undefined;
    let done = (): void => undefined;
    const read = new Promise<void>((resolve) => (done = resolve));
    const fetch = createFetch(
      appOf(async ({ body }) => {
        seen = (await readJson(body, 100)).kind;
        done();
        return { answer: OK };
      }),
      'http://localhost',
    );
    const body = new ReadableStream<Uint8Array>({
      pull: (stream) => {
        stream.enqueue(Buffer.from('{}'));
        controller.abort();
        stream.close();
      },
    });
    const gone = await fetch('/', { method: 'POST', body, duplex: 'half', signal: controller.signal }).catch((error: unknown) => error);
    expect(gone).to.have.property('name', 'AbortError');
    await read;
    expect(seen).to.equal('malformed');
  });

  it('has its body cancelled when nobody reads it', async () => {
    let cancelled = false;
    const body = new ReadableStream({ cancel: () => void (cancelled = true) }, { highWaterMark: 0 });
    const fetch = createFetch(
      appOf(() => Promise.resolve({ answer: OK })),
      'http://localhost',
    );
    expect(await (await fetch('/', { method: 'POST', body, duplex: 'half' })).text()).to.equal('ok');
    expect(cancelled).to.equal(true);
  });

  it('ends like a connection when the answer cannot be written', async () => {
    const fetch = createFetch(
      appOf(() => Promise.resolve({ answer: { ...OK, headers: { 'x-broken': 'a\nb' } } })),
      'http://localhost',
    );
    expect((await look(fetch, '/')).error).to.include({ message: 'fetch failed', code: 'UND_ERR_SOCKET' });
  });
});
