import { expect } from 'chai';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import fc from 'fast-check';
import { WebSocket } from 'ws';
import type { StreamSink } from '../../mocks/frames.js';
import { HTTP_LIMITS, type WebSocketLimits } from '../../mocks/http/index.js';
import type { Mock } from '../../mocks/index.js';
import { createHttpServer, type App } from '../../mocks/server.js';
import { mocks, send } from '../mock/support.js';
import { confirm, nextDue, refused, track, UNKNOWN } from './support.js';

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

/** A frame as a client writes it (RFC 6455, section 5.2). */
function frame(opcode: number, payload: Buffer, { masked = true, final = true } = {}): Buffer {
  const length = payload.length;
  const head = [(final ? 0x80 : 0) | opcode, (masked ? 0x80 : 0) | (length < 126 ? length : length < 65_536 ? 126 : 127)];
  const extended = Buffer.alloc(length < 126 ? 0 : length < 65_536 ? 2 : 8);
  if (extended.length === 2) extended.writeUInt16BE(length);
  if (extended.length === 8) extended.writeBigUInt64BE(BigInt(length));
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat([Buffer.from(head), extended, masked ? Buffer.alloc(4) : Buffer.alloc(0), payload]);
}

/** A WebSocket without a client library: it may say anything, and reads only if it is told to. */
async function bare(port: number, path: string): Promise<{ socket: Socket; seen: () => Buffer; closed: Promise<unknown> }> {
  const socket = connect(port, '127.0.0.1');
  let seen = Buffer.alloc(0);
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  const opened = new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk]);
      if (seen.includes('\r\n\r\n')) resolve();
    });
  });
  const lines = ['Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${KEY}`];
  socket.write([`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
  await opened;
  return { socket, seen: () => seen, closed };
}

/** The code of the close frame that a server has sent last. */
function closeCode(seen: Buffer): number | undefined {
  const at = seen.lastIndexOf(0x88);
  return at < 0 ? undefined : seen.readUInt16BE(at + 2);
}

describe('tracking: clients that say too much', () => {
  const started = mocks();
  let mock: Mock;
  before(async () => void (mock = await started.start()));
  after(() => started.closeAll());
  beforeEach(() => {
    mock.reset();
    mock.clock.freeze();
  });
  const isAlive = async (): Promise<void> => {
    expect((await send(mock, 'GET', '/v1/transactions/any')).status).to.equal(404);
    while (nextDue(mock) !== undefined) await new Promise(setImmediate);
  };
  const path = async (): Promise<string> => new URL((await confirm(mock)).ws_url).pathname;

  it('what they say changes nothing', async () => {
    const tracker = await track((await confirm(mock)).ws_url);
    for (const message of ['hello', '{"type":"update"}', Buffer.from([0, 1, 2])]) tracker.socket.send(message);
    tracker.socket.ping('x');
    await mock.clock.advance(2_000);
    await tracker.caughtUp();
    expect(tracker.told).to.deep.equal(['connected', 'validating', 'preparing_transaction']);
    tracker.socket.terminate();
  });

  it('a message that is too large ends the connection with 1009, before it has arrived', async () => {
    const { socket, seen, closed } = await bare(mock.port, await path());
    const giant = frame(1, Buffer.alloc(70_000));
    giant.writeBigUInt64BE(2n ** 50n, 2);
    socket.write(giant.subarray(0, 20));
    await closed;
    expect(closeCode(seen())).to.equal(1009);
    await isAlive();
  });

  it('10,000 tiny frames end the connection with 1008, in whole messages or in fragments', async () => {
    for (const tiny of [frame(1, Buffer.from('x')), frame(9, Buffer.alloc(0)), frame(10, Buffer.alloc(0))]) {
      const { socket, seen, closed } = await bare(mock.port, await path());
      socket.write(Buffer.concat(Array.from({ length: 10_000 }, () => tiny)));
      await closed;
      if (closeCode(seen()) !== undefined) expect(closeCode(seen())).to.equal(1008);
    }
    const { socket, closed } = await bare(mock.port, await path());
    const fragments = [
      frame(1, Buffer.alloc(0), { final: false }),
      ...Array.from({ length: 20_000 }, () => frame(0, Buffer.alloc(0), { final: false })),
    ];
    socket.end(Buffer.concat(fragments));
    await closed;
    await isAlive();
  });

  it('a frame that is not masked ends the connection with 1002', async () => {
    const { socket, seen, closed } = await bare(mock.port, await path());
    socket.write(frame(1, Buffer.from('x'), { masked: false }));
    await closed;
    expect(closeCode(seen())).to.equal(1002);
    await isAlive();
  });

  it('garbage ends the connection, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 64 }), fc.constantFrom(0x80, 0x7f, 0x82, 0x01), async (bytes, first) => {
        const { socket, closed } = await bare(mock.port, await path());
        socket.end(Buffer.concat([Buffer.from([first, 0xff]), Buffer.from(bytes), randomBytes(16)]));
        await closed;
      }),
      { numRuns: 40 },
    );
    await isAlive();
  });

  it('clients that leave in the middle of the handshake, or right behind it, leave nothing behind', async () => {
    const { ws_url } = await confirm(mock);
    mock.on('trackTransaction').delays(5);
    for (let count = 0; count < 20; count++) {
      const socket = connect(mock.port, '127.0.0.1');
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      const lines = ['Host: x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${KEY}`];
      socket.write([`GET ${new URL(ws_url).pathname} HTTP/1.1`, ...lines, '', ''].join('\r\n'), () => socket.resetAndDestroy());
      await once(socket, 'close');
    }
    await isAlive();
  });

  it('1,000 connections and 200 refusals at once', async () => {
    const { ws_url } = await confirm(mock);
    const [trackers, refusals] = await Promise.all([
      Promise.all(Array.from({ length: 1_000 }, () => track(ws_url))),
      Promise.all(Array.from({ length: 200 }, () => refused(mock.url.replace('http', 'ws') + UNKNOWN))),
    ]);
    expect(new Set(refusals.map(({ status }) => status))).to.deep.equal(new Set([404]));
    await mock.clock.advance(12_000);
    for (const { closed } of trackers) expect((await closed)[0]).to.equal(1000);
    await isAlive();
  }).timeout(30_000);
});

