import { expect } from 'chai';
import type { AtsWorld, Mock } from '../../mocks/index.js';
import { json, mocks, raw, send } from './support.js';

describe('mock: admin', () => {
  const started = mocks();
  let mock: Mock;
  before(async () => {
    mock = await started.start();
  });
  beforeEach(() => mock.reset());
  after(() => started.closeAll());

  const put = (path: string, body: unknown): ReturnType<typeof send> => send(mock, 'PUT', path, json(body));
  const post = (path: string, body: unknown): ReturnType<typeof send> => send(mock, 'POST', path, json(body));

  it('says how it is', async () => {
    const seen = await send(mock, 'GET', '/__admin/health');
    expect(seen.status).to.equal(200);
    expect(seen.body).to.deep.include({
      status: 'ok',
      sandbox: 'ats',
      operations: mock.contract.operations.length,
      failures: mock.contract.failures.length,
    });
    expect(seen.at('/contract/sha256')).to.equal(mock.contract.sha256);
    expect((await send(mock, 'HEAD', '/__admin/health')).status).to.equal(200);
  });

  it('shows the world', async () => {
    expect((await send(mock, 'GET', '/__admin/world')).body).to.deep.equal(JSON.parse(JSON.stringify(mock.world)));
    const bare = await started.start<undefined>({ sandbox: false });
    const none = await send(bare, 'GET', '/__admin/world');
    expect([none.status, none.at('/detail')]).to.deep.equal([404, 'This mock runs without a sandbox, so there is no world.']);
    expect(bare.world).to.equal(undefined);
  });

  it('shows the last requests, newest last, and none of its own', async () => {
    for (const code of [404, 503, 200]) await send(mock, 'GET', `/v1/transactions/x?__code=${code}`);
    const all = await send(mock, 'GET', '/__admin/requests');
    expect((all.at('/requests') as { status: number }[]).map(({ status }) => status)).to.deep.equal([404, 503, 200]);
    expect(all.at('/meta/total')).to.equal(3);
    expect(all.at('/requests/0')).to.include({
      number: 1,
      method: 'GET',
      url: '/v1/transactions/x?__code=404',
      operation: 'getTransaction',
      code: 'transaction.not_found',
      answeredBy: 'choice',
      why: '?__code=404',
    });
    const last = await send(mock, 'GET', '/__admin/requests?limit=1');
    expect((last.at('/requests') as { status: number }[]).map(({ status }) => status)).to.deep.equal([200]);
    expect((await send(mock, 'GET', '/__admin/requests?limit=0')).at('/requests')).to.deep.equal([]);
    for (const limit of ['-1', 'x', '1.5', '']) expect((await send(mock, 'GET', `/__admin/requests?limit=${limit}`)).status).to.equal(400);
  });

  it('shows beside the requests how their client behaved', async () => {
    const headers = { traceparent: `00-${'1a'.repeat(16)}-${'2b'.repeat(8)}-01`, prefer: 'code=404' };
    for (let attempt = 1; attempt <= 2; attempt++) await send(mock, 'GET', '/v1/transactions/x', { headers });
    const [verdict] = (await send(mock, 'GET', '/__admin/requests')).at('/verdicts') as [Record<string, unknown>];
    expect(verdict).to.include({ misbehaviour: 'retried-never', certain: true, code: 'transaction.not_found' });
    await send(mock, 'POST', '/__admin/reset');
    expect((await send(mock, 'GET', '/__admin/requests')).at('/verdicts')).to.deep.equal([]);
  });

  it('guards itself whatever the case in which its host is written', async () => {
    const loud = await started.start({ host: 'LOCALHOST' });
    const target = `http://127.0.0.1:${loud.port}`;
    const foreign = await raw(loud.port, ['GET /__admin/world HTTP/1.1\r\nHost: attacker.example\r\nConnection: close\r\n\r\n']);
    expect(foreign).to.match(/^HTTP\/1\.1 403 /);
    expect((await send({ url: target }, 'GET', '/__admin/world')).status).to.equal(200);
  });

  it('keeps no credentials', async () => {
    const secret = '0123456789abcdef'.repeat(4);
    await send(mock, 'GET', `/v1/transactions/${secret}?signature=abc&key=k&q=${secret}&id=ac71fe00-0000-4000-8000-000000000001`, {
      headers: { authorization: `Bearer ${mock.world.tokens.active}`, prefer: `error=${secret}` },
    });
    const seen = await send(mock, 'GET', '/__admin/requests');
    expect(seen.text).to.not.include(secret).and.to.not.include(mock.world.tokens.active).and.to.not.include('abc&');
    expect(seen.at('/requests/0/url')).to.equal(
      '/v1/transactions/012345…?signature=…&key=…&q=012345…&id=ac71fe00-0000-4000-8000-000000000001',
    );
  });

  it('sets, freezes and advances the clock', async () => {
    const frozen = await put('/__admin/clock', { now: '2026-03-02T10:00:00+01:00', frozen: true });
    expect([frozen.status, frozen.body]).to.deep.equal([200, { now: '2026-03-02T09:00:00.000Z', frozen: true }]);
    expect((await put('/__admin/clock', { now: 0 })).body).to.deep.equal({ now: '1970-01-01T00:00:00.000Z', frozen: true });
    expect((await post('/__admin/clock/advance', { seconds: 1.5 })).body).to.deep.equal({ now: '1970-01-01T00:00:01.500Z', frozen: true });
    expect((await post('/__admin/clock/advance', { seconds: 0 })).status).to.equal(200);
    expect((await send(mock, 'GET', '/__admin/clock')).body).to.deep.equal({ now: '1970-01-01T00:00:01.500Z', frozen: true });
    await send(mock, 'GET', '/v1/transactions/x');
    expect(mock.journal.entries(1)[0]?.at).to.equal('1970-01-01T00:00:01.500Z');
    const running = await put('/__admin/clock', { frozen: false });
    expect(running.at('/frozen')).to.equal(false);
    expect(running.at('/now')).to.match(/^1970-01-01T00:00:/);
    expect(mock.clock.frozen).to.equal(false);
    const real = await put('/__admin/clock', { now: null });
    expect(Date.parse(String(real.at('/now')))).to.be.greaterThan(Date.now() - 60_000);
  });

  it('takes input without a media type, as curl sends it', async () => {
    const seen = await send(mock, 'PUT', '/__admin/clock', {
      body: '{"frozen":true}',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect([seen.status, mock.clock.frozen]).to.deep.equal([200, true]);
  });

  it('refuses what it cannot use: what, why and the remedy', async () => {
    const clocks = [
      undefined,
      {},
      [],
      'x',
      { now: 'yesterday' },
      { now: '2026-13-01T00:00:00Z' },
      { now: '2026-01-01' },
      { now: -1 },
      { now: 1e16 },
      { now: [] },
      { frozen: 'yes' },
      { frozen: 1 },
      { noww: 1 },
    ];
    for (const body of clocks) {
      const seen = await put('/__admin/clock', body ?? '');
      expect([seen.status, seen.at('/type')], JSON.stringify(body)).to.deep.equal([400, 'failpath:admin-invalid-input']);
      expect([seen.at('/detail'), seen.at('/why'), seen.at('/remedy')].every((text) => typeof text === 'string' && text !== '')).to.equal(
        true,
      );
      expect(seen.headers.get('content-type')).to.equal('application/problem+json');
    }
    for (const body of [
      {},
      { seconds: -1 },
      { seconds: '5' },
      { seconds: 1e12 },
      { seconds: null },
      '{"seconds":1e999}',
      '{',
      { second: 1 },
    ]) {
      expect((await post('/__admin/clock/advance', body)).status, JSON.stringify(body)).to.equal(400);
    }
    await put('/__admin/clock', { now: '9999-12-31T23:59:59Z', frozen: true });
    expect((await post('/__admin/clock/advance', { seconds: 60 })).status).to.equal(400);
    expect(mock.clock.now()).to.equal(Date.parse('9999-12-31T23:59:59Z'));
  });

  it('resets everything', async () => {
    await put('/__admin/clock', { now: 0, frozen: true });
    await put('/__admin/faults', { upstream: true });
    await send(mock, 'GET', '/v1/transactions/x');
    expect((await post('/__admin/reset', '')).status).to.equal(200);
    expect([mock.journal.total, mock.clock.frozen]).to.deep.equal([0, false]);
    expect((await send(mock, 'GET', '/__admin/faults')).at('/upstream')).to.equal(false);
    expect((await send(mock, 'GET', '/v1/transactions/x')).status).to.equal(404);
  });

  it('serves the routes of the sandbox', async () => {
    expect((await put('/__admin/faults', { upstream: true })).status).to.equal(200);
    expect((await send(mock, 'GET', '/v1/transactions/x')).at('/error/code')).to.equal('common.service_unavailable');
    expect((await put('/__admin/faults', { upstream: 'maybe' })).status).to.equal(400);
  });

  it('lists its routes to whoever asks for another', async () => {
    for (const [method, path] of [
      ['PUT', '/__admin'],
      ['GET', '/__admin/nix'],
      ['POST', '/__admin/health'],
      ['OPTIONS', '/__admin/clock'],
    ] as const) {
      const seen = await send(mock, method, path);
      expect([seen.status, seen.at('/type')], path).to.deep.equal([404, 'failpath:admin-unknown-route']);
      expect(seen.at('/routes')).to.include.members(['GET /__admin/clock', 'PUT /__admin/faults', 'POST /__admin/clock/advance']);
    }
    const index = await send(mock, 'GET', '/__admin/');
    expect([index.status, index.at('/document')]).to.deep.equal([200, '/__admin/openapi.json']);
    expect(index.at('/routes')).to.include.members(['PUT /__admin/organizations/{id}']);
  });

  describe('is for those who may', () => {
    const ask = async (port: number, headers: readonly string[], method = 'POST'): Promise<string> =>
      (
        await raw(port, [`${method} /__admin/reset HTTP/1.1\r\n${headers.map((line) => `${line}\r\n`).join('')}Connection: close\r\n\r\n`])
      ).slice(9, 12);

    it('not for pages in a browser on the same machine', async () => {
      for (const host of [
        'evil.example',
        'evil.example:80',
        '127.0.0.1.evil.example',
        'localhost.evil.example:4010',
        '10.0.0.1',
        '<x>',
        '127.0.0.1@evil.example',
      ]) {
        expect(await ask(mock.port, [`Host: ${host}`]), host).to.equal('403');
      }
      for (const host of ['localhost', 'LOCALHOST:1', '127.0.0.1', '127.1.2.3:80', '[::1]:4010', 'mock.localhost']) {
        expect(await ask(mock.port, [`Host: ${host}`]), host).to.equal('200');
      }
      expect(await ask(mock.port, [])).to.equal('200');
      for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example', 'file://']) {
        expect(await ask(mock.port, ['Host: localhost', `Origin: ${origin}`]), origin).to.equal('403');
      }
      expect(await ask(mock.port, ['Host: localhost', 'Origin: http://localhost:3000'])).to.equal('200');
      const seen = await send(mock, 'GET', '/__admin/health', { headers: { origin: 'http://localhost:3000' } });
      expect(seen.headers.get('access-control-allow-origin')).to.equal(null);
    });

    it('beyond this machine only with the token', async () => {
      const open = await started.start<AtsWorld>({ host: '0.0.0.0' });
      expect(open.adminToken).to.match(/^[\w-]{32}$/);
      expect(open.url).to.equal(`http://127.0.0.1:${open.port}`);
      const ask = async (authorization?: string): Promise<number> =>
        (await send(open, 'GET', '/__admin/world', authorization === undefined ? {} : { headers: { authorization } })).status;
      expect(await ask()).to.equal(401);
      expect(await ask('Bearer ')).to.equal(401);
      expect(await ask('Bearer wrong')).to.equal(401);
      expect(await ask(`Basic ${open.adminToken}`)).to.equal(401);
      expect(await ask(`Bearer ${open.adminToken}x`)).to.equal(401);
      expect(await ask(`Bearer ${open.adminToken}`)).to.equal(200);
      const refused = await send(open, 'GET', '/__admin/world');
      expect([refused.at('/type'), refused.headers.get('www-authenticate')]).to.deep.equal(['failpath:admin-unauthorized', 'Bearer']);
      expect(refused.text).to.not.include(open.adminToken);
      expect((await send(open, 'GET', '/v1/transactions/x')).status).to.equal(404);
    });

    it('on this machine with the token that was given', async () => {
      const guarded = await started.start<AtsWorld>({ adminToken: 'open sesame' });
      expect((await send(guarded, 'GET', '/__admin/health')).status).to.equal(401);
      expect((await send(guarded, 'GET', '/__admin/health', { headers: { authorization: 'Bearer open sesame' } })).status).to.equal(200);
      expect(mock.adminToken).to.equal(undefined);
      expect((await started.start({ adminToken: '' })).adminToken).to.equal(undefined);
      expect((await started.start({ adminToken: '', host: '0.0.0.0' })).adminToken).to.match(/^[\w-]{32}$/);
    });
  });
});
