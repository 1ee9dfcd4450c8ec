import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { ANSWER_LIMIT_BYTES, createPace, createTransport, toAnswer, type TransportOptions } from '../../contracts/transport.js';
import { HANDSHAKE } from '../../contracts/handshake.js';
import { TransportError, type Transport, type WireAnswer, type WireRequest } from '../../contracts/index.js';

const MB = 1024 * 1024;

describe('the transport, over a real socket,', () => {
  const open: (Server | TcpServer)[] = [];
  const transports: Transport[] = [];
  const sockets = new Set<Socket>();

  const listen = async (server: Server | TcpServer): Promise<string> => {
    open.push(server);
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const http = (listener: RequestListener): Promise<string> => listen(createServer(listener));
  const tcp = (listener: (socket: Socket) => void): Promise<string> => listen(createTcpServer(listener));
  const send = (url: string, request: Partial<WireRequest> = {}, options: Partial<TransportOptions> = {}): Promise<WireAnswer> => {
    const transport = createTransport({ timeoutMs: 10_000, connections: 2, ...options });
    transports.push(transport);
    return transport.send({ method: 'GET', url, headers: {}, ...request });
  };
  const failing = async (
    url: string,
    request: Partial<WireRequest> = {},
    options: Partial<TransportOptions> = {},
  ): Promise<TransportError> => {
    const error = await send(url, request, options).then(
      (answer) => answer,
      (reason: unknown) => reason,
    );
    if (!(error instanceof TransportError)) throw new Error(`expected no answer, saw ${JSON.stringify(error)}`);
    return error;
  };

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await Promise.all(transports.splice(0).map((transport) => transport.close()));
    for (const server of open.splice(0)) server.close();
  });

  it('sends what it is given, and hands back what is answered', async () => {
    let seen: unknown;
    const url = await http((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { method, headers } = request;
        seen = { method, url: request.url, body, agent: headers['user-agent'], team: headers['x-team'], own: headers['x-own'] };
        response.writeHead(409, { 'Content-Type': 'application/json', 'X-Twice': ['a', 'b'] }).end('{"error":{"code":"x"}}');
      });
    });
    const answer = await send(
      `${url}/v1/x?y=1`,
      { method: 'POST', headers: { 'x-own': 'request' }, body: '{}' },
      { headers: { 'x-team': 'all', 'x-own': 'run' } },
    );
    expect(seen).to.deep.equal({ method: 'POST', url: '/v1/x?y=1', body: '{}', agent: 'failpath', team: 'all', own: 'request' });
    expect(answer).to.deep.include({ status: 409, text: '{"error":{"code":"x"}}', json: { error: { code: 'x' } } });
    expect(answer.headers).to.include({ 'content-type': 'application/json', 'x-twice': 'a,b' });
  });

  it('asks for what a URL means, however it is written', async () => {
    const seen: unknown[] = [];
    const url = await http((request, response) => {
      seen.push(request.url);
      response.end();
    });
    const written = ['', '/', '/a-b/_c?d=e&f=1', '/a/../b', '/a/%2E/b?c=%20d', '//a?', '/a?b#c', '\\a\\b', '/ä?ö', '?a=1.5'];
    for (const path of written) await send(`${url}${path}`, {});
    expect(seen).to.deep.equal(written.map((path) => new URL(`${url}${path}`)).map(({ pathname, search }) => pathname + search));
  });

  describe('that asks for a WebSocket,', () => {
    const ASKING = { headers: { ...HANDSHAKE, 'x-own': 'request' } };
    const upgrading = async (head: (accept: string) => readonly string[]): Promise<string> => {
      const server = createServer();
      server.on('upgrade', (request, socket: Socket) => {
        const key = request.headers['sec-websocket-key'] ?? '';
        const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
        socket.end([...head(accept), '', ''].join('\r\n'));
      });
      return listen(server);
    };
    const SWITCH = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket'];

    it('opens it, and says no more', async () => {
      const url = await upgrading((accept) => [...SWITCH, `Sec-WebSocket-Accept: ${accept}`, 'X-Request-Id: req_1']);
      const answer = await send(url, ASKING);
      expect(answer).to.deep.include({ status: 101, text: '', json: undefined });
      expect(answer.headers).to.include({ 'x-request-id': 'req_1' });
    });

    it('hands back how it was refused, whoever refused it', async () => {
      let seen: unknown;
      const url = await http(({ headers }, response) => {
        seen = [headers.upgrade, headers.connection, headers['x-own'], headers['x-team'], headers['user-agent']];
        response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{"code":"x"}}');
      });
      const answer = await send(url, ASKING, { headers: { 'x-team': 'all' } });
      expect(answer).to.deep.include({ status: 404, json: { error: { code: 'x' } } });
      expect(seen).to.deep.equal(['websocket', 'upgrade', 'request', 'all', 'failpath']);
    });

    it('reads no more of a refusal than of any other answer', async () => {
      const url = await http((_request, response) => {
        response.on('error', () => undefined);
        response.writeHead(500).end(Buffer.alloc(4 * MB, 'x'));
      });
      expect((await send(url, ASKING)).text).to.have.length(ANSWER_LIMIT_BYTES);
    });

    it('has no answer where no client would go on, nobody listens, or nothing comes', async () => {
      const wrong = await upgrading(() => [...SWITCH, 'Sec-WebSocket-Accept: nothing']);
      expect((await failing(wrong, ASKING)).message).to.match(/101, but its Sec-WebSocket-Accept is wrong/);
      expect((await failing('http://127.0.0.1:1', ASKING)).message).to.match(/ECONNREFUSED/);
      const silent = await tcp(() => undefined);
      expect((await failing(silent, ASKING, { timeoutMs: 50 })).message).to.equal('no answer within 50 ms');
    });
  });

  it('streams an upload of exactly the size that it announces', async () => {
    let seen: { length: string | undefined; encoding: string | undefined; bytes: number } | undefined;
    const url = await http((request, response) => {
      let bytes = 0;
      request.on('data', (chunk: Buffer) => (bytes += chunk.length));
      request.on('end', () => {
        seen = { length: request.headers['content-length'], encoding: request.headers['transfer-encoding'], bytes };
        response.end();
      });
    });
    for (const size of [0, 1044, 5 * MB + 1]) {
      expect((await send(url, { method: 'PUT', body: { bytes: size } })).status).to.equal(200);
      expect(seen).to.deep.equal({ length: String(size), encoding: undefined, bytes: size });
    }
  });

  it('sees the answer of an edge that refuses a large upload without reading it', async () => {
    // As proxies do it: the answer is sent at once, the rest of the request is neither read nor waited for.
    const url = await http((_, response) => {
      response.writeHead(413, { 'content-type': 'text/html', connection: 'close' }).end('<center>nginx</center>');
    });
    for (let attempt = 0; attempt < 5; attempt++) {
      expect(await send(url, { method: 'PUT', body: { bytes: 64 * MB } })).to.include({ status: 413, text: '<center>nginx</center>' });
    }
  });

  it('sees the answer that comes in the middle of an upload', async () => {
    const url = await tcp((socket) => {
      let bytes = 0;
      socket.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes - chunk.length < MB && bytes >= MB)
          socket.write('HTTP/1.1 422 Unprocessable Entity\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}');
      });
    });
    expect(await send(url, { method: 'PUT', body: { bytes: 64 * MB } })).to.include({ status: 422, text: '{}' });
  });

  for (const [how, ending] of [
    ['resets', 'socket.resetAndDestroy()'],
    ['closes', 'socket.destroy()'],
    ['stops to read, and closes', 'socket.pause().destroy()'],
    ['goes on reading', 'undefined'],
  ]) {
    it(`sees the answer of a server that refuses an upload after 64 KB and ${how}: every time, at the first attempt`, async () => {
      // In a thread of its own: one that shares the loop with the client cannot reset while that is writing.
      const thread = new Worker(
        `const { parentPort } = require('node:worker_threads');
         const page = '<center>nginx</center>';
         const head = ['HTTP/1.1 413 Too Large', 'content-type: text/html', 'content-length: ' + page.length, 'connection: close', '', page];
         require('node:net').createServer((socket) => {
           let bytes = 0;
           socket.on('error', () => undefined).on('data', (chunk) => {
             const before = bytes;
             bytes += chunk.length;
             if (before < 65536 && bytes >= 65536) socket.write(head.join('\\r\\n'), () => ${ending});
           });
         }).listen(0, '127.0.0.1', function () { parentPort.postMessage(this.address().port); });`,
        { eval: true },
      );
      try {
        const [port] = (await once(thread, 'message')) as [number];
        for (let time = 0; time < 10; time++) {
          const answer = await send(`http://127.0.0.1:${port}/`, { method: 'PUT', body: { bytes: 20 * MB } });
          expect(answer).to.include({ status: 413, text: '<center>nginx</center>' }).and.not.have.property('unanswered');
        }
      } finally {
        await thread.terminate();
      }
    });
  }

  describe('whose connection fails', () => {
    const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}';
    /** Fails as often as it is told, then answers; what was asked is kept, with the number of its connection. */
    const failingFirst = async (
      times: number,
      fail: (socket: Socket) => void,
    ): Promise<{ url: string; asked: string[]; connections: () => number }> => {
      const asked: string[] = [];
      let [connections, left] = [0, times];
      const url = await tcp((socket) => {
        const connection = ++connections;
        socket.on('data', (chunk: Buffer) => {
          asked.push(`${connection} ${chunk.toString().split(' ')[0]}`);
          if (left-- > 0) fail(socket);
          else socket.write(OK);
        });
      });
      return { url, asked, connections: () => connections };
    };
    const reset = (socket: Socket): void => void socket.resetAndDestroy();
    const pauses: number[] = [];
    const timeless = { sleep: (milliseconds: number): Promise<void> => Promise.resolve(void pauses.push(milliseconds)) };
    beforeEach(() => void pauses.splice(0));

    it('before an answer: it is sent again, on a fresh connection, and the answer says so', async () => {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const { url, asked } = await failingFirst(1, reset);
        const answer = await send(url, { method }, timeless);
        expect(asked).to.deep.equal([`1 ${method}`, `2 ${method}`]);
        expect(answer.status).to.equal(200);
        expect(answer.unanswered).to.have.length(1);
      }
      expect(pauses).to.deep.equal([100, 100, 100]);
    });

    it('also one that was kept and has gone stale', async () => {
      const { url, connections } = await failingFirst(0, reset);
      const transport = createTransport({ timeoutMs: 10_000, connections: 1, ...timeless });
      transports.push(transport);
      await transport.send({ method: 'GET', url, headers: {} });
      for (const socket of sockets) socket.once('data', () => undefined).destroy();
      expect((await transport.send({ method: 'GET', url, headers: {} })).status).to.equal(200);
      expect(connections()).to.equal(2);
    });

    it('at most twice more', async () => {
      const { url, asked } = await failingFirst(Infinity, reset);
      expect((await failing(url, {}, timeless)).repeatable).to.equal(true);
      expect(asked).to.deep.equal(['1 GET', '2 GET', '3 GET']);
      expect(pauses).to.deep.equal([100, 400]);
    });

    it('after a POST was written: it may have been carried out, so it is not sent again', async () => {
      const { url, asked } = await failingFirst(1, reset);
      await failing(url, { method: 'POST', body: '{}' }, timeless);
      expect(asked).to.deep.equal(['1 POST']);
    });

    it('before there was any: also a POST is sent again, since nothing of it was written', async () => {
      const server = createServer((_, response) => void response.end('{}'));
      const url = await listen(server);
      const { port } = server.address() as AddressInfo;
      await new Promise((resolve) => server.close(resolve));
      const revive = { sleep: () => new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve)) };
      const answer = await send(url, { method: 'POST', body: '{}' }, revive);
      expect(answer.status).to.equal(200);
      expect(answer.unanswered?.[0]).to.match(/ECONNREFUSED/);
    });

    it('once an answer has begun: whatever comes of it is the answer', async () => {
      for (const part of [
        'HTTP/1.1 2',
        'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n',
        'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf',
      ]) {
        const { url, asked } = await failingFirst(1, (socket) => void socket.write(part, () => socket.resetAndDestroy()));
        await failing(url, {}, timeless);
        expect(asked, part).to.deep.equal(['1 GET']);
      }
    });

    it('because the time is up, or the name is unknown: it is not sent again', async () => {
      const { url, asked } = await failingFirst(1, () => undefined);
      await failing(url, {}, { ...timeless, timeoutMs: 50 });
      expect(asked).to.deep.equal(['1 GET']);
      await failing('http://no-such-host.invalid/', {}, timeless);
      expect(pauses).to.deep.equal([]);
    });
  });

  it('reads no more of an answer than it needs to judge it', async () => {
    const url = await http((_, response) => {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const write = (): void => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', write);
      };
      write();
    });
    expect((await send(url)).text).to.have.length(ANSWER_LIMIT_BYTES);
  });

  it('has no answer within the time', async () => {
    const url = await http(() => undefined);
    expect((await failing(url, {}, { timeoutMs: 50 })).message).to.equal('no answer within 50 ms');
  });

  it('has no whole answer within the time', async () => {
    const url = await http((_, response) => void response.writeHead(200, { 'content-length': '10' }).write('half'));
    expect((await failing(url, {}, { timeoutMs: 50 })).message).to.equal('no answer within 50 ms');
  });

  it('is refused the connection', async () => {
    const url = await http(() => undefined);
    await new Promise((resolve) => open.splice(0)[0]?.close(resolve));
    expect((await failing(url)).message).to.match(/ECONNREFUSED/);
  });

  it('knows no host of that name', async () => {
    expect((await failing('http://no-such-host.invalid/')).message).to.match(/no-such-host\.invalid/);
  });

  it('is reset before and during an answer', async () => {
    const before = await tcp((socket) => socket.once('data', () => socket.resetAndDestroy()));
    expect((await failing(before)).message).to.not.equal('');
    const during = await tcp((socket) =>
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf', () => socket.resetAndDestroy())),
    );
    expect((await failing(during)).message).to.not.equal('');
  });

  it('is answered with something else than HTTP', async () => {
    const url = await tcp((socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.2\r\n')));
    expect((await failing(url)).message).to.not.equal('');
  });

  it('cannot send a header that HTTP does not have', async () => {
    const url = await http((_, response) => void response.end());
    const { message } = await failing(url, { headers: { authorization: 'Bearer a\nb' } });
    expect(message, 'the value is not repeated')
      .to.match(/authorization/)
      .and.not.match(/Bearer/);
  });

  it('goes through a proxy', async () => {
    const url = await http((_, response) => void response.end('from the API'));
    const seen: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, socket: Socket) => {
      seen.push(request.url ?? '');
      sockets.add(socket);
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\nfrom the proxy.'));
    });
    expect((await send(url, {}, { proxy: await listen(proxy) })).text).to.equal('from the proxy.');
    expect(seen).to.deep.equal([new URL(url).host]);
  });
});