describe('tracking: the end of the mock', () => {
  it('closes every connection with 1001, and does not wait for who does not answer', async () => {
    const started = mocks();
    const mock = await started.start<Mock['world']>();
    mock.clock.freeze();
    const { ws_url } = await confirm(mock);
    const tracker = await track(ws_url);
    const mute = await bare(mock.port, new URL(ws_url).pathname);
    await mock.close({ graceMs: 100 });
    expect(await tracker.closed).to.deep.equal([1001, 'the mock is closed']);
    await mute.closed;
    expect(closeCode(mute.seen())).to.equal(1001);
  });
});

describe('tracking: limits of the server', () => {
  const servers: Server[] = [];
  const closing = new AbortController();
  after(() => {
    closing.abort();
    for (const server of servers) server.close();
  });

  /** A server whose every path opens a WebSocket. */
  const serve = async (open: (to: StreamSink) => () => void, limits: Partial<WebSocketLimits>): Promise<number> => {
    const app: App = {
      answer: async ({ upgrade }) =>
        upgrade === 'possible'
          ? { answer: { status: 101, headers: {}, body: undefined, stream: { open } } }
          : { answer: { status: 503, headers: {}, body: JSON.stringify(upgrade) } },
      closing: closing.signal,
      upgrades: () => true,
      refuseFraming: () => ({ status: 400, headers: {}, body: undefined }),
      refuseRoute: () => ({ status: 404, headers: {}, body: undefined }),
    };
    const server = createHttpServer(app, () => 'localhost', { limits: { webSocket: { ...HTTP_LIMITS.webSocket, ...limits } } });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const never = (): void => undefined;

  it('who has silently gone is found out, who answers stays', async () => {
    const left: string[] = [];
    let count = 0;
    const port = await serve(
      () => {
        const name = ['answering', 'silent'][count++] ?? '';
        return () => left.push(name);
      },
      { pingInterval: 20 },
    );
    const answering = new WebSocket(`ws://127.0.0.1:${port}/`);
    await once(answering, 'open');
    const silent = await bare(port, '/');
    await silent.closed;
    // The server hears of it a moment later than the client.
    while (left.length === 0) await new Promise(setImmediate);
    expect(left).to.deep.equal(['silent']);
    for (let pings = 0; pings < 3; pings++) await once(answering, 'ping');
    expect([answering.readyState, left]).to.deep.equal([WebSocket.OPEN, ['silent']]);
    answering.terminate();
  });

  it('there is room for so many, and a place is free again once one has left', async () => {
    let leave: () => void = never;
    const port = await serve(() => () => leave(), { connections: 1 });
    const first = new WebSocket(`ws://127.0.0.1:${port}/`);
    await once(first, 'open');
    expect(await refused(`ws://127.0.0.1:${port}/`)).to.deep.include({ status: 503, body: '"full"' });
    const left = new Promise<void>((resolve) => (leave = resolve));
    first.terminate();
    await left;
    const next = new WebSocket(`ws://127.0.0.1:${port}/`);
    await once(next, 'open');
    next.terminate();
  });

  it('who does not read is cut off, and holds nobody up', async () => {
    let done: () => void = never;
    const all = new Promise<void>((resolve) => (done = resolve));
    const port = await serve(
      (to) => {
        // Far more than the system keeps for a connection.
        const sendMuch = async (): Promise<void> => {
          for (let count = 0; count < 64; count++) await to.send('x'.repeat(1_048_576));
          done();
        };
        void sendMuch();
        return never;
      },
      { patience: 50 },
    );
    const { socket } = await bare(port, '/');
    socket.pause();
    await all;
    socket.destroy();
  });

  it('an answer says that the server knows the protocol', async () => {
    const { seen, socket } = await bare(await serve(() => never, {}), '/');
    const accept = createHash('sha1').update(`${KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    expect(seen().toString('latin1'))
      .to.match(/^HTTP\/1\.1 101 /)
      .and.include(`Sec-WebSocket-Accept: ${accept}`);
    expect(seen().toString('latin1')).not.to.include('Sec-WebSocket-Extensions');
    socket.destroy();
  });
});
