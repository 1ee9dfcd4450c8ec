import { expect } from 'chai';
import type { Mock } from '../../mocks/index.js';
import { contractFrom, mocks, raw, send } from '../mock/support.js';
import { ask, codeOf, curl, INIT, TRANSACTION } from './support.js';

describe('surfaces: HEAD and OPTIONS', () => {
  const started = mocks();
  let mock: Mock;
  before(async () => void (mock = await started.start()));
  afterEach(() => mock.reset());
  after(() => started.closeAll());

  it('HEAD is GET without its body', async () => {
    const get = await ask(mock.url + TRANSACTION);
    const head = await ask(mock.url + TRANSACTION, { method: 'HEAD' });
    const shown = ({ status, headers }: typeof get): unknown[] => [status, headers['content-type'], headers['content-length']];
    expect(shown(head)).to.deep.equal(shown(get));
    expect([head.body.length, get.headers['content-length']]).to.deep.equal([0, String(get.body.length)]);
    expect(mock.journal.entries(1)[0]).to.include({ method: 'HEAD', operation: 'getTransaction', code: 'transaction.not_found' });
    expect((await curl('-I', `${mock.url}${TRANSACTION}?__code=200`)).stdout).to.match(/^HTTP\/1\.1 200 OK/);
  });

  it('HEAD leaves the connection usable', async () => {
    const line = (method: string, more: string): string => `${method} ${TRANSACTION} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
    const seen = await raw(mock.port, [line('HEAD', '') + line('GET', 'Connection: close\r\n')]);
    expect(seen.match(/HTTP\/1\.1 404/g)).to.have.length(2);
    expect(seen.match(/"code":/g)).to.have.length(1);
  });

  it('HEAD where there is no GET is an unknown route', async () => {
    const seen = await ask(mock.url + INIT, { method: 'HEAD' });
    expect([seen.status, seen.headers['x-failpath-origin'], seen.body.length]).to.deep.equal([404, 'mock', 0]);
  });

  it('HEAD meets the rules of its operation', async () => {
    mock.on('getTransaction').fails('common.service_unavailable');
    expect((await ask(mock.url + TRANSACTION, { method: 'HEAD' })).status).to.equal(503);
  });

  it('OPTIONS names the methods of a path, and those of the contract for *', async () => {
    const seen = await ask(mock.url + TRANSACTION, { method: 'OPTIONS' });
    expect([seen.status, seen.headers.allow, seen.headers['x-failpath-origin']]).to.deep.equal([204, 'GET, HEAD, OPTIONS', 'mock']);
    expect(seen.headers['x-request-id']).to.equal(mock.journal.entries(1)[0]?.requestId);
    const all = await raw(mock.port, ['OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n']);
    expect(all).to.match(/^HTTP\/1\.1 204 .*\r\nallow: GET, HEAD, POST, (PUT, )?(PATCH, )?(DELETE, )?OPTIONS\r\n/is);
  });

  it('OPTIONS on an unknown path is an unknown route', async () => {
    const seen = await ask(`${mock.url}/v1/nix`, { method: 'OPTIONS' });
    expect([seen.status, codeOf(seen.body), seen.headers.allow]).to.deep.equal([404, 'common.not_found', undefined]);
  });

  it('a rule may answer OPTIONS', async () => {
    mock.onAny({ method: 'OPTIONS' }).responds({ status: 405 });
    expect((await send(mock, 'OPTIONS', TRANSACTION)).status).to.equal(405);
  });

  it('a contract that declares HEAD or OPTIONS is asked', async () => {
    const contract = await contractFrom(`
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /a:
    get: {operationId: get, responses: {'200': {description: got}}}
    head: {operationId: head, responses: {'204': {description: seen}}}
    options: {operationId: options, responses: {'200': {description: told}}}
`);
    const own = await started.start<undefined>({ contract, sandbox: false });
    expect((await ask(`${own.url}/a`, { method: 'HEAD' })).status).to.equal(204);
    expect((await ask(`${own.url}/a`, { method: 'OPTIONS' })).status).to.equal(200);
    expect(own.journal.entries().map(({ operation }) => operation)).to.deep.equal(['head', 'options']);
  });
});