describe('an answer', () => {
  it('is parsed once, and is not JSON when it is not', () => {
    expect(toAnswer(200, {}, '{"a":1}').json).to.deep.equal({ a: 1 });
    expect(toAnswer(200, {}, 'null').json).to.equal(null);
    for (const text of ['', '{"a":', '<html>']) expect(toAnswer(200, {}, text).json, text).to.equal(undefined);
  });

  it('has the names of its headers in lower case, and none that are absent', () => {
    expect(toAnswer(200, { 'X-Request-Id': 'a', 'set-cookie': ['b', 'c'], 'x-none': undefined }, '').headers).to.deep.equal({
      'x-request-id': 'a',
      'set-cookie': 'b,c',
    });
  });
});

describe('the pace of requests', () => {
  it('is one gap from each request to the next, whatever came before', async () => {
    let now = 1000;
    const slept: number[] = [];
    const clock = { now: () => now, sleep: (milliseconds: number) => Promise.resolve(slept.push(milliseconds)) };
    const pace = createPace(4, clock);
    await pace();
    expect(slept, 'the first goes at once').to.deep.equal([]);
    await pace();
    await pace();
    expect(slept, 'those that come together are spread').to.deep.equal([250, 500]);
    now += 600;
    await pace();
    expect(slept.splice(0), 'the fourth is due 750 ms after the first').to.deep.equal([250, 500, 150]);
    now += 5000;
    await pace();
    await pace();
    expect(slept, 'after a pause there is no burst').to.deep.equal([250]);
  });

  it('may be less than one a second', async () => {
    const slept: number[] = [];
    const pace = createPace(0.5, { now: () => 0, sleep: (milliseconds) => Promise.resolve(slept.push(milliseconds)) });
    await pace();
    await pace();
    expect(slept).to.deep.equal([2000]);
  });

  it('is free without a rate', async () => {
    const pace = createPace(undefined, { now: () => expect.fail('time was asked for'), sleep: () => expect.fail('it slept') });
    for (let request = 0; request < 100; request++) await pace();
  });
});
