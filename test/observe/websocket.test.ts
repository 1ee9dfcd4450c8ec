import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { observations, open, refusal } from './support.js';

const HANDSHAKE =
  'Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

describe('observe: WebSockets', function () {
  this.timeout(30_000);
  const suite = observations();
  afterEach(() => suite.closeAll());

  const echo = (): ReturnType<typeof suite.upstream> =>
    suite.upstream(
      (_req, res) => void res.writeHead(426).end(),
      (server) => {
        new WebSocketServer({ server, perMessageDeflate: true }).on('connection', (socket) => {
          socket.on('message', (data, isBinary) => socket.send(data as Buffer, { binary: isBinary }));
        });
      },
    );

  it('messages pass both ways, long and many, with extensions, and the close with its code', async () => {
    const upstream = await echo();
    const { port } = await suite.observe(upstream.url);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/ws/echo`);
    await once(socket, 'open');
    expect(socket.extensions).to.contain('permessage-deflate');
    const messages = [randomBytes(3), randomBytes(2_000_000), ...Array.from({ length: 50 }, () => randomBytes(500))];
    const back: Buffer[] = [];
    const all = new Promise<void>((resolve) =>
      socket.on('message', (data) => {
        back.push(data as Buffer);
        if (back.length === messages.length) resolve();
      }),
    );
    for (const message of messages) socket.send(message);
    await all;
    expect(back.every((one, index) => one.equals(messages[index] ?? Buffer.alloc(0)))).to.equal(true);
    socket.close(4001, 'enough');
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
    expect([code, reason.toString()]).to.deep.equal([4001, 'enough']);
  });

  it('a handshake that is refused is answered like any request, and judged', async () => {
    const upstream = await suite.upstream(
      () => undefined,
      (server) =>
        server.on('upgrade', (_req, socket: Socket) => {
          const body = refusal('transaction.not_found');
          socket.end(`HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
        }),
    );
    const observing = await suite.observe(upstream.url);
    const line = open(observing.port);
    line.write(`GET /v1/ws/transactions/unknown HTTP/1.1\r\n${HANDSHAKE}`);
    expect(await line.closed).to.match(/^HTTP\/1\.1 404 Not Found\r\n[^]*transaction\.not_found/);
    await observing.close(0);
    expect([...observing.observer.seen.keys()].map(({ key }) => key)).to.deep.equal(['trackTransaction 404 transaction.not_found']);
  });

  it('one that is opened is a success that the contract declares', async () => {
    const upstream = await echo();
    const observing = await suite.observe(upstream.url);
    const socket = new WebSocket(`ws://127.0.0.1:${observing.port}/v1/ws/transactions/1`);
    await once(socket, 'open');
    socket.terminate();
    await observing.close(0);
    const { requests, violations, successes } = observing.observer.traffic;
    expect({ requests, violations, successes }).to.deep.equal({ requests: 1, violations: 0, successes: 1 });
  });

  it('says for itself that the upstream is down', async () => {
    const upstream = await echo();
    await new Promise((resolve) => upstream.server.close(resolve));
    const { port } = await suite.observe(upstream.url);
    const line = open(port);
    line.write(`GET /ws HTTP/1.1\r\n${HANDSHAKE}`);
    expect(await line.closed).to.match(/^HTTP\/1\.1 502 [^]*x-failpath-origin: observe/);
  });

  for (const side of ['client', 'upstream'] as const) {
    it(`ends when the ${side} is gone`, async () => {
      const behind = new Promise<Socket>((resolve) => {
        void suite
          .upstream(
            () => undefined,
            (server) =>
              server.on('upgrade', (_req, socket: Socket) => {
                socket.on('error', () => undefined).resume();
                socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nfirst');
                resolve(socket);
              }),
          )
          .then(({ url }) => suite.observe(url))
          .then(({ port }) => {
            line = open(port);
            line.write(`GET /ws HTTP/1.1\r\n${HANDSHAKE}early`);
          });
      });
      let line: ReturnType<typeof open> | undefined;
      const socket = await behind;
      await line?.until(/first$/);
      // A server of node's leaves its own side open when the other one ends.
      const ended = side === 'client' ? new Promise((resolve) => socket.once('end', resolve).once('close', resolve)) : line?.closed;
      if (side === 'client') line?.socket.resetAndDestroy();
      else socket.resetAndDestroy();
      await ended;
      expect(socket.bytesRead).to.be.above(0);
    });
  }
});
