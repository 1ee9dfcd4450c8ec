import { expect } from 'chai';
import type { Mock } from '../../mocks/index.js';
import { mocks, send } from '../mock/support.js';
import { ask, codeOf, INIT, TRANSACTION, type Bytes } from './support.js';

const PAGE = 'https://shop.example';

describe('surfaces: CORS', () => {
  const started = mocks();
  let mock: Mock;
  before(async () => void (mock = await started.start()));
  afterEach(() => mock.reset());
  after(() => started.closeAll());

  const preflight = (path: string, method: string, headers?: string, url = mock.url): Promise<Bytes> =>
    ask(url + path, {
      method: 'OPTIONS',
      headers: {
        origin: PAGE,
        'access-control-request-method': method,
        ...(headers === undefined ? {} : { 'access-control-request-headers': headers }),
      },
    });
  const cors = ({ headers }: Bytes): string[] => Object.keys(headers).filter((name) => name.startsWith('access-control-'));

  it('a page asks first, then sends, and reads the failure with its headers', async () => {
    const asked = await preflight(INIT, 'POST', 'authorization, content-type, prefer');
    expect(asked.status).to.equal(204);
    expect(asked.body.length).to.equal(0);
    expect(asked.headers).to.include({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-allow-headers': 'authorization, content-type, prefer',
      'access-control-max-age': '7200',
      'x-failpath-origin': 'mock',
    });
    expect(asked.headers).to.not.have.any.keys('content-length', 'access-control-allow-credentials');
    const answer = await ask(mock.url + INIT, { method: 'POST', headers: { origin: PAGE, prefer: 'error=common.rate_limited, code=503' } });
    expect(answer.headers['access-control-allow-origin']).to.equal('*');
    const limited = await ask(mock.url + INIT.replace('init', 'confirm'), {
      method: 'POST',
      headers: { origin: PAGE, prefer: 'error=common.quota_exceeded' },
    });
    expect([limited.status, codeOf(limited.body)]).to.deep.equal([429, 'common.quota_exceeded']);
    expect(limited.headers['access-control-expose-headers']).to.equal('preference-applied, retry-after, x-failpath-why, x-request-id');
  });

  it('who is no page gets no CORS headers', async () => {
    expect(cors(await ask(mock.url + TRANSACTION))).to.deep.equal([]);
  });

  it('names the methods of the path, and only well-formed names of headers', async () => {
    const asked = await preflight(TRANSACTION, 'DELETE', `x-one,, x two, x:three, ${'x'.repeat(101)}, X-Four`);
    expect(asked.headers['access-control-allow-methods']).to.equal('GET, HEAD, OPTIONS');
    expect(asked.headers['access-control-allow-headers']).to.equal('x-one, X-Four');
    const many = await preflight(TRANSACTION, 'GET', Array.from({ length: 500 }, (_, index) => `x-${index}`).join());
    expect(many.headers['access-control-allow-headers']?.split(', ')).to.have.length(100);
  });

  it('on an unknown path lets the request come, so that the page can read why it fails', async () => {
    const asked = await preflight('/v1/nix', 'PATCH');
    expect([asked.status, asked.headers['access-control-allow-methods']]).to.deep.equal([204, 'PATCH']);
    const answer = await ask(`${mock.url}/v1/nix`, { method: 'PATCH', headers: { origin: PAGE } });
    expect([answer.status, codeOf(answer.body), answer.headers['access-control-allow-origin']]).to.deep.equal([
      404,
      'common.not_found',
      '*',
    ]);
    expect(answer.headers['access-control-expose-headers']).to.equal('x-failpath-origin, x-failpath-why, x-request-id');
  });

  it('an upload from a page works: the storage is part of the surface', async () => {
    const asked = await preflight('/__storage/whatever', 'PUT', 'content-type');
    expect([asked.status, asked.headers['access-control-allow-methods']]).to.deep.equal([204, 'PUT']);
    expect(mock.journal.entries(1)[0]?.url).to.equal('/__storage/…');
    const refused = await ask(`${mock.url}/__storage/whatever`, { method: 'PUT', headers: { origin: PAGE } });
    expect([refused.status, refused.headers['access-control-allow-origin']]).to.deep.equal([403, '*']);
  });

  it('rules do not see preflights: uses are for the requests themselves', async () => {
    mock.onAny().responds({ status: 599 });
    mock.on('initWork').fails('common.service_unavailable').times(1);
    expect((await preflight(INIT, 'POST')).status).to.equal(204);
    expect((await ask(mock.url + INIT, { method: 'POST', headers: { origin: PAGE } })).status).to.equal(503);
    expect(mock.journal.entries().map(({ method, status, answeredBy }) => [method, status, answeredBy])).to.deep.equal([
      ['OPTIONS', 204, 'routing'],
      ['POST', 503, 'script'],
    ]);
  });

  it('what a rule says of CORS itself stays', async () => {
    mock.onAny().responds({ status: 200, headers: { 'Access-Control-Allow-Origin': 'https://other.example' } });
    const answer = await ask(mock.url + TRANSACTION, { headers: { origin: PAGE } });
    expect(answer.headers['access-control-allow-origin']).to.equal('https://other.example');
    expect(answer.headers).to.not.have.property('access-control-expose-headers');
  });

  it('never for the admin routes', async () => {
    const local = `http://127.0.0.1:${mock.port}`;
    for (const origin of [PAGE, local]) {
      for (const [method, path] of [
        ['GET', '/__admin/world'],
        ['GET', '/__admin'],
        ['GET', '/__admin/metrics'],
        ['GET', '/__admin/nix'],
        ['POST', '/__admin/reset'],
        ['OPTIONS', '/__admin/reset'],
      ] as const) {
        const seen = await ask(mock.url + path, { method, headers: { origin, 'access-control-request-method': 'POST' } });
        expect(cors(seen), `${origin} ${method} ${path}`).to.deep.equal([]);
        if (origin === PAGE) expect(seen.status).to.equal(403);
      }
    }
  });

  it('can be switched off: then a preflight is OPTIONS like any other', async () => {
    const own = await started.start<undefined>({ cors: false, sandbox: false });
    const asked = await preflight(INIT, 'POST', undefined, own.url);
    expect([asked.status, asked.headers.allow, cors(asked)]).to.deep.equal([204, 'POST, OPTIONS', []]);
    expect(cors(await ask(own.url + TRANSACTION, { headers: { origin: PAGE } }))).to.deep.equal([]);
    own.onAny({ method: 'OPTIONS' }).responds({ status: 403 });
    expect((await preflight(INIT, 'POST', undefined, own.url)).status).to.equal(403);
  });

  it('garbage in the headers of a preflight is no preflight', async () => {
    const seen = await send(mock, 'OPTIONS', INIT, { headers: { origin: PAGE, 'access-control-request-method': 'a b' } });
    expect(seen.headers.get('allow')).to.equal('POST, OPTIONS');
    expect(seen.headers.has('access-control-allow-methods')).to.equal(false);
  });
});
