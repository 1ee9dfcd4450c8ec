import { expect } from 'chai';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { spoilsAnswer, type Fault } from '../../mocks/faults/index.js';
import { get, lineOf, tinies } from './line.js';
import { ANSWER, BODY, manualTime } from './support.js';

describe('faults, on the wire', () => {
  const { start, open, closeAll } = tinies();
  afterEach(closeAll);

  describe('how a connection ends', () => {
    const ends: readonly (readonly [Fault, string])[] = [
      [{ type: 'CONNECTION_RESET_BY_PEER' }, 'ECONNRESET'],
      [{ type: 'EMPTY_RESPONSE' }, 'FIN'],
      [{ type: 'MALFORMED_RESPONSE_CHUNK' }, 'FIN'],
      [{ type: 'RANDOM_DATA_THEN_CLOSE' }, 'FIN'],
      [{ type: 'limit_data', bytes: 5 }, 'FIN'],
      [{ type: 'timeout', timeoutMs: 1 }, 'FIN'],
    ];
    for (const [fault, end] of ends) {
      it(`${fault.type}: ${end}`, async () => {
        const line = open(await start(fault), get('/x'));
        await line.ended();
        expect(line.ends).to.deep.equal([end]);
      });
    }

    it('with a FIN even while the client is still sending', async () => {
      const time = manualTime();
      const tiny = await start({ type: 'EMPTY_RESPONSE' }, { after: time.after });
      const line = open(tiny, 'POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 8000000\r\n\r\n');
      line.socket.write(Buffer.alloc(8_000_000));
      await line.ended();
      expect(line.text).to.equal('');
      expect(line.ends).to.deep.equal(['FIN']);
    });

    it('with a cut, once a client does not close its own side', async () => {
      const time = manualTime();
      const tiny = await start({ type: 'EMPTY_RESPONSE' }, { after: time.after });
      const line = lineOf(connect({ port: tiny.port, host: '127.0.0.1', allowHalfOpen: true }));
      line.socket.write(get('/x'));
      expect(await time.next()).to.equal(1_000);
      await tiny.settled();
      line.socket.end();
      await line.ended();
      expect(line.text).to.equal('');
    });

    it('and leaves no timer behind', async () => {
      const time = manualTime();
      const tiny = await start({ type: 'EMPTY_RESPONSE' }, { after: time.after });
      await open(tiny, get('/x')).ended();
      await tiny.settled();
      expect(time.waiting).to.deep.equal([]);
    });

    it('with a real reset over TLS', async () => {
      const psk = { psk: Buffer.from('no secret'), identity: 'test' };
      const options = { ciphers: 'PSK', maxVersion: 'TLSv1.2', pskCallback: () => psk.psk } as const;
      const tiny = await start({ type: 'CONNECTION_RESET_BY_PEER' }, { create: (serve) => createTlsServer(options, serve) });
      const socket: TLSSocket = connectTls({
        ...options,
        host: '127.0.0.1',
        port: tiny.port,
        pskCallback: () => psk,
        checkServerIdentity: () => undefined,
      });
      const line = lineOf(socket);
      socket.write(get('/x'));
      await line.ended();
      expect(line.text).to.equal('');
      expect(line.ends).to.deep.equal(['ECONNRESET']);
    });
  });

  describe('what is sent', () => {
    it('MALFORMED_RESPONSE_CHUNK: the head of the answer, and no valid chunk size', async () => {
      const line = open(await start({ type: 'MALFORMED_RESPONSE_CHUNK' }), get('/x'));
      await line.ended();
      const [head = '', rest = ''] = line.text.split('\r\n\r\n');
      expect(head)
        .to.match(/^HTTP\/1\.1 403 Forbidden\r\n/)
        .and.match(/transfer-encoding: chunked/i);
      expect(head)
        .to.match(/x-request-id: req_1/i)
        .and.not.match(/content-length/i);
      expect(rest).to.match(/^[^\da-f]/i);
    });

    it('MALFORMED_RESPONSE_CHUNK: 200 in place of a status that has no body', async () => {
      const tiny = await start({ type: 'MALFORMED_RESPONSE_CHUNK' }, { answer: { status: 204, headers: {}, body: undefined } });
      const line = open(tiny, get('/x'));
      await line.ended();
      expect(line.text).to.match(/^HTTP\/1\.1 200 /);
    });

    it('RANDOM_DATA_THEN_CLOSE: the same bytes from the same draws, and never the beginning of HTTP', async () => {
      const texts = new Set<string>();
      for (const draw of [0, 0, 'H'.charCodeAt(0) / 256, 0.999]) {
        const line = open(await start({ type: 'RANDOM_DATA_THEN_CLOSE' }, { random: () => draw }), get('/x'));
        await line.ended();
        expect(line.text).to.have.lengthOf(256).and.not.match(/^H/);
        texts.add(line.text);
      }
      expect(texts.size).to.equal(3);
    });

    it('limit_data: the length of the whole body, so many bytes of it', async () => {
      const line = open(await start({ type: 'limit_data', bytes: 7 }), get('/x'));
      await line.ended();
      const [head = '', rest] = line.text.split('\r\n\r\n');
      expect(head.toLowerCase()).to.include(`content-length: ${Buffer.byteLength(BODY)}`);
      expect(rest).to.equal(BODY.slice(0, 7));
    });

    it('limit_data: every byte below the limit of a body that fills all buffers on the way', async () => {
      const answer = { ...ANSWER, body: 'x'.repeat(20_000_000) };
      const line = open(await start({ type: 'limit_data', bytes: 19_999_999 }, { answer }), get('/x'));
      await line.ended();
      expect(line.text.length - line.text.indexOf('\r\n\r\n') - 4).to.equal(19_999_999);
    });

    it('limit_data: an answer that has no body is whole', async () => {
      for (const [method, status] of [
        ['HEAD', 403],
        ['GET', 204],
      ] as const) {
        const line = open(await start({ type: 'limit_data', bytes: 0 }, { answer: { ...ANSWER, status } }), get('/x', method), get('/ok'));
        await line.until((text) => text.endsWith('ok'));
        expect(line.text).to.match(new RegExp(`^HTTP/1\\.1 ${status} .*HTTP/1\\.1 200 OK`, 's'));
        line.socket.destroy();
      }
    });

    it('a stand-in, for faults of the body without an answer', async () => {
      for (const fault of [{ type: 'limit_data', bytes: 3 }, { type: 'MALFORMED_RESPONSE_CHUNK' }] as const) {
        expect(spoilsAnswer(fault)).to.equal(true);
        const line = open(await start(fault, { answer: undefined }), get('/x'));
        await line.ended();
        expect(line.text).to.match(/^HTTP\/1\.1 200 OK\r\n.*x-failpath-origin: mock/is);
      }
      expect(spoilsAnswer({ type: 'EMPTY_RESPONSE' })).to.equal(false);
    });
  });
});
