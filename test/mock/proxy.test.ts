import { writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { request } from 'undici';
import type { InputError } from '../../spec/index.js';
import type { Mock, StartOptions } from '../../mocks/index.js';
import { deployment, newFile, type Deployment } from '../recording/support.js';
import { temporaryFolder } from '../support/cli.js';
import { json, mocks, raw, send } from './support.js';

const INIT = '/v1/organizations/o/works/init';

interface Heard {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** A gateway in between. */
async function relay(url: string, via: string | undefined, res: ServerResponse): Promise<void> {
  const answer = await fetch(url, { headers: via === undefined ? {} : { via } });
  res.writeHead(answer.status).end(await answer.text());
}

describe('mock: requests that rules send on', () => {
  const started = mocks();
  const heard: Heard[] = [];
  let serve: (res: ServerResponse) => void;
  let upstream: Deployment;

  before(async () => {
    upstream = await deployment((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        const { method, url, headers } = req;
        heard.push({ method, url, headers, body: Buffer.concat(chunks) });
        serve(res);
      });
    });
  });
  beforeEach(() => {
    heard.length = 0;
    serve = (res) => void res.end('{}');
  });
  after(async () => {
    await started.closeAll();
    await upstream.close();
  });

  async function proxying(options: StartOptions = {}, base = upstream.url): Promise<Mock<unknown>> {
    const mock = await started.start<unknown>({ sandbox: false, proxyTo: [upstream.url], ...options });
    mock.onAny({}).proxies(base);
    return mock;
  }

  describe('the request', () => {
    let mock: Mock<unknown>;
    before(async () => {
      mock = await proxying();
    });

    const bodies: readonly [string, string, string | Buffer, Record<string, string>][] = [
      ['a text', INIT, 'just a text', { 'content-type': 'text/plain' }],
      ['JSON that cannot be parsed', INIT, '{"a":', { 'content-type': 'application/json' }],
      ['a number of 20 digits', INIT, '{"n": 12345678901234567890}', { 'content-type': 'application/json' }],
      ['bytes that are no text', INIT, Buffer.from('ff00fe01', 'hex'), { 'content-type': 'application/octet-stream' }],
      ['what is compressed', INIT, gzipSync('{"a":1}'), { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
      ['what is longer than the contract allows', INIT, Buffer.alloc(1_500_000, 'x'), { 'content-type': 'application/json' }],
      ['a text to an operation without a body', '/v1/transactions/t/cancel', 'a text', { 'content-type': 'text/plain' }],
      ['a text outside the contract', '/elsewhere', 'a text', { 'content-type': 'text/plain' }],
    ];
    for (const [name, path, body, headers] of bodies) {
      it(`${name} goes on as it came`, async () => {
        const answer = await request(mock.url + path, { method: 'POST', headers, body });
        await answer.body.dump();
        expect(answer.statusCode).to.equal(200);
        expect(heard.length).to.equal(1);
        expect(heard[0]?.body.equals(Buffer.from(body))).to.equal(true);
        expect(heard[0]?.headers).to.include({ ...headers, 'content-length': String(Buffer.byteLength(body)) });
      });
    }

    it('without a socket a body arrives as well, and none where there is none', async () => {
      expect((await mock.fetch(INIT, { method: 'POST', body: 'a text' })).status).to.equal(200);
      expect((await mock.fetch('/v1/transactions/t')).status).to.equal(200);
      expect(heard.map(({ body }) => body.toString())).to.deep.equal(['a text', '']);
      expect(heard[1]?.headers).to.not.have.any.keys('content-length', 'transfer-encoding');
    });
  });

  describe('the answer', () => {
    let mock: Mock<unknown>;
    before(async () => {
      mock = await proxying();
    });

    it('keeps every header, and bytes that are no text', async () => {
      serve = (res) =>
        void res.writeHead(201, { 'set-cookie': ['a=1', 'b=2, c'], 'x-own': 'y', 'content-length': 3 }).end(Buffer.from('ff00fe', 'hex'));
      const answer = await request(`${mock.url}/elsewhere`);
      expect(answer.headers['set-cookie']).to.deep.equal(['a=1', 'b=2, c']);
      expect(answer.headers).to.include({ 'x-own': 'y', 'content-length': '3' });
      expect(answer.headers['x-failpath-why']).to.be.a('string');
      expect(Buffer.from(await answer.body.arrayBuffer()).toString('hex')).to.equal('ff00fe');
    });

    it('may be read by web pages', async () => {
      const answer = await send(mock, 'GET', '/elsewhere', { headers: { origin: 'https://page.example' } });
      expect(answer.headers.get('access-control-allow-origin')).to.equal('*');
    });

    it('is not read to its end when it is too long', async () => {
      const cut = new Promise<boolean>((resolve) => {
        serve = (res) => {
          res.on('close', () => resolve(res.writableFinished));
          const more = (): void => {
            while (!res.destroyed && res.write(Buffer.alloc(65_536)));
          };
          res.on('drain', more);
          more();
        };
      });
      const answer = await send(mock, 'GET', '/elsewhere');
      expect([answer.status, answer.at('/type')]).to.deep.equal([501, 'failpath:script-unavailable']);
      expect(answer.at('/detail')).to.match(/more than 8388608 bytes/);
      expect(await cut).to.equal(false);
    });
  });

  describe('where they may go', () => {
    it('is at and below the path that --proxy-to names, and nowhere else', async () => {
      const mock = await started.start<unknown>({ sandbox: false, proxyTo: [`${upstream.url}/only/`] });
      const statuses: number[] = [];
      for (const path of ['/only', '/only/', '/only/deeper', '', '/other', '/onlyx', '/only/..%2fother']) {
        mock.scripts.clear();
        mock.onAny({}).proxies(upstream.url + path);
        statuses.push((await send(mock, 'GET', '/x')).status);
      }
      expect(statuses).to.deep.equal([200, 200, 200, 501, 501, 501, 501]);
      expect(heard.map(({ url }) => url)).to.deep.equal(['/only/x', '/only/x', '/only/deeper/x']);
    });

    it('is not left by a path that goes up', async () => {
      const base = `${upstream.url}/only`;
      const mock = await proxying({ proxyTo: [base] }, base);
      for (const path of ['/../x', '/a/../../x', '/%2e%2E/x', '/..%2fx', '/..\\x', '/..;/x', '/..']) {
        const seen = await raw(mock.port, [`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`]);
        expect(seen, path).to.match(/^HTTP\/1\.1 501 /);
      }
      expect(heard.length).to.equal(0);
      expect((await send(mock, 'GET', '/a..b/...?q=/../x')).status).to.equal(200);
      expect(heard[0]?.url).to.equal('/only/a..b/...?q=/../x');
    });

    it('is checked when a rule is added over HTTP', async () => {
      const mock = await started.start<unknown>({ sandbox: false, proxyTo: [`${upstream.url}/only`] });
      const add = async (proxies: string): Promise<readonly [number, unknown]> => {
        const answer = await send(mock, 'POST', '/__admin/rules', json({ on: 'getTransaction', answers: { proxies } }));
        return [answer.status, answer.text];
      };
      const [status, text] = await add(upstream.url);
      expect([status, mock.scripts.size]).to.deep.equal([400, 0]);
      expect(text).to.include(`--proxy-to ${upstream.url}`);
      expect((await add(`${upstream.url}/only/v2`))[0]).to.equal(201);
    });
  });

  it('a script file that may not send requests where it wants to is refused at the start', async () => {
    const file = join(temporaryFolder(), 'rules.yaml');
    writeFileSync(file, `rules: [{ on: getTransaction, answers: [{ proxies: "${upstream.url}" }] }]`);
    const error = await started.start({ script: file }).then(
      () => undefined,
      (reason: InputError) => reason,
    );
    expect(error?.findings.map(({ problem, remedy }) => [problem, remedy])).to.deep.equal([
      ['script-invalid', `Start the mock with --proxy-to ${upstream.url}.`],
    ]);
    await started.start({ script: file, proxyTo: [upstream.url] });
  });

  describe('a loop', () => {
    it('is none when two mocks send a request on, one after the other', async () => {
      const mock = await started.start<unknown>({ sandbox: false, proxyTo: [upstream.url] });
      const front = await deployment((req, res) => {
        heard.push({ method: req.method, url: req.url, headers: req.headers, body: Buffer.alloc(0) });
        const { via } = req.headers;
        void relay(`${mock.url}${req.url}`, `1.0 front, ${via}`, res);
      });
      const proxy = await started.start<unknown>({ sandbox: false, proxyTo: [front.url] });
      try {
        proxy.onAny({}).proxies(front.url);
        mock.onAny({}).proxies(upstream.url);
        // Through two mocks, which is no loop.
        expect((await send(proxy, 'GET', '/x')).status).to.equal(200);
        expect(heard.at(-1)?.headers.via).to.match(/^1\.0 front, 1\.1 failpath-\w+, 1\.1 failpath-\w+$/);
      } finally {
        await front.close();
      }
    });

    it('ends after one round, for rules and for recordings', async () => {
      let target = '';
      let rounds = 0;
      const front = await deployment((req, res) => {
        rounds++;
        const { via } = req.headers;
        void relay(`${target}${req.url}`, via, res);
      });
      try {
        const proxy = await started.start<unknown>({ sandbox: false, proxyTo: [front.url] });
        proxy.onAny({}).proxies(front.url);
        const recorder = await started.start<unknown>({ sandbox: false, record: { from: front.url, to: newFile() } });
        for (const mock of [proxy, recorder]) {
          rounds = 0;
          target = mock.url;
          const answer = await send(mock, 'GET', '/v1/transactions/t');
          expect([answer.status, rounds]).to.deep.equal([501, 1]);
          expect(answer.at('/detail')).to.match(/this mock itself/);
        }
      } finally {
        await front.close();
      }
    });
  });
});
