import { createServer } from 'node:http';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { Agent, request, Client } from 'undici';
import type { InputError } from '../../spec/index.js';
import { startMock, type Mock } from '../../mocks/index.js';
import { atsContract, json, mocks, raw, send } from './support.js';

const INIT = '/v1/organizations/o/works/init';
const FOUND = '/v1/transactions/x?__code=404';
const post = (path: string, headers: readonly string[], body = ''): string =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n${body}`;

/** The answers in a stretch of raw HTTP, each as status line and error code. */
function answersIn(text: string): [string, string | undefined][] {
  return text
    .split(/(?=HTTP\/1\.1 \d{3} )/)
    .filter((part) => part.startsWith('HTTP/1.1'))
    .map((part) => [part.slice(9, 12), /"code":"([^"]+)"/.exec(part)?.[1]]);
}

describe('mock: server', () => {
  const started = mocks();
  let mock: Mock<undefined>;
  before(async () => {
    mock = await started.start<undefined>({ sandbox: false });
  });
  after(() => started.closeAll());

  describe('what is not HTTP', () => {
    const garbage: readonly [string, string | Buffer][] = [
      ['over-long headers', `GET ${FOUND} HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'a'.repeat(100_000)}\r\n\r\n`],
      ['an over-long path', `GET /${'a'.repeat(50_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
      ['a broken request line', 'HELLO\r\n\r\n'],
      ['an unknown method', `FETCH ${FOUND} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
      ['a TLS handshake', Buffer.from('16030100f8010000f40303', 'hex')],
      ['two lengths', post(INIT, ['Content-Length: 3', 'Content-Length: 4'], 'abcd')],
      ['a length and chunks', post(INIT, ['Content-Length: 3', 'Transfer-Encoding: chunked'], '0\r\n\r\n')],
      ['a length that is no number', post(INIT, ['Content-Length: x'])],
      ['a header with a line feed in it', `GET ${FOUND} HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n`],
      ['HTTP/3.0', 'GET / HTTP/3.0\r\n\r\n'],
    ];
    for (const [name, bytes] of garbage) {
      it(`${name} is malformed, in the envelope`, async () => {
        const seen = await raw(mock.port, [bytes]);
        expect(answersIn(seen)).to.deep.equal([['400', 'common.bad_request']]);
        expect(seen.toLowerCase())
          .to.include('x-failpath-origin: mock')
          .and.to.include('connection: close')
          .and.to.include('content-type: application/json');
        const id = /"request_id":"(req_\w+)"/.exec(seen)?.[1];
        expect(seen).to.include(`x-request-id: ${id}`);
        expect(mock.journal.entries(1)[0]).to.include({ status: 400, answeredBy: 'routing', requestId: id });
      });
    }

    it('broken chunks in a body are answered once', async () => {
      const seen = await raw(mock.port, [
        post(INIT, ['Content-Type: application/json', 'Transfer-Encoding: chunked'], '5\r\n{"a":\r\nZZ\r\n'),
      ]);
      expect(answersIn(seen)).to.deep.equal([['400', 'common.bad_request']]);
    });

    it('whatever it is, it is answered with what the contract declares, or not at all', async () => {
      const line = fc.constantFrom(
        'GET / HTTP/1.1',
        `POST ${INIT} HTTP/1.1`,
        'Host: x',
        'Content-Length: 5',
        'Transfer-Encoding: chunked',
        'Expect: 100-continue',
        'Connection: close',
        'Upgrade: websocket',
        'Prefer: error=',
        'Prefer: code=401',
        'Content-Type: application/json',
        ': x',
        'X',
        '',
      );
      const piece = fc.oneof(
        { arbitrary: line, weight: 4 },
        fc.string({ unit: 'binary' }),
        fc.constantFrom('\0', '5\r\n{"a":', '0', '\u00ff'),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
          const seen = await raw(mock.port, [Buffer.from(pieces.join('\r\n') + '\r\n\r\n', 'latin1')], 'end');
          for (const [status] of answersIn(seen)) expect(['100', '400', '401', '404', '422', '501']).to.include(status);
        }),
        { numRuns: 300 },
      );
    });

    it('leaves the mock alive', async () => {
      const socket = connect(mock.port, '127.0.0.1');
      socket.write(post(INIT, ['Content-Type: application/json', 'Content-Length: 100'], '{'));
      await once(socket, 'connect');
      socket.resetAndDestroy();
      expect((await send(mock, 'GET', FOUND)).status).to.equal(404);
    });
  });

  describe('what is unusual HTTP', () => {
    it('a whole URL as target is understood', async () => {
      const seen = await raw(mock.port, [`GET http://example.org${FOUND} HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n`]);
      expect(answersIn(seen)).to.deep.equal([['404', 'transaction.not_found']]);
    });

    it('HTTP/1.0, and a missing or foolish Host, are no reason to refuse', async () => {
      for (const head of [
        `GET ${FOUND} HTTP/1.0\r\n`,
        `GET ${FOUND} HTTP/1.1\r\nConnection: close\r\n`,
        `GET ${FOUND} HTTP/1.1\r\nHost: <evil>\r\nConnection: close\r\n`,
      ]) {
        expect(answersIn(await raw(mock.port, [`${head}\r\n`])), head).to.deep.equal([['404', 'transaction.not_found']]);
      }
    });

    it('Expect is no obstacle', async () => {
      const body = '{}';
      const head = ['Content-Type: application/json', `Content-Length: ${body.length}`, 'Connection: close'];
      const proceed = await raw(mock.port, [post(INIT, [...head, 'Expect: 100-continue'], body)]);
      expect(answersIn(proceed).at(-1)).to.deep.equal(['422', 'common.validation_failed']);
      const strange = await raw(mock.port, [post(INIT, [...head, 'Expect: the-unexpected'], body)]);
      expect(answersIn(strange)).to.deep.equal([['422', 'common.validation_failed']]);
    });

    it('a WebSocket is an unknown route, another upgrade is ignored, a tunnel is refused', async () => {
      const upgrade = (to: string): string =>
        `GET ${FOUND} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: ${to}\r\n\r\n`;
      expect(answersIn(await raw(mock.port, [upgrade('websocket')], (seen) => seen.includes('"request_id"')))).to.deep.equal([
        ['404', 'common.not_found'],
      ]);
      expect(answersIn(await raw(mock.port, [upgrade('h2c')], (seen) => seen.includes('"request_id"')))).to.deep.equal([
        ['404', 'transaction.not_found'],
      ]);
      const tunnel = await raw(mock.port, ['CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n']);
      expect(answersIn(tunnel)).to.deep.equal([['404', 'common.not_found']]);
    });
  });

  describe('keep-alive', () => {
    it('serves requests that arrive at once, in order', async () => {
      const get = (code: number, more = ''): string => `GET /v1/transactions/x?__code=${code} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
      const seen = await raw(mock.port, [get(404) + get(503) + get(200, 'Connection: close\r\n')]);
      expect(answersIn(seen).map(([status]) => status)).to.deep.equal(['404', '503', '200']);
    });

    for (const [name, path, status] of [
      ['that is too long', INIT, 400],
      ['to no operation', '/nowhere', 404],
      ['that a choice made unnecessary', `${INIT}?__code=401`, 401],
    ] as const) {
      it(`survives an upload ${name}`, async () => {
        const client = new Client(mock.url, { pipelining: 1 });
        let connections = 0;
        client.on('connect', () => connections++);
        const upload = await client.request({
          method: 'POST',
          path,
          headers: { 'content-type': 'application/json' },
          body: Buffer.alloc(8_000_000, 0x20),
        });
        expect(upload.statusCode).to.equal(status);
        await upload.body.dump();
        const next = await client.request({ method: 'GET', path: FOUND });
        expect(next.statusCode).to.equal(404);
        await next.body.dump();
        expect(connections).to.equal(1);
        await client.close();
      });
    }

    it('answers an endless upload, and cuts it off', async () => {
      const chunk = Buffer.alloc(1_000_000, 0x20);
      let sent = 0;
      const seen = await new Promise<string>((resolve) => {
        const socket = connect(mock.port, '127.0.0.1');
        let text = '';
        socket.on('data', (data: Buffer) => (text += data.toString()));
        socket.on('error', () => undefined);
        socket.on('close', () => resolve(text));
        socket.write(post('/nowhere', ['Content-Length: 100000000000']));
        // Of a write that has failed Node tells before the socket is destroyed, and of each that is begun then it tells at once.
        const more = (error?: Error | null): void => {
          if (socket.destroyed || error) return;
          sent += chunk.length;
          socket.write(chunk, more);
        };
        more();
      });
      expect(answersIn(seen)).to.deep.equal([['404', 'common.not_found']]);
      expect(sent).to.be.greaterThan(50_000_000).and.lessThan(500_000_000);
    });

    it('an answer does not wait for a body that never comes', async () => {
      const seen = await raw(mock.port, [post('/nowhere', ['Content-Length: 10'])], (text) => text.includes('"request_id"'));
      expect(answersIn(seen)).to.deep.equal([['404', 'common.not_found']]);
    });
  });

  it('stands many callers at once', async () => {
    const agent = new Agent({ connections: 50 });
    const answers = await Promise.all(
      Array.from({ length: 500 }, async (_, index) => {
        const { statusCode, body } = await request(`${mock.url}${INIT}?__code=${index % 2 === 0 ? 401 : 200}`, {
          method: 'POST',
          dispatcher: agent,
        });
        await body.dump();
        return statusCode;
      }),
    );
    expect(answers.filter((status) => status === 401)).to.have.length(250);
    await agent.close();
  });

  it('never says more than the contract and why: no server name, no stack', async () => {
    const seen = await send(mock, 'POST', INIT, json('{'));
    expect([...seen.headers.keys()].sort()).to.deep.equal([
      'connection',
      'content-length',
      'content-type',
      'date',
      'keep-alive',
      'x-failpath-why',
      'x-request-id',
    ]);
  });

  describe('start and end', () => {
    it('says what is wrong with an address', async () => {
      const taken = createServer().listen(0, '127.0.0.1');
      await once(taken, 'listening');
      const { port } = taken.address() as AddressInfo;
      const contract = await atsContract();
      const refused = async (options: Parameters<typeof startMock>[0]): Promise<string[]> => {
        try {
          await (await startMock({ contract, ...options })).close();
          return ['started'];
        } catch (error) {
          return (error as InputError).findings.map(({ problem, why }) => `${problem}: ${why}`);
        }
      };
      expect(await refused({ port })).to.deep.equal(['address-unavailable: Something else listens there already.']);
      expect(await refused({ host: '192.0.2.1' })).to.deep.equal(['address-unavailable: The system has no such address (EADDRNOTAVAIL).']);
      expect(await refused({ port: 70_000 })).to.deep.equal(['usage: A mock listens on a host and on a port from 0 to 65535.']);
      expect(await refused({ port: 1.5 })).to.deep.equal(['usage: A mock listens on a host and on a port from 0 to 65535.']);
      expect(await refused({ contract: 'no-such.yaml' })).to.deep.equal([
        'contract-unreadable: The contract is what everything else derives from.',
      ]);
      taken.close();
    });

    it('serves the contract that comes with it unless told otherwise', async () => {
      const own = await startMock();
      expect([own.contract.api, own.host, new URL(own.url).port]).to.deep.equal(['ats', '127.0.0.1', String(own.port)]);
      await own.close();
    });

    it('closes promptly, twice if need be, whatever its clients are doing', async () => {
      const own = await started.start<undefined>({ sandbox: false });
      const idle = connect(own.port, '127.0.0.1');
      const stuck = connect(own.port, '127.0.0.1');
      await Promise.all([once(idle, 'connect'), once(stuck, 'connect')]);
      stuck.write(post(INIT, ['Content-Type: application/json', 'Content-Length: 10'], '{'));
      await send(own, 'GET', FOUND);
      const gone = Promise.all([once(idle, 'close'), once(stuck, 'close')]);
      idle.on('error', () => undefined);
      stuck.on('error', () => undefined);
      idle.resume();
      stuck.resume();
      await own.close();
      await own.close();
      await gone;
    });

    it('can be reached over IPv6', async () => {
      const own = await started.start<undefined>({ sandbox: false, host: '::1' });
      expect(own.url).to.equal(`http://[::1]:${own.port}`);
      expect((await send(own, 'GET', FOUND)).status).to.equal(404);
    });
  });
});
