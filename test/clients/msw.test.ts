import { expect } from 'chai';
import { http, HttpResponse } from 'msw';
import { setupServer, type SetupServer } from 'msw/node';
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { InputError, type Mock } from '../../index.js';
import { mswHandlers, type MswOptions } from '../../mocks/msw.js';
import { mocks } from '../mock/support.js';
import { look, WORK } from './support.js';

const API = 'https://api.example.com/ats';
const URL_OF_ONE = `${API}/v1/transactions/x`;

describe('handlers for MSW', function () {
  this.timeout(20_000);
  const suite = mocks();
  let mock: Mock;
  let server: SetupServer | undefined;
  before(async () => {
    mock = await suite.start({ listen: false });
  });
  after(() => suite.closeAll());
  afterEach(() => {
    server?.close();
    mock.reset();
  });

  const listen = (options: Partial<MswOptions> = {}): SetupServer => {
    server = setupServer(
      ...mswHandlers(mock, { baseUrl: API, ...options }),
      http.all('https://*', () => HttpResponse.text('elsewhere')),
    );
    server.listen({ onUnhandledRequest: 'error' });
    return server;
  };

  it('let the mock answer what is below the base URL', async () => {
    listen();
    const answer = await fetch(`${URL_OF_ONE}?a=b`);
    expect(answer.status).to.equal(404);
    expect(((await answer.json()) as { error: { code: string } }).error.code).to.equal('transaction.not_found');
    expect(mock.journal.entries()[0]).to.include({ url: '/v1/transactions/x?a=b', operation: 'getTransaction' });
  });

  it('leave everything else alone', async () => {
    listen();
    for (const url of ['https://api.example.com/atsx/v1/x', 'https://api.example.com/v1/x', 'https://apixexample.com/ats/v1/x']) {
      expect(await (await fetch(url)).text(), url).to.equal('elsewhere');
    }
    expect(mock.journal.total).to.equal(0);
  });

  it('take bodies, and URLs that answers lead back to', async () => {
    listen({ baseUrl: `${API}/` });
    const { organizations, tokens } = mock.world;
    const opened = await fetch(`${API}/v1/organizations/${organizations.active}/works/init`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.active}`, 'content-type': 'application/json' },
      body: WORK,
    });
    const { upload_url: url } = (await opened.json()) as { upload_url: string };
    expect(url).to.match(/^https:\/\/api\.example\.com\/ats\/__storage\//);
    const stored = await fetch(url, { method: 'PUT', body: 'RIFF' });
    expect(stored.headers.get('etag')).to.equal(`"${createHash('sha256').update('RIFF').digest('hex')}"`);
  });

  it('survive a client that fails twice and then succeeds', async () => {
    listen();
    mock.on('getTransaction').answers([503, { fault: { type: 'CONNECTION_RESET_BY_PEER' } }, 'ok']);
    const seen = [await look(fetch, URL_OF_ONE), await look(fetch, URL_OF_ONE), await look(fetch, URL_OF_ONE)];
    expect(seen.map(({ status, error }) => error?.code ?? status)).to.deep.equal([503, 'ECONNRESET', 404]);
  });

  describe('with a fault', () => {
    for (const [fault, code] of [
      ['connection-reset', 'ECONNRESET'],
      ['empty-response', 'UND_ERR_SOCKET'],
    ] as const) {
      it(`${fault}: fetch rejects as MSW's network error, and its cause says why`, async () => {
        listen();
        mock.on('getTransaction').fault(fault);
        const { status, error } = await look(fetch, URL_OF_ONE);
        expect(status).to.equal(undefined);
        expect(error).to.include({ name: 'TypeError', message: 'Failed to fetch', code });
      });
    }

    it('truncated-body: the body breaks off', async () => {
      listen();
      mock.on('getTransaction').fault({ type: 'limit_data', bytes: 4 });
      // MSW reads ahead, so what had come of the body is lost.
      const { status, error } = await look(fetch, URL_OF_ONE);
      expect({ status, code: error?.code }).to.deep.equal({ status: 200, code: 'UND_ERR_SOCKET' });
    });

    it('timeout: the client gives up by itself', async () => {
      listen();
      mock.on('getTransaction').fault('timeout');
      const { error } = await look(fetch, URL_OF_ONE, { signal: AbortSignal.timeout(20) });
      expect(error?.name).to.equal('TimeoutError');
    });

    it("connection-reset: a client on node:http sees Node's code, if that is wanted", async () => {
      const printed = silenceMsw();
      try {
        listen({ networkErrors: 'node' });
        mock.on('getTransaction').fault('connection-reset');
        expect(await viaHttps(URL_OF_ONE)).to.equal('ECONNRESET');
        expect((await look(fetch, URL_OF_ONE)).error).to.include({ message: 'fetch failed', code: 'ECONNRESET' });
      } finally {
        printed.restore();
      }
      expect(printed.count()).to.be.greaterThan(0);
    });

    it('truncated-body: to a client on node:http the connection ends, and the process lives on', async () => {
      listen();
      mock.on('getTransaction').fault({ type: 'limit_data', bytes: 4 });
      expect(await viaHttps(URL_OF_ONE)).to.equal('ECONNRESET');
    });
  });

  it('refuse a base URL that is none', () => {
    for (const baseUrl of ['/v1', 'api.example.com', 'ftp://api.example.com', '']) {
      expect(() => mswHandlers(mock, { baseUrl }), baseUrl).to.throw(InputError);
    }
  });
});

/** The code of the error that a request ends with, or its status. */
function viaHttps(url: string): Promise<unknown> {
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException): void => resolve(error.code);
    https
      .get(url, (response: IncomingMessage) => {
        response.on('error', fail);
        response.on('end', () => resolve(response.statusCode));
        response.resume();
      })
      .on('error', fail);
  });
}

/** MSW prints errors that handlers throw. */
function silenceMsw(): { count(): number; restore(): void } {
  const { error } = console;
  let count = 0;
  Object.assign(console, { error: () => void count++ });
  return {
    count: () => count,
    restore: () => void Object.assign(console, { error }),
  };
}
