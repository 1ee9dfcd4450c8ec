import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { startMock, type Mock } from '../../mocks/index.js';
import { contractFrom, mocks, raw, send } from '../mock/support.js';
import { codeIn, confirm, refused, track, UNKNOWN, webSocketUrl } from './support.js';

const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
const VERSION = 'Sec-WebSocket-Version: 13';

function handshake(path: string, lines: readonly string[] = [KEY, VERSION], method = 'GET'): string {
  return [`${method} ${path} HTTP/1.1`, 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket', ...lines, '', ''].join('\r\n');
}

/** Status and code of each answer on a connection. */
function answersIn(text: string): [string | undefined, string | undefined][] {
  const parts = text.split(/(?=HTTP\/1\.1 \d{3} )/);
  return parts.map((part) => [/^HTTP\/1\.1 (\d{3})/.exec(part)?.[1], /"code":"([^"]+)"/.exec(part)?.[1]]);
}

describe('tracking: the handshake', () => {
  const started = mocks();
  let mock: Mock;
  before(async () => void (mock = await started.start()));
  after(() => started.closeAll());
  beforeEach(() => mock.reset());
  const ask = (path: string, lines?: readonly string[], method?: string): Promise<string> =>
    raw(mock.port, [handshake(path, lines, method)], (seen) => /"request_id"|"detail"/.test(seen));

  it('of an unknown transaction is refused in the envelope, by the same steps as any request', async () => {
    const { status, headers, body } = await refused(webSocketUrl(mock, UNKNOWN));
    expect([status, codeIn(body)]).to.deep.equal([404, 'transaction.not_found']);
    expect(headers).to.include({ 'x-failpath-why': 'transactionExists: unknown', 'content-type': 'application/json' });
    expect(body).to.include(String((headers as Record<string, string>)['x-request-id']));
    expect(mock.journal.entries(1)[0]).to.deep.include({ operation: 'trackTransaction', status: 404, answeredBy: 'sandbox' });
  });

  it('that succeeds is in the journal, and says why and by which id', async () => {
    const { ws_url } = await confirm(mock);
    const { headers, socket } = await track(ws_url);
    const [entry] = mock.journal.entries(1);
    expect(entry).to.deep.include({ operation: 'trackTransaction', status: 101, code: undefined, why: 'the transaction is tracked' });
    expect(headers).to.include({ 'x-request-id': entry?.requestId, 'x-failpath-why': 'the transaction is tracked' });
    socket.terminate();
  });

  it('can be made to fail by Prefer, a rule, a magic value, and what is down below', async () => {
    const { ws_url } = await confirm(mock);
    const down = [503, 'common.service_unavailable'];
    const chosen = await refused(ws_url, { headers: { prefer: 'error=common.service_unavailable' } });
    expect([chosen.status, codeIn(chosen.body)]).to.deep.equal(down);
    expect(chosen.headers).to.include({ 'preference-applied': 'error=common.service_unavailable', 'retry-after': '30' });

    mock.on('trackTransaction').fails('common.service_unavailable').times(1).then().passes();
    const ruled = await refused(ws_url);
    expect([ruled.status, codeIn(ruled.body)]).to.deep.equal(down);
    (await track(ws_url)).socket.terminate();

    const magic = await confirm(mock, { title: 'fail with transaction.not_found at trackTransaction' });
    expect((await fetch(magic.status_url)).status).to.equal(200);
    expect(codeIn((await refused(magic.ws_url)).body)).to.equal('transaction.not_found');

    await send(mock, 'PUT', '/__admin/faults', { body: '{"upstream": true}' });
    expect((await refused(ws_url)).status).to.equal(503);
  });

  it('can be delayed, and broken below HTTP', async () => {
    const { ws_url } = await confirm(mock);
    mock.on('trackTransaction').delays(20);
    (await track(ws_url)).socket.terminate();
    mock.scripts.clear();
    mock.on('trackTransaction').fault('connection-reset').times(1).then().fault('empty-response');
    for (const code of ['ECONNRESET', 'ECONNRESET']) {
      const failure = await track(ws_url).then(
        () => undefined,
        (error: NodeJS.ErrnoException) => error.code,
      );
      expect(failure).to.equal(code);
    }
    expect(mock.journal.entries(2).map(({ spoiledBy }) => spoiledBy)).to.deep.equal(['CONNECTION_RESET_BY_PEER', 'EMPTY_RESPONSE']);
  });

  it('is refused by a rule that spells out an answer', async () => {
    const { ws_url } = await confirm(mock);
    mock.on('trackTransaction').responds({ status: 302, headers: { location: 'https://example.org/' } });
    const { status, headers } = await refused(ws_url);
    expect([status, (headers as Record<string, string>)['location']]).to.deep.equal([302, 'https://example.org/']);
  });

  it('is asked for: an ordinary request is refused by the mock, with what to do, wherever a WebSocket would open', async () => {
    const { ws_url } = await confirm(mock);
    const url = ws_url.replace(/^ws/, 'http');
    for (const answer of [await fetch(url), await mock.fetch(url), await mock.fetch(url, { headers: { 'sec-websocket-version': '13' } })]) {
      expect([answer.status, answer.headers.get('upgrade'), answer.headers.get('sec-websocket-version')]).to.deep.equal([
        426,
        'websocket',
        '13',
      ]);
      const { type, detail } = (await answer.json()) as Record<string, string>;
      expect(type).to.equal('failpath:upgrade-required');
      expect(detail).to.match(/trackTransaction would be answered over a WebSocket.*Use a WebSocket client/);
    }
    expect((await fetch(url, { method: 'HEAD' })).status).to.equal(426);
    expect((await fetch(mock.url + UNKNOWN)).status, 'refusals need no upgrade').to.equal(404);
  });

  it('is whole: what is missing is named', async () => {
    const path = new URL((await confirm(mock)).ws_url).pathname;
    for (const [lines, wrong] of [
      [[VERSION], /Sec-WebSocket-Key is not 16 bytes in base64/],
      [['Sec-WebSocket-Key: short', VERSION], /Sec-WebSocket-Key is not/],
      [[KEY, 'Sec-WebSocket-Version: 12'], /Sec-WebSocket-Version is not 13/],
    ] as const) {
      const seen = await ask(path, lines);
      expect(seen)
        .to.match(/^HTTP\/1\.1 426 /)
        .and.match(wrong);
    }
  });

  it('elsewhere than on its path, or by another method, reaches no route', async () => {
    for (const [path, method] of [
      ['/v1/transactions/any', 'GET'],
      ['/__admin/world', 'GET'],
      ['/nowhere', 'GET'],
      [UNKNOWN, 'POST'],
    ] as const) {
      const seen = await ask(path, [KEY, VERSION, 'Content-Length: 0'], method);
      expect(answersIn(seen), `${method} ${path}`).to.deep.equal([['404', 'common.not_found']]);
    }
  });

  it('waits for the answers to what was asked before it on its connection', async () => {
    mock.on('getTransaction').fails('common.service_unavailable').delays(30);
    const before = 'GET /v1/transactions/x HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const seen = await raw(mock.port, [before + handshake(UNKNOWN)], (text) => text.split('"request_id"').length > 2);
    expect(answersIn(seen)).to.deep.equal([
      ['503', 'common.service_unavailable'],
      ['404', 'transaction.not_found'],
    ]);
  });

  it('works over TLS', async () => {
    const secure = await startMock({ tls: true });
    const { ws_url } = await confirm(secure);
    expect(ws_url).to.match(/^wss:/);
    await secure.clock.advance(60_000);
    const tracker = await track(ws_url, { ca: secure.certificate });
    expect((await tracker.closed)[0]).to.equal(1000);
    expect(tracker.told).to.deep.equal(['connected', 'completed']);
    expect((await refused(webSocketUrl(secure, UNKNOWN), { ca: secure.certificate })).status).to.equal(404);
    await secure.close();
  });

  it('is possible on any contract: the frames are its examples, and one that breaks its schema ends the connection', async () => {
    const text = readFileSync(new URL('echo.yaml', import.meta.url), 'utf8');
    for (const [yaml, told, code] of [
      [text, ['hello', 'bye'], 1000],
      [text.replace('word: bye', 'word: 7'), ['hello'], 1011],
    ] as const) {
      const other = await started.start({ contract: await contractFrom(yaml) });
      const { WebSocket } = await import('ws');
      const words: string[] = [];
      const socket = new WebSocket(webSocketUrl(other, '/words'));
      socket.on('message', (data) => words.push((JSON.parse((data as Buffer).toString('utf8')) as { word: string }).word));
      const [closed, reason] = await new Promise<[number, string]>((resolve) =>
        socket.once('close', (...end) => resolve([end[0], String(end[1])])),
      );
      expect([words, closed]).to.deep.equal([told, code]);
      if (code === 1011) expect(reason).to.match(/^failpath:invalid-answer: .*\/word must be string/);
    }
  });
});
