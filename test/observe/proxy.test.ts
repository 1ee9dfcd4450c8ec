import { expect } from 'chai';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { InputError } from '../../spec/index.js';
import { ask, observations, open, refusal } from './support.js';

const UNKNOWN = '/v1/transactions/unknown';

function afterTurns(turns: number, then: () => void): void {
  setImmediate(() => (turns === 0 ? then() : afterTurns(turns - 1, then)));
}

async function read(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('observe: what passes', function () {
  this.timeout(30_000);
  const suite = observations();
  afterEach(() => suite.closeAll());
  const notFound = (_req: IncomingMessage, res: ServerResponse): void => {
    res.writeHead(404, { 'content-type': 'application/json' });
    res.end(refusal('transaction.not_found'));
  };

  it('answers reach the client as they were written, head and body', async () => {
    const bytes = Buffer.from([0x7b, 0x22, 0xff, 0x00]);
    const head = [
      'X-Note',
      'as it IS',
      'Set-Cookie',
      'a=1; Path=/',
      'Set-Cookie',
      'b=2',
      'ETag',
      '"x"',
      'x-note',
      'tw\u00e9ce',
      'Content-Length',
      '4',
    ];
    const upstream = await suite.upstream((_req, res) => {
      res.sendDate = false;
      res.writeHead(418, 'A Teapot', head);
      res.end(bytes);
    });
    const { url } = await suite.observe(upstream.url);
    const answer = await ask(`${url}/elsewhere`);
    expect([answer.status, answer.message]).to.deep.equal([418, 'A Teapot']);
    expect(answer.body.equals(bytes)).to.equal(true);
    // The connection is the proxy's own; nothing else is.
    expect(answer.rawHeaders).to.deep.equal([...head, 'Connection', 'close']);
  });

  it('requests reach the upstream as they were written, below its path, with a mark and nothing else added', async () => {
    const seen: { url?: string | undefined; raw: readonly string[]; body: string }[] = [];
    const upstream = await suite.upstream((req, res) => {
      void read(req).then((body) => {
        seen.push({ url: req.url, raw: req.rawHeaders, body: body.toString() });
        res.end();
      });
    });
    const { port } = await suite.observe(`${upstream.url}/api/`);
    const line = open(port);
    line.write(
      'POST /v1/a%20b?q=%2f+c&q HTTP/1.1\r\nHost: shop.example\r\nX-One: 1\r\nx-one: 2\r\nConnection: close, X-Mine\r\nX-Mine: 1\r\n',
    );
    line.write('Content-Length: 9\r\n\r\n{"a": 1 }');
    await line.closed;
    const via = seen[0]?.raw[seen[0].raw.indexOf('Via') + 1] ?? '';
    expect(via).to.match(/^1\.1 failpath-[0-9a-f]{16}$/);
    expect(seen).to.deep.equal([
      {
        url: '/api/v1/a%20b?q=%2f+c&q',
        raw: [
          'Host',
          new URL(upstream.url).host,
          'X-One',
          '1',
          'x-one',
          '2',
          'Content-Length',
          '9',
          'Via',
          via,
          'Connection',
          'keep-alive',
        ],
        body: '{"a": 1 }',
      },
    ]);
  });

  it('keeps the Host of the client when it is told to', async () => {
    const upstream = await suite.upstream((req, res) => void res.end(req.headers.host));
    const observing = await suite.observe(upstream.url, { keepHost: true });
    expect((await ask(`${observing.url}/x`, { headers: { host: 'shop.example' } })).body.toString()).to.equal('shop.example');
  });

  for (const method of ['GET', 'HEAD', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND']) {
    it(`${method} is answered as it was without the proxy`, async () => {
      const upstream = await suite.upstream((req, res) => {
        res.writeHead(200, { 'content-length': '5', 'x-method': req.method ?? '' });
        res.end(req.method === 'HEAD' ? undefined : 'hello');
      });
      const { url } = await suite.observe(upstream.url);
      const answer = await ask(`${url}/x`, { method });
      expect(answer.headers).to.include({ 'content-length': '5', 'x-method': method });
      expect(answer.body.toString()).to.equal(method === 'HEAD' ? '' : 'hello');
    });
  }

  it('chunks and trailers go both ways', async () => {
    let trailers: readonly string[] = [];
    const upstream = await suite.upstream((req, res) => {
      void read(req).then((body) => {
        trailers = req.rawTrailers;
        res.writeHead(200, { trailer: 'X-Sum' });
        res.write(body);
        res.addTrailers({ 'X-Sum': '42' });
        res.end();
      });
    });
    const { port } = await suite.observe(upstream.url);
    const line = open(port);
    line.write('POST /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: X-Check\r\n\r\n');
    line.write('3\r\nabc\r\n0\r\nX-Check: 7\r\n\r\n');
    const seen = await line.closed;
    expect(trailers).to.deep.equal(['X-Check', '7']);
    expect(seen).to.match(/\r\ntrailer: X-Sum\r\n/i);
    expect(seen).to.match(/\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 42\r\n\r\n$/);
  });

  it('an answer that ends with its connection ends for the client, and one to HTTP/1.0 comes without chunks', async () => {
    const upstream = await suite.upstream(notFound, (server) => {
      server.on('connection', (socket) => {
        socket.removeAllListeners('data');
        socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nto the end'));
      });
    });
    const { url, port } = await suite.observe(upstream.url);
    expect((await ask(`${url}/x`)).body.toString()).to.equal('to the end');
    const line = open(port);
    line.write('GET /x HTTP/1.0\r\n\r\n');
    expect(await line.closed).to.match(/\r\n\r\nto the end$/);
  });

  it('connections are kept on both sides, and requests in a row are answered in order', async () => {
    const ports = new Set<number | undefined>();
    const upstream = await suite.upstream((req, res) => {
      ports.add(req.socket.remotePort);
      res.end(req.url);
    });
    const { port } = await suite.observe(upstream.url);
    const line = open(port);
    for (const path of ['/1', '/2']) {
      line.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
      await line.until(new RegExp(`\r\n${path}$`));
    }
    line.write('GET /3 HTTP/1.1\r\nHost: x\r\n\r\nGET /4 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(await line.closed).to.match(/\/3[^]*\/4/);
    expect(ports.size).to.be.at.most(2);
  });

  it('a body is not sent before the upstream wants it, and the refusal of one that it does not want is delivered', async () => {
    const upstream = await suite.upstream(
      () => undefined,
      (server) =>
        server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
          if (req.url === '/no') return void res.writeHead(413, { connection: 'close' }).end('too much');
          res.writeContinue();
          return void read(req).then((body) => res.end(`got ${body.length}`));
        }),
    );
    const { port } = await suite.observe(upstream.url);
    const wanted = open(port);
    wanted.write('PUT /yes HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n');
    await wanted.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    wanted.write('hello');
    expect(await wanted.closed).to.match(/200 OK[^]*got 5/);
    const unwanted = open(port);
    unwanted.write('PUT /no HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n');
    const seen = await unwanted.until(/too much/);
    expect(seen).to.match(/^HTTP\/1\.1 413 /);
    unwanted.socket.destroy();
  });

  it('early hints reach the client before the answer', async () => {
    const upstream = await suite.upstream((_req, res) => {
      res.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' });
      res.end('done');
    });
    const { port } = await suite.observe(upstream.url);
    const line = open(port);
    line.write('GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(await line.closed).to.match(/^HTTP\/1\.1 103 Early Hints\r\nLink: <\/style\.css>; rel=preload; as=style\r\n\r\nHTTP\/1\.1 200/);
  });

  it('the answer to an upload that is refused half-way is delivered, also when the upstream resets the connection behind it', async () => {
    const upstream = await suite.upstream((req, res) => {
      req.once('data', () => {
        res.writeHead(413, { 'content-type': 'application/json', connection: 'close' });
        res.end(refusal('upload.too_large'), () => req.socket.resetAndDestroy());
      });
    });
    const { port } = await suite.observe(upstream.url);
    // A client that writes all of it before it reads.
    const line = open(port);
    line.socket.pause();
    line.write(`PUT /v1/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${8 * 1_048_576}\r\n\r\n`);
    const chunk = Buffer.alloc(65_536);
    for (let count = 0; count < 128; count++) if (!line.socket.write(chunk)) await once(line.socket, 'drain');
    line.socket.resume();
    expect(await line.closed).to.match(/^HTTP\/1\.1 413 [^]*upload\.too_large/);
  });

  it('an answer of which the end is still unknown is there from its first byte, and so is one that says nothing yet', async () => {
    let more = (): void => undefined;
    const upstream = await suite.upstream((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.flushHeaders();
      more = () => void res.write('data: 1\n\n');
    });
    const { port } = await suite.observe(upstream.url);
    const line = open(port);
    line.write('GET /events HTTP/1.1\r\nHost: x\r\n\r\n');
    await line.until(/\r\n\r\n/);
    more();
    await line.until(/data: 1\n\n/);
    line.socket.destroy();
  });

  it('whoever goes away takes the request with him', async () => {
    let gone: Promise<unknown> = Promise.resolve();
    let arrived = (): void => undefined;
    const there = new Promise<void>((resolve) => (arrived = resolve));
    const upstream = await suite.upstream((req) => {
      gone = once(req.socket, 'close');
      arrived();
    });
    const observing = await suite.observe(upstream.url);
    const line = open(observing.port);
    line.write(`GET ${UNKNOWN} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await there;
    line.socket.destroy();
    await gone;
    await observing.close(0);
    expect(observing.observer.traffic.unjudged).to.deep.equal([{ what: 'the client went away', count: 1 }]);
  });

  it('an upload that the client breaks off is broken off at the upstream', async () => {
    let outcome: Promise<unknown> = Promise.resolve();
    let arrived = (): void => undefined;
    const there = new Promise<void>((resolve) => (arrived = resolve));
    const upstream = await suite.upstream((req) => {
      outcome = new Promise((resolve) => req.once('close', () => resolve(req.complete)));
      req.resume();
      req.once('data', arrived);
      req.on('error', () => undefined);
    });
    const { port } = await suite.observe(upstream.url);
    const line = open(port);
    line.write('PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');
    await there;
    line.socket.destroy();
    expect(await outcome).to.equal(false);
  });

  it('an answer that breaks off breaks off for the client, and counts as none', async () => {
    const upstream = await suite.upstream((_req, res) => {
      res.writeHead(200, { 'content-length': '100', 'content-type': 'application/json' });
      res.write('{"half":', () => res.destroy());
    });
    const observing = await suite.observe(upstream.url);
    const error = await ask(`${observing.url}${UNKNOWN}`).catch((failed: Error) => failed);
    expect(error).to.be.instanceOf(Error);
    await observing.close(0);
    expect(observing.observer.traffic.unanswered).to.deep.equal([{ what: 'its answer broke off', count: 1 }]);
  });

  it('says for itself that the upstream is down', async () => {
    const upstream = await suite.upstream(notFound);
    await new Promise((resolve) => upstream.server.close(resolve));
    const observing = await suite.observe(upstream.url);
    for (const body of [undefined, 'some']) {
      const answer = await ask(`${observing.url}${UNKNOWN}`, body === undefined ? {} : { method: 'POST', body });
      expect(answer.status).to.equal(502);
      expect(answer.headers).to.include({ 'content-type': 'application/problem+json', 'x-failpath-origin': 'observe' });
      const problem = JSON.parse(answer.body.toString()) as Record<string, unknown>;
      expect(problem).to.include({ type: 'failpath:upstream-unavailable', status: 502 });
      expect(problem['detail']).to.match(/gave no answer: connect ECONNREFUSED/);
    }
    await observing.close(0);
    const { requests, violations, unanswered } = observing.observer.traffic;
    expect({ requests, violations, count: unanswered[0]?.count }).to.deep.equal({ requests: 2, violations: 0, count: 2 });
  });

  it('sends a request again whose kept connection the upstream has just closed', async () => {
    let count = 0;
    const upstream = await suite.upstream((req, res) => {
      if (++count === 2) return req.socket.destroy();
      return void res.end(String(count));
    });
    const { url } = await suite.observe(upstream.url);
    expect((await ask(`${url}/x`)).body.toString()).to.equal('1');
    expect((await ask(`${url}/x`)).body.toString()).to.equal('3');
  });

  it('judges what is compressed, and passes it as it is', async () => {
    const zipped = gzipSync(refusal('transaction.not_found'));
    const upstream = await suite.upstream((_req, res) => {
      res.writeHead(404, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      res.end(zipped);
    });
    const observing = await suite.observe(upstream.url);
    const answer = await ask(`${observing.url}${UNKNOWN}`);
    expect(answer.body.equals(zipped)).to.equal(true);
    await observing.close(0);
    expect([...observing.observer.seen.keys()].map(({ key }) => key)).to.deep.equal(['getTransaction 404 transaction.not_found']);
  });

  it('says that a body was too long to be judged, and judges its status', async () => {
    const long = Buffer.alloc(1_048_577, ' ');
    const upstream = await suite.upstream((req, res) => {
      res.writeHead(req.url === UNKNOWN ? 404 : 418, {
        'content-type': 'application/json',
        ...(req.headers['x-length'] === undefined ? {} : { 'content-length': long.length }),
      });
      res.end(long);
    });
    const observing = await suite.observe(upstream.url);
    const answers = [
      await ask(`${observing.url}${UNKNOWN}`),
      await ask(`${observing.url}${UNKNOWN}`, { headers: { 'x-length': '1' } }),
      await ask(`${observing.url}/v1/transactions/other`),
    ];
    expect(answers.map(({ body }) => body.length)).to.deep.equal([long.length, long.length, long.length]);
    await observing.close(0);
    const { unjudged, violated } = observing.observer.traffic;
    expect(unjudged).to.deep.equal([{ what: 'its body: it is longer than 1048576 bytes', count: 2 }]);
    expect(violated.map(({ status, discrepancies }) => [status, discrepancies.map(({ check }) => check)])).to.deep.equal([
      [418, ['status']],
    ]);
  });

  it('a body passes as fast as it is taken, and no faster', async () => {
    const size = 64 * 1_048_576;
    let sent = 0;
    const upstream = await suite.upstream((_req, res) => {
      const chunk = Buffer.alloc(65_536);
      const write = (): void => {
        while (sent < size) {
          sent += chunk.length;
          if (!res.write(chunk)) return void res.once('drain', write);
        }
        res.end();
      };
      write();
    });
    const { port } = await suite.observe(upstream.url);
    const line = open(port);
    line.write('GET /download HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    let [taken, ahead] = [0, 0];
    line.socket.on('data', (text: string) => {
      taken += text.length;
      ahead = Math.max(ahead, sent - taken);
      line.socket.pause();
      afterTurns(20, () => line.socket.resume());
    });
    expect((await line.closed).length).to.be.above(size);
    // What is under way fits into the buffers of the sockets.
    expect(ahead).to.be.below(size / 2);
  });

  it('refuses to be a proxy to anywhere', async () => {
    const upstream = await suite.upstream(notFound);
    const { port, observer } = await suite.observe(`${upstream.url}/api`);
    for (const target of [
      'GET http://elsewhere.example/',
      'OPTIONS *',
      'GET /../secret',
      'GET /a/%2e%2e/%2e%2e/secret',
      'CONNECT elsewhere.example:443',
    ]) {
      const line = open(port);
      line.write(`${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      const seen = await line.closed;
      expect(seen, target).to.match(/^HTTP\/1\.1 400 [^]*x-failpath-origin: observe\r\n[^]*"type":"failpath:not-passed"/);
    }
    expect(observer.traffic.requests).to.equal(0);
  });

  it('knows a request that has come back, and lets it go no further', async () => {
    let next = '';
    const upstream = await suite.upstream((req, res) => {
      void ask(`${next}${req.url ?? ''}`, { headers: { via: String(req.headers.via) } }).then((answer) =>
        res.writeHead(answer.status).end(answer.body),
      );
    });
    const { url } = await suite.observe(upstream.url);
    next = url;
    const answer = await ask(`${url}/x`);
    expect(answer.status).to.equal(508);
    expect(answer.body.toString()).to.contain('failpath:loop');
  });

  it('takes an offer of HTTP/2 for what it is, and passes the request with its body', async () => {
    const upstream = await suite.upstream(
      (req, res) => void read(req).then((body) => res.end(`${req.headers.upgrade ?? 'none'} ${body.toString()}`)),
    );
    const { port } = await suite.observe(upstream.url);
    const line = open(port);
    line.write(
      'POST /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n',
    );
    line.write('Content-Length: 4\r\n\r\nbody');
    expect(await line.until(/none body/)).to.match(/^HTTP\/1\.1 200/);
    line.socket.destroy();
  });

  it('does not mind what is no HTTP', async () => {
    const upstream = await suite.upstream(notFound);
    const { url, port } = await suite.observe(upstream.url);
    for (const text of [
      '\x16\x03\x01garbage\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n',
    ]) {
      const line = open(port);
      line.write(text);
      expect(await line.closed).to.match(/^HTTP\/1\.1 400 /);
    }
    expect((await ask(`${url}${UNKNOWN}`)).status).to.equal(404);
  });

  it('does not mind an upstream that speaks no HTTP', async () => {
    const upstream = await suite.upstream(notFound, (server) => {
      server.on('connection', (socket) => {
        socket.removeAllListeners('data');
        socket.once('data', () => socket.end('SSH-2.0-OpenSSH\r\n'));
      });
    });
    const observing = await suite.observe(upstream.url);
    expect((await ask(`${observing.url}${UNKNOWN}`)).status).to.equal(502);
  });

  for (const [name, size] of [
    ['some MB', 8 * 1_048_576],
    ['600 MB', 600 * 1_048_576],
  ] as const) {
    it(`an upload of ${name} arrives byte for byte${size > 100_000_000 ? ', in constant memory' : ''}`, async function () {
      if (size > 100_000_000 && process.env['FAILPATH_LONG'] === undefined) this.skip();
      this.timeout(300_000);
      const arrived = createHash('sha256');
      let length = 0;
      const upstream = await suite.upstream((req, res) => {
        req.on('data', (chunk: Buffer) => {
          arrived.update(chunk);
          length += chunk.length;
        });
        req.once('end', () => res.writeHead(204).end());
      });
      const { url } = await suite.observe(upstream.url);
      const sent = createHash('sha256');
      const outgoing = request(`${url}/uploads/1`, { method: 'PUT', headers: { 'content-length': size }, agent: false });
      const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
      const chunk = randomBytes(1_048_576);
      let most = 0;
      for (let written = 0; written < size; written += chunk.length) {
        chunk.writeUInt32BE(written, 0);
        const copy = Buffer.from(chunk);
        sent.update(copy);
        if (!outgoing.write(copy)) await once(outgoing, 'drain');
        most = Math.max(most, process.memoryUsage().arrayBuffers);
      }
      outgoing.end();
      const [answer] = await answered;
      answer.resume();
      expect([answer.statusCode, length]).to.deep.equal([204, size]);
      expect(arrived.digest('hex')).to.equal(sent.digest('hex'));
      // Client, proxy and upstream are all in this process.
      expect(most).to.be.below(200 * 1_048_576);
    });
  }

  for (const [upstream, why] of [
    ['staging.example.com', /over http or https/],
    ['ftp://staging.example.com', /over http or https/],
    ['https://me:secret@staging.example.com', /credential in a URL/],
    ['https://staging.example.com/?a=1', /appended/],
  ] as const) {
    it(`does not begin with ${upstream}`, async () => {
      const error = await suite.observe(upstream).catch((failed: unknown) => failed);
      expect(error).to.be.instanceOf(InputError);
      expect((error as InputError).message)
        .to.match(why)
        .and.not.contain('secret');
    });
  }

  it('says that its address is taken', async () => {
    const upstream = await suite.upstream(notFound);
    const error = await suite.observe(upstream.url, { port: upstream.port }).catch((failed: unknown) => failed);
    expect((error as InputError).findings[0]).to.include({ problem: 'address-unavailable' });
  });

  it('judges what waits when it is closed, and lets what is under way be answered', async () => {
    let answer = (): void => undefined;
    let arrived = (): void => undefined;
    const there = new Promise<void>((resolve) => (arrived = resolve));
    const upstream = await suite.upstream((req, res) => {
      answer = () => notFound(req, res);
      arrived();
    });
    const observing = await suite.observe(upstream.url);
    const answered = ask(`${observing.url}${UNKNOWN}`);
    await there;
    const closing = observing.close(20_000);
    answer();
    expect((await answered).status).to.equal(404);
    await closing;
    expect(observing.observer.traffic.failures).to.equal(1);
  });
});
