import { expect } from 'chai';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { readJson } from '../../mocks/body.js';
import type { HttpLimits } from '../../mocks/http/index.js';
import { createHttpServer, type App } from '../../mocks/server.js';
import type { MockAnswer } from '../../mocks/types.js';

/** An app that reads bodies as the engine does, and says what came of it. */
const app: App = {
  closing: new AbortController().signal,
  answer: async ({ path, body }) => ({ answer: say(path === '/unread' ? 'unread' : JSON.stringify(await readJson(body, 1_000))) }),
  refuseFraming: (why) => say(why, 400),
  refuseRoute: (_request, why) => say(why, 404),
};

function say(body: string, status = 200): MockAnswer {
  return { status, headers: {}, body };
}

describe('surfaces: slow clients', () => {
  const servers: Server[] = [];
  const serve = async (limits: Partial<HttpLimits>): Promise<number> => {
    const server = createHttpServer(app, () => 'localhost', { limits });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  /** What comes back until the server closes the connection. */
  const talk = async (port: number, text: string, then?: (socket: Socket) => void): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    let seen = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    const closed = new Promise((resolve) => void socket.once('close', resolve));
    socket.write(text);
    then?.(socket);
    await closed;
    return seen;
  };
  const trickle = (socket: Socket): void => {
    const timer = setInterval(() => socket.write(' '), 5);
    socket.once('close', () => clearInterval(timer));
  };
  const post = (path: string, length: number): string => `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`;
  const QUICK = { graceMs: 40, bytesPerSecond: 1_000_000 };

  it('headers that never end are answered with 400', async () => {
    const port = await serve({ headersTimeout: 40, checkInterval: 10 });
    expect(await talk(port, 'GET / HTTP/1.1\r\nX-A: ', trickle)).to.match(
      /^HTTP\/1\.1 400 .*the headers were not complete within 0\.04 seconds$/s,
    );
  });

  it('a connection on which nothing comes is closed', async () => {
    const port = await serve({ headersTimeout: 40, checkInterval: 10 });
    await talk(port, '');
  });

  it('a body that trickles is refused, and the connection closed', async () => {
    const port = await serve({ body: QUICK });
    const seen = await talk(port, post('/', 900), trickle);
    expect(seen)
      .to.match(/^HTTP\/1\.1 200 OK\r\n.*connection: close/is)
      .and.include('The body came at less than 1000000 bytes per second.');
  });

  it('a body that stops is refused likewise', async () => {
    const port = await serve({ body: QUICK });
    expect(await talk(port, `${post('/', 900)}{`)).to.include('The body came at less than');
  });

  it('so is the rest of a body that nobody reads', async () => {
    const port = await serve({ body: QUICK });
    expect(await talk(port, post('/unread', 900_000), trickle)).to.match(/unread$/);
    expect(await talk(port, post('/unread', 900_000))).to.match(/unread$/);
  });

  it('a body at its pace is read, however long it takes', async () => {
    const port = await serve({ body: { graceMs: 40, bytesPerSecond: 1 } });
    const seen = await talk(port, post('/', 60).replace('Host: x', 'Host: x\r\nConnection: close'), (socket) => {
      let left = 60;
      const timer = setInterval(() => {
        socket.write(left === 60 ? '1' : ' ');
        if (--left === 0) clearInterval(timer);
      }, 2);
      socket.once('close', () => clearInterval(timer));
    });
    expect(seen).to.include('"kind":"json","value":1');
  });

  it('connections beyond the cap are closed as they come, and later ones served', async () => {
    const port = await serve({ connections: 2 });
    const [first, second] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    await Promise.all([once(first, 'connect'), once(second, 'connect')]);
    const get = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    expect(await talk(port, get)).to.equal('');
    first.write(get);
    first.resume();
    await once(first, 'close');
    expect(await talk(port, get)).to.match(/^HTTP\/1\.1 200/);
    second.destroy();
  });
});
