import { expect } from 'chai';
import { lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { WORLD, type Mock } from '../../mocks/index.js';
import { InputError } from '../../spec/index.js';
import { mutantNamed } from '../zoo/index.js';
import { json, mocks, raw, send } from '../mock/support.js';
import { startProxy } from '../support/proxy.js';
import { deployment, newFile, rulesIn } from './support.js';

const ORG = `/v1/organizations/${WORLD.organizations.active}`;
const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
const KEY = bearer(WORLD.tokens.active);
const WORK = {
  network: 'testnet',
  title: 'Harbour Lights',
  filename: 'harbour.wav',
  creators: [
    { full_name: 'Ada Example', email: 'ada@example.org', roles: { author: true, composer: true, arranger: false, adapter: false } },
  ],
};
const UNKNOWN_JOB = { job_id: '00000000-0000-4000-8000-000000000009' };

type Ask = readonly [method: string, path: string, init?: RequestInit];

/** Some successes, and some failures of each kind. */
const SESSION: readonly Ask[] = [
  ['GET', '/v1/transactions/unknown'],
  ['POST', `${ORG}/works/init`, json(WORK)],
  ['POST', `${ORG}/works/init`, json(WORK, bearer(WORLD.tokens.revoked))],
  ['POST', `${ORG}/works/init`, json(WORK, KEY)],
  ['POST', `${ORG}/works/init`, json({ ...WORK, title: ' ' }, KEY)],
  ['POST', `${ORG}/works/init`, json({ ...WORK, network: 'moon' }, KEY)],
  ['POST', `${ORG}/works/prepare`, json(UNKNOWN_JOB, KEY)],
  ['POST', `${ORG}/works/prepare`, { headers: KEY }],
  ['POST', `${ORG}/api-keys`, json({ name: 'trial', scopes: ['works:delete'] }, bearer(WORLD.admin))],
  ['GET', `${ORG}/api-keys`, { headers: bearer(WORLD.admin) }],
];

async function drive(mock: { readonly url: string }): Promise<string[]> {
  const seen: string[] = [];
  for (const [method, path, init] of SESSION) {
    const { status, at } = await send(mock, method, path, init);
    const code = at('/error/code');
    seen.push(typeof code === 'string' ? `${status} ${code}` : String(status));
  }
  return seen;
}

describe('mock --record', () => {
  const running = mocks();
  after(() => running.closeAll());

  const record = async (from: string, to = newFile()): Promise<{ mock: Mock; file: string; text(): Promise<string> }> => {
    const mock = await running.start({ record: { from, to } });
    const text = async (): Promise<string> => {
      await mock.close();
      return readFileSync(to, 'utf8');
    };
    return { mock: mock as Mock, file: to, text };
  };

  it('makes a script that answers as the deployment did', async () => {
    const api = await running.start();
    const { mock, file, text } = await record(api.url);
    const first = await drive(mock);
    expect(new Set(first)).to.include.members(['404 transaction.not_found', '401 common.unauthorized', '401 api_key.revoked', '200']);
    const { summary } = mock.recording ?? expect.fail();
    expect(summary).to.deep.include({ requests: SESSION.length, successes: 2, violations: [], elsewhere: [] });
    await text();
    expect(await drive(await running.start({ script: file }))).to.deep.equal(first);
    // From the rules alone, and not because the sandbox says the same.
    const bare = await running.start({ script: file, onRequest: (entry) => expect(entry.answeredBy).to.equal('script') });
    expect(await drive(bare)).to.deep.equal(first);
  });

  it('leads to the mock that replays it, and not back to the deployment', async () => {
    const ask = (mock: { readonly url: string }): ReturnType<typeof send> => send(mock, 'GET', '/v1/transactions/7');
    const api = await deployment((req, res) => {
      const own = `//${req.headers.host ?? ''}/api/v1/transactions/7`;
      res.writeHead(418, { 'content-type': 'application/json', location: `http:${own}` });
      res.end(
        JSON.stringify({
          status_url: `http:${own}`,
          links: [{ ws_url: `ws:${own}?a=1` }],
          other: 'http://127.0.0.1.example/v1',
          text: `see <http:${own}>`,
        }),
      );
    });
    const { mock, file, text } = await record(`${api.url}/api`);
    expect((await ask(mock)).at('/status_url')).to.equal(`${api.url}/api/v1/transactions/7`);
    expect(await text())
      .to.contain('{{baseUrl}}/v1/transactions/7')
      .and.not.contain('/api/v1');
    await api.close();
    const replay = await running.start({ script: file });
    const { body, headers } = await ask(replay);
    const path = `//127.0.0.1:${replay.port}/v1/transactions/7`;
    expect(body).to.deep.equal({
      status_url: `http:${path}`,
      links: [{ ws_url: `ws:${path}?a=1` }],
      other: 'http://127.0.0.1.example/v1',
      text: `see <http:${path}>`,
    });
    expect(headers.get('location')).to.equal(`http:${path}`);
  });

  it('passes answers on unchanged, but for a header that says where they come from', async () => {
    const bytes = Buffer.from([0x7b, 0x22, 0xff, 0x00]);
    const api = await deployment((_req, res) => {
      res.writeHead(
        404,
        [
          ['Set-Cookie', 'a=1; Path=/'],
          ['Set-Cookie', 'b=2'],
          ['X-Note', 'as it is'],
          ['Connection', 'close, x-hop'],
          ['X-Hop', 'gone'],
          ['Content-Type', 'application/octet-stream'],
        ].flat(),
      );
      res.end(bytes);
    });
    const { mock } = await record(api.url);
    const answer = await fetch(`${mock.url}/v1/transactions/unknown`);
    expect(answer.status).to.equal(404);
    expect(Buffer.from(await answer.arrayBuffer())).to.deep.equal(bytes);
    expect(answer.headers.getSetCookie()).to.deep.equal(['a=1; Path=/', 'b=2']);
    expect(answer.headers.get('x-note')).to.equal('as it is');
    expect(answer.headers.get('x-hop')).to.equal(null);
    expect(answer.headers.get('x-failpath-origin')).to.equal('deployment');
    await api.close();
  });

  it('sends on what was asked, below the path of the deployment, and nothing of the connection', async () => {
    const seen: { url: string | undefined; headers: object; body: string }[] = [];
    const api = await deployment((req, res) => {
      void (async () => {
        let text = '';
        for await (const chunk of req.setEncoding('utf8')) text += String(chunk);
        seen.push({ url: req.url, headers: req.headers, body: text });
        res.end();
      })();
    });
    const { mock } = await record(`${api.url}/api/`);
    const head = `POST ${ORG}/works/prepare?q=a%20b+c&q=%2f HTTP/1.1\r\nHost: x\r\nConnection: close, X-Mine\r\nX-Mine: 1\r\nPrefer: code=503`;
    await raw(mock.port, [`${head}\r\nTE: trailers\r\nContent-Length: 9\r\n\r\n{"a": 1 }`]);
    expect(seen[0]).to.include({ url: `/api${ORG}/works/prepare?q=a%20b+c&q=%2f`, body: '{"a": 1 }' });
    expect(seen[0]?.headers).to.include({ prefer: 'code=503', 'content-length': '9', host: new URL(api.url).host });
    expect(seen[0]?.headers).to.not.have.any.keys('x-mine', 'te', 'accept-encoding');
    await api.close();
  });

  it('can be led to no other server', async () => {
    const { mock } = await record('http://127.0.0.1:9/base');
    for (const target of ['//127.0.0.1:1/x', 'http://127.0.0.1:1/x', '/\\127.0.0.1:1/x', '/@127.0.0.1:1/x', '*']) {
      const text = await raw(mock.port, [`OPTIONS ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`]);
      expect(text).to.match(/^HTTP\/1\.1 (?:501|400) /);
      expect(text).to.not.contain('127.0.0.1:1 ');
    }
  });

  it('answers in its own name when the deployment does not, and records nothing then', async () => {
    const gone = await deployment((_req, res) => res.destroy());
    const { mock, text } = await record(gone.url);
    const answer = await send(mock, 'GET', '/v1/transactions/unknown');
    expect([answer.status, answer.at('/type')]).to.deep.equal([501, 'failpath:deployment-unavailable']);
    expect(answer.headers.get('x-failpath-origin')).to.equal('mock');
    await gone.close();
    expect((await send(mock, 'GET', '/v1/transactions/unknown')).status).to.equal(501);
    expect(rulesIn(await text())).to.deep.equal([]);
    expect(mock.recording?.summary).to.deep.include({ requests: 0, unanswered: 2, elsewhere: [] });
  });

  it('keeps its admin routes to itself', async () => {
    const seen: string[] = [];
    const api = await deployment((req, res) => {
      seen.push(req.url ?? '');
      res.end();
    });
    const { mock } = await record(api.url);
    expect((await send(mock, 'GET', '/__admin/health')).status).to.equal(200);
    expect(seen).to.deep.equal([]);
    await api.close();
  });

  it('refuses to be steered, since nothing of it would have an effect', async () => {
    const api = await running.start();
    const { mock } = await record(api.url);
    const rule = { on: 'getTransaction', fails: 503 };
    const stub = { request: { url: '/v1/x' }, response: { status: 200 } };
    for (const [method, path, input] of [
      ['POST', '/rules', rule],
      ['DELETE', '/rules', undefined],
      ['POST', '/mappings', stub],
      ['PUT', '/settings', { fixedDelay: 5 }],
      ['PUT', '/faults', { shed: true }],
      ['PUT', `/organizations/${WORLD.organizations.active}`, { credits: 0 }],
      ['PUT', '/clock', { frozen: true }],
      ['POST', '/scenarios/reset', undefined],
    ] as const) {
      const { status, at } = await send(mock, method, `/__admin${path}`, input === undefined ? {} : json(input));
      expect([status, at('/type')], path).to.deep.equal([409, 'failpath:admin-recording']);
      expect(at('/remedy')).to.match(/without --record/);
      expect(at('/errors/0/title')).to.match(/this mock records/i);
    }
    expect((await send(mock, 'GET', '/__admin/rules')).at('/meta/total')).to.equal(0);
    for (const path of ['/requests/find', '/mappings/find-by-metadata', '/requests/reset', '/reset'])
      expect((await send(mock, 'POST', `/__admin${path}`, json({}))).status, path).to.not.equal(409);
    const explained = await send(mock, 'POST', '/__admin/explain', json({ url: '/v1/transactions/unknown' }));
    expect([explained.at('/answeredBy'), explained.at('/operation')]).to.deep.equal(['deployment', 'getTransaction']);
    const described = await send(mock, 'GET', '/__admin/openapi.json');
    expect(described.at('/paths/~1__admin~1settings/put/responses/409')).to.be.an('object');

    expect(() => mock.on('getTransaction').fails('common.service_unavailable')).to.throw(InputError, /^usage [^]*records/);
    const script = newFile();
    writeFileSync(script, 'rules: [{ on: getTransaction, answers: 503 }]\n');
    const started = await running.start({ record: { from: api.url, to: newFile() }, script }).catch((error: unknown) => error);
    expect(started).to.be.instanceOf(InputError);
    expect((started as InputError).message).to.match(/^usage [^]*records/);
  });

  it('says what is wrong with each answer of a deployment that lies', async () => {
    const expected: Readonly<Record<string, RegExp>> = {
      'registration.title_required: wrong status': /^undeclared-code: .*declared with 422|^undeclared-status: .*declared with 422/,
      'undeclared code': /^undeclared-code: .*api_key\.scope_missing/,
      'flattened envelope': /^outside-envelope: .*\/error\/code is absent/,
      'missing request_id': /^outside-envelope: .*request_id/,
      'api_key.scope_denied without details.required': /^invalid-details: .*\/error\/details\/required/,
      'HTML body': /^outside-envelope: .*text\/html/,
      'text/plain': /^outside-envelope: .*text\/plain/,
      'api_key.scope_denied: 200 with an error body': /^invalid-body: initWork 200/,
      'server error': /^undeclared-status: initWork declares no status 500/,
    };
    const api = await running.start();
    for (const [name, violation] of Object.entries(expected)) {
      const proxy = await startProxy(api.url, mutantNamed(name).proxy?.());
      const told: string[] = [];
      const to = newFile();
      const mock = await running.start({
        record: { from: proxy.url, to, onViolation: ({ kind, sentence }) => void told.push(`${kind}: ${sentence}`) },
      });
      await send(mock, 'POST', `${ORG}/works/init`, json({ ...WORK, title: ' ' }, KEY));
      await fetch(`${mock.url}${ORG}/works/init`, { method: 'POST', ...json(WORK, bearer(WORLD.tokens.readOnly)) });
      await mock.close();
      expect(told, name).to.have.length(1);
      expect(told[0], name).to.match(violation);
      expect(readFileSync(to, 'utf8'), name).to.contain('# Not as the contract says: ');
      await proxy.close();
    }
  });

  it('lets answers through that are too long to be judged', async () => {
    const size = 20 * 1_048_576;
    const api = await deployment(
      (_req, res) => void res.writeHead(200, { 'content-type': 'application/json' }).end(Buffer.alloc(size, 'x')),
    );
    const { mock, text } = await record(api.url);
    const answer = await fetch(`${mock.url}/v1/transactions/unknown`);
    expect((await answer.arrayBuffer()).byteLength).to.equal(size);
    expect(mock.recording?.summary).to.deep.include({ requests: 1, unjudged: 1, violations: [] });
    expect(await text()).to.match(/# Not as the contract says: getTransaction 200 was not judged: .* longer than 8388608 bytes/);
    await api.close();
  });

  it('answers before an upload is over, if the deployment does', async () => {
    const api = await deployment((_req, res) => res.writeHead(413, { connection: 'close' }).end());
    const { mock } = await record(api.url);
    const text = await raw(mock.port, ['PUT /uploads/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nbegin'], (seen) =>
      seen.includes('\r\n\r\n'),
    );
    expect(text).to.match(/^HTTP\/1\.1 413 /);
    await api.close();
  });

  it('breaks off what the deployment breaks off', async () => {
    const api = await deployment((_req, res) => {
      res.writeHead(200, { 'content-length': '100', 'content-type': 'text/plain' });
      res.write('half', () => res.destroy());
    });
    const { mock } = await record(api.url);
    const broken = await fetch(`${mock.url}/elsewhere`)
      .then((answer) => answer.text())
      .then(
        () => 'whole',
        () => 'broken off',
      );
    expect(broken).to.equal('broken off');
    expect((await send(mock, 'GET', '/v1/transactions/unknown')).status).to.equal(501);
    await api.close();
  });

  it('never replaces a file without being told to, and leaves none behind when it cannot start', async () => {
    const api = await running.start();
    const to = newFile();
    writeFileSync(to, 'rules: [] # mine\n');
    const refused = await running.start({ record: { from: api.url, to } }).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(InputError);
    expect((refused as InputError).message).to.match(/^output-unwritable .*exists[^]*--overwrite/);
    expect(readFileSync(to, 'utf8')).to.contain('mine');
    const mock = await running.start({ record: { from: api.url, to, overwrite: true } });
    await mock.close();
    expect(readFileSync(to, 'utf8')).to.match(/^# Recorded by failpath[^]*rules: \[\]\n$/);

    const link = newFile();
    symlinkSync(to, link);
    for (const special of [link, '/dev/null', dirname(link)]) {
      const kept = await running.start({ record: { from: api.url, to: special, overwrite: true } }).catch((error: unknown) => error);
      expect(kept).to.be.instanceOf(InputError);
      expect((kept as InputError).message).to.match(/^output-unwritable .* is no regular file/);
    }
    expect(lstatSync(link).isSymbolicLink()).to.equal(true);

    const other = newFile();
    const taken = await running.start({ port: api.port, record: { from: api.url, to: other } }).catch((error: unknown) => error);
    expect(taken).to.be.instanceOf(InputError);
    expect(readdirSync(dirname(other))).to.deep.equal([]);
  });

  for (const from of ['staging.example.com', 'ftp://x', 'https://me:pass-word-of-mine@x', 'https://x/?a=1']) {
    it(`cannot record ${from}`, async () => {
      const refused = await running.start({ record: { from, to: newFile() } }).catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(InputError);
      expect((refused as InputError).message)
        .to.match(/^usage /)
        .and.not.contain('pass-word-of-mine');
    });
  }
});
