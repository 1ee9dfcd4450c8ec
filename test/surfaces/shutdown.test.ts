import { expect } from 'chai';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { startMock, type Mock } from '../../mocks/index.js';
import { startFailpath } from '../support/cli.js';
import { atsContract, send } from '../mock/support.js';
import { INIT, TRANSACTION } from './support.js';

/** A connection, and all that has come back on it. */
interface Line {
  readonly socket: Socket;
  readonly seen: () => string;
  /** Resolves once the connection is closed. */
  readonly closed: Promise<unknown>;
}

async function open(port: number): Promise<Line> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const closed = new Promise((resolve) => void socket.once('close', resolve));
  await once(socket, 'connect');
  return { socket, seen: () => text, closed };
}

/** Half a request, of which the server has seen the beginning: it has asked for the body. */
async function half(line: Line, method: string, path: string, headers = ''): Promise<void> {
  line.socket.write(
    `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n${headers}\r\n{`,
  );
  while (!line.seen().includes('100 Continue')) await once(line.socket, 'data');
}

describe('surfaces: the end', function () {
  this.timeout(20_000);
  let mock: Mock<undefined>;
  beforeEach(async () => void (mock = await startMock<undefined>({ contract: await atsContract(), sandbox: false })));
  afterEach(() => mock.close());

  it('what is in flight is answered, as the last on its connection; nobody else gets in', async () => {
    const line = await open(mock.port);
    await half(line, 'POST', INIT);
    const closing = mock.close({ graceMs: 15_000 });
    const late = connect(mock.port, '127.0.0.1');
    const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.equal('ECONNREFUSED');
    line.socket.write('}');
    await closing;
    await line.closed;
    expect(line.seen()).to.match(/HTTP\/1\.1 422 .*connection: close\r\n.*common\.validation_failed/is);
    expect(mock.journal.entries(1)[0]).to.include({ operation: 'initWork', status: 422 });
  });

  it('what waits on purpose is answered at once', async () => {
    const line = await open(mock.port);
    await half(line, 'GET', `${TRANSACTION}?__code=404`, 'X-Mock-Response-Delay: 60000\r\n');
    line.socket.write('}');
    await mock.close({ graceMs: 15_000 });
    await line.closed;
    expect(line.seen()).to.match(/HTTP\/1\.1 404 .*transaction\.not_found/is);
  });

  it('what never ends is cut off after the time of grace', async () => {
    const line = await open(mock.port);
    await half(line, 'POST', INIT);
    await mock.close({ graceMs: 20 });
    await line.closed;
    expect(line.seen()).to.not.include('HTTP/1.1 4');
  });

  it('a connection that never gets to a request does not hold it up, over TLS neither', async () => {
    for (const tls of [false, true]) {
      const own = await startMock<undefined>({ contract: await atsContract(), sandbox: false, tls });
      const line = await open(own.port);
      line.socket.write(tls ? Buffer.from('160301', 'hex') : 'GET ');
      await own.close({ graceMs: 20 });
      await line.closed;
    }
  });

  it('a second call waits for the same end', async () => {
    const line = await open(mock.port);
    await half(line, 'POST', INIT);
    let first = false;
    const both = [mock.close({ graceMs: 15_000 }).then(() => (first = true)), mock.close().then(() => first)];
    line.socket.write('}');
    expect(await Promise.all(both)).to.deep.equal([true, true]);
  });

  it('it is ready until then, and says so', async () => {
    const ready = await send(mock, 'GET', '/__admin/ready');
    expect([ready.status, ready.body]).to.deep.equal([200, { status: 'ready' }]);
    const line = await open(mock.port);
    await half(line, 'GET', '/__admin/ready');
    const closing = mock.close({ graceMs: 15_000 });
    line.socket.write('}');
    await closing;
    await line.closed;
    expect(line.seen()).to.match(/HTTP\/1\.1 503 .*\{"status":"stopping"\}$/s);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`failpath mock finishes what is in flight on ${signal}`, async () => {
      const running = startFailpath(['mock', '--port', '0', '--json']);
      const [, port = ''] = await running.printed(/"url":"http:\/\/127\.0\.0\.1:(\d+)"/);
      const line = await open(Number(port));
      await half(line, 'POST', INIT);
      running.kill(signal);
      const refused = async (): Promise<boolean> =>
        new Promise((resolve) => {
          const probe = connect(Number(port), '127.0.0.1', () => probe.destroy());
          probe.on('error', () => resolve(true));
          probe.on('close', () => resolve(false));
        });
      while (!(await refused())) continue;
      line.socket.write('}');
      await line.closed;
      expect(line.seen()).to.match(/HTTP\/1\.1 401 .*connection: close\r\n/is);
      const { exitCode, stdout } = await running.ended;
      expect(exitCode).to.equal(0);
      expect(stdout).to.match(/"event":"request".*\n.*"event":"stop"\}\n$/);
    });
  }

  it('failpath mock ends at once on a second signal', async () => {
    const running = startFailpath(['mock', '--port', '0', '--json']);
    const [, port = ''] = await running.printed(/"url":"http:\/\/127\.0\.0\.1:(\d+)"/);
    const line = await open(Number(port));
    await half(line, 'POST', INIT);
    running.kill('SIGTERM');
    const again = setInterval(() => running.kill('SIGTERM'), 50);
    const { exitCode } = await running.ended;
    clearInterval(again);
    expect(exitCode).to.equal(143);
    line.socket.destroy();
  });
});
