import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { brotliCompressSync, brotliDecompressSync, deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import type { Mock } from '../../mocks/index.js';
import { favourite } from '../../mocks/http/encoding.js';
import { mocks } from '../mock/support.js';
import { temporaryFile } from '../support/cli.js';
import { ask, codeOf, curl, TRANSACTION, type Bytes } from './support.js';

const LONG = 'x'.repeat(5_000);

describe('surfaces: compression', () => {
  const started = mocks();
  let mock: Mock;
  before(async () => void (mock = await started.start()));
  afterEach(() => mock.reset());
  after(() => started.closeAll());

  describe('of requests', () => {
    const prepare = (body: Uint8Array | string, encoding: string): Promise<Bytes> =>
      ask(`${mock.url}/v1/organizations/${mock.world.organizations.active}/works/prepare`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${mock.world.tokens.active}`,
          'content-type': 'application/json',
          'content-encoding': encoding,
        },
        body,
      });
    const JOB = '{"job_id": "00000000-0000-4000-8000-000000000000"}';

    for (const [name, body, encoding] of [
      ['gzip', gzipSync(JOB), 'gzip'],
      ['x-gzip', gzipSync(JOB), 'X-GZIP'],
      ['deflate', deflateSync(JOB), 'deflate'],
      ['br', brotliCompressSync(JOB), 'br'],
      ['identity', JOB, 'identity'],
    ] as const) {
      it(`${name} is understood`, async () => {
        const seen = await prepare(body, encoding);
        expect([seen.status, codeOf(seen.body)]).to.deep.equal([404, 'registration.upload_session_not_found']);
      });
    }

    const bomb = gzipSync(Buffer.alloc(200_000_000, 0x20), { level: 9 });
    for (const [name, body, encoding, message] of [
      ['a zip bomb', bomb, 'gzip', 'longer than 1048576 bytes'],
      [
        'a body that decodes to nothing without end',
        Buffer.concat(Array.from({ length: 60_000 }, () => gzipSync(''))),
        'gzip',
        'longer than 1048576 bytes',
      ],
      ['what is no gzip', JOB, 'gzip', 'not gzip, which its Content-Encoding says'],
      ['a gzip that breaks off', gzipSync(JOB).subarray(0, 30), 'gzip', 'not gzip, which its Content-Encoding says'],
      ['an unknown coding', JOB, 'zstd', 'encoded as zstd; gzip, deflate and br are understood'],
      ['codings on top of each other', gzipSync(gzipSync(JOB)), 'gzip, gzip', 'encoded as gzip, gzip;'],
      ['the name of a member that every object has', JOB, 'constructor', 'encoded as constructor'],
    ] as const) {
      it(`${name} is a malformed body`, async () => {
        const seen = await prepare(body, encoding);
        expect([seen.status, codeOf(seen.body)]).to.deep.equal([400, 'common.bad_request']);
        expect(seen.body.toString()).to.include(message);
      });
    }

    it('on the admin routes as well', async () => {
      const put = (body: Uint8Array): Promise<Bytes> =>
        ask(`${mock.url}/__admin/clock`, { method: 'PUT', headers: { 'content-encoding': 'gzip' }, body });
      expect((await put(gzipSync('{"frozen": true}'))).status).to.equal(200);
      expect(mock.clock.frozen).to.equal(true);
      expect((await put(bomb)).status).to.equal(400);
      expect((await put(Buffer.from('{}'))).status).to.equal(400);
    });

    it('an upload is stored as it was sent', async () => {
      const { tokens, organizations } = mock.world;
      const api = `${mock.url}/v1/organizations/${organizations.active}/works`;
      const headers = { authorization: `Bearer ${tokens.active}`, 'content-type': 'application/json', 'content-encoding': 'gzip' };
      const roles = { author: true, composer: true, arranger: false, adapter: false };
      const work = { network: 'testnet', title: 'A', filename: 'a.wav', creators: [{ full_name: 'A', email: 'a@example.org', roles }] };
      const opened = await ask(`${api}/init`, { method: 'POST', headers, body: gzipSync(JSON.stringify(work)) });
      const { upload_url: url } = JSON.parse(opened.body.toString()) as { upload_url: string };
      const audio = gzipSync(LONG);
      const stored = await ask(url, { method: 'PUT', headers: { 'content-encoding': 'gzip' }, body: audio });
      expect([stored.status, stored.headers.etag]).to.deep.equal([200, `"${createHash('sha256').update(audio).digest('hex')}"`]);
    });

    it('curl sends and reads it', async () => {
      const { tokens, organizations } = mock.world;
      const file = temporaryFile('body.gz', '');
      writeFileSync(file, gzipSync(JOB));
      const head = [`Authorization: Bearer ${tokens.active}`, 'Content-Type: application/json', 'Content-Encoding: gzip'];
      const url = `${mock.url}/v1/organizations/${organizations.active}/works/prepare`;
      const seen = await curl('--compressed', ...head.flatMap((line) => ['-H', line]), '--data-binary', `@${file}`, url);
      expect(codeOf(seen.stdout)).to.equal('registration.upload_session_not_found');
    });
  });

  describe('of answers', () => {
    const long = (accepted: string, more: Record<string, string> = {}): Promise<Bytes> => {
      mock.onAny().responds({ status: 200, body: LONG, headers: more });
      return ask(mock.url + TRANSACTION, { headers: { 'accept-encoding': accepted } });
    };

    for (const [accepted, encoding, decode] of [
      ['gzip, deflate, br', 'gzip', gunzipSync],
      ['gzip;q=0.5, br;q=0.9', 'br', brotliDecompressSync],
      ['deflate', 'deflate', inflateSync],
      ['*', 'gzip', gunzipSync],
    ] as const) {
      it(`${accepted}: ${encoding}`, async () => {
        const seen = await long(accepted);
        expect(seen.headers).to.include({
          'content-encoding': encoding,
          vary: 'accept-encoding',
          'content-length': String(seen.body.length),
        });
        expect(seen.body.length).to.be.lessThan(500);
        expect(decode(seen.body).toString()).to.equal(LONG);
      });
    }

    for (const accepted of ['', 'identity', 'gzip;q=0', 'zstd', 'gzip;q=0.5, identity', 'gzip;q=2', 'gzip;q=x']) {
      it(`${accepted === '' ? 'nothing' : accepted}: as it is`, async () => {
        const seen = await long(accepted);
        expect(seen.headers).to.not.have.property('content-encoding');
        expect([seen.headers.vary, seen.body.toString()]).to.deep.equal(['accept-encoding', LONG]);
      });
    }

    it('not of what is short, encoded already, or not to be changed', async () => {
      const short = await ask(mock.url + TRANSACTION, { headers: { 'accept-encoding': 'gzip' } });
      expect(short.headers).to.not.have.any.keys('content-encoding', 'vary');
      for (const [more, encoding] of [
        [{ 'cache-control': 'no-transform' }, undefined],
        [{ etag: '"1"' }, undefined],
        [{ 'content-encoding': 'br' }, 'br'],
      ] as const) {
        const seen = await long('gzip', more);
        expect([seen.headers['content-encoding'], seen.body.toString()]).to.deep.equal([encoding, LONG]);
        mock.reset();
      }
    });

    it('not of what a fault spoils, and not for HEAD', async () => {
      mock.onAny().responds({ status: 200, body: LONG });
      const head = await ask(mock.url + TRANSACTION, { method: 'HEAD', headers: { 'accept-encoding': 'gzip' } });
      expect([head.headers['content-encoding'], head.headers['content-length']]).to.deep.equal([undefined, '5000']);
    });

    it('fetch and curl read it without noticing', async () => {
      mock.onAny().responds({ status: 200, body: LONG });
      expect(await (await fetch(mock.url + TRANSACTION)).text()).to.equal(LONG);
      expect((await curl('--compressed', mock.url + TRANSACTION)).stdout).to.equal(LONG);
      expect((await curl('--compressed', '-o', '/dev/null', '-w', '%{size_download}', mock.url + TRANSACTION)).stdout).to.match(
        /^\d{1,3}$/,
      );
    });

    it('prefers what is cheap, and respects weights', () => {
      const best = ['br, gzip', 'br;q=1.0, gzip;q=0.8, *;q=0.1', '*;q=0.5, gzip;q=0', ';;,q=1', 'GZIP ; Q=0.3'].map(favourite);
      expect(best).to.deep.equal(['gzip', 'br', 'br', undefined, 'gzip']);
    });
  });
});
