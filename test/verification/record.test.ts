import { expect } from 'chai';
import { createRecorder, type Observed } from '../../mocks/verification/index.js';
import type { Contract } from '../../spec/index.js';
import { atsContract } from '../mock/support.js';
import { START, testJournal, type Sketch } from './support.js';

const KEY = `afo_sk_live_${'0a'.repeat(24)}`;

describe('verification: what the journal keeps', () => {
  let contract: Contract;
  before(async () => {
    contract = await atsContract();
  });
  const record = (sketch: Sketch) => testJournal(contract).add({ operation: 'initWork', ...sketch });

  it('keeps no credential, wherever it stands', () => {
    const exchange = record({
      path: `/uploads/${'7f'.repeat(32)}`,
      query: `signature=${KEY}&tag=${KEY}&title=Song`,
      headers: {
        authorization: `Bearer ${KEY}`,
        cookie: `session=${KEY}`,
        'x-api-key': KEY,
        'x-upload-token': KEY,
        'x-note': `uses ${KEY}`,
      },
      body: { title: 'Song', token: KEY, nested: [{ client_secret: KEY }], declared: { inner: KEY } },
      secrets: ['/declared/inner'],
    });
    expect(JSON.stringify(exchange)).to.not.contain('0a0a').and.not.contain('7f7f7f7f');
    expect(exchange.headers).to.deep.equal({
      authorization: 'Bearer …',
      cookie: '…',
      'x-api-key': '…',
      'x-upload-token': '…',
      'x-note': 'uses afo_sk…',
    });
    expect(exchange.query).to.deep.equal({ signature: ['…'], tag: ['afo_sk…'], title: ['Song'] });
    expect(exchange.body).to.deep.equal({
      kind: 'json',
      value: { title: 'Song', token: '…', nested: [{ client_secret: '…' }], declared: { inner: '…' } },
    });
  });

  it('keeps what tells calls apart', () => {
    const key = 'f'.repeat(16) + '0'.repeat(40);
    const exchange = record({
      headers: { 'idempotency-key': key, traceparent: `00-${'1a'.repeat(16)}-${'2b'.repeat(8)}-01`, prefer: 'error=x' },
      query: '__seed=1',
    });
    expect(exchange).to.include({ idempotencyKey: key, traceId: '1a'.repeat(16), choice: '__seed=1, prefer: error=x', caller: 'none' });
    expect(exchange.headers['idempotency-key']).to.equal(key);
    expect(record({ headers: { traceparent: 'nonsense' } }).traceId).to.equal(undefined);
  });

  it('gives equal requests equal fingerprints, and only them', () => {
    const base = { body: { a: 1, b: [1, { c: 2, d: 3 }] }, query: 'x=1&y=2' };
    const fingerprint = (sketch: Sketch): string => record({ ...base, ...sketch }).fingerprint;
    const same: Sketch[] = [
      { body: { b: [1, { d: 3, c: 2 }], a: 1 } },
      { query: 'y=2&x=1' },
      { query: 'x=1&y=2&__code=503' },
      { headers: { authorization: 'Bearer x', 'idempotency-key': 'k', prefer: 'code=503' } },
      { status: 503, at: 9 },
    ];
    const other: Sketch[] = [
      { body: { a: 1, b: [{ c: 2, d: 3 }, 1] } },
      { body: { a: '1', b: [1, { c: 2, d: 3 }] } },
      { query: 'x=2&y=1' },
      { path: '/v1/other' },
      { method: 'PUT' },
      { body: undefined },
      { body: { a: 1, b: [1, { c: 2, d: 3 }], token: 'x' } },
      { body: { a: 1, b: [1, { c: 2, d: 3 }], token: 'y' } },
      { unread: 'The body is not valid JSON.' },
    ];
    for (const sketch of same) expect(fingerprint(sketch), JSON.stringify(sketch)).to.equal(fingerprint({}));
    expect(new Set([fingerprint({}), ...other.map(fingerprint)]).size).to.equal(other.length + 1);
  });

  it('tells callers apart without telling who they are', () => {
    const caller = (token: string): string => record({ headers: { authorization: `Bearer ${token}` } }).caller;
    expect(caller(KEY)).to.equal(caller(KEY)).and.not.equal(caller('other'));
    expect(caller(KEY)).to.match(/^[\w-]{22}$/);
  });

  it('reads Retry-After as seconds or a date by the clock of the mock', () => {
    const retryAfter = (text: string): number | undefined => record({ retryAfter: text, at: 0, took: 0 }).retryAfterMs;
    expect(retryAfter('30')).to.equal(30_000);
    expect(retryAfter(new Date(START + 5_000).toUTCString())).to.equal(5_000);
    expect(retryAfter(new Date(START - 5_000).toUTCString())).to.equal(0);
    expect([retryAfter('soon'), retryAfter('-1'), retryAfter('')]).to.deep.equal([undefined, undefined, undefined]);
  });

  it('bounds what it keeps', () => {
    const query = Array.from({ length: 5_000 }, (_, index) => `p${index}=1`).join('&');
    expect(Object.keys(record({ query }).query)).to.have.length(50);
    expect(record({ query: 'a=1&'.repeat(5_000) }).query['a']).to.have.length(50);
    expect(JSON.stringify(record({ body: { text: 'x'.repeat(500_000) } }).body).length).to.be.lessThan(1_200);
  });

  it('is made when it is first read, and holds no parsed body; one that is too heavy is cut at once', () => {
    const { keep } = createRecorder({ longestBody: 50_000 });
    const observed = (text: string): Observed => ({
      entry: { ...testJournal(contract).add({ operation: 'initWork' }) },
      request: { path: '/x', query: new URLSearchParams(), headers: {} },
      body: { kind: 'json', text, value: JSON.parse(text) as unknown },
      secrets: [],
      answerHeaders: {},
      identity: 'none',
      time: { arrived: 0, answered: 0 },
      real: { arrived: 0, answered: 0 },
      connection: { id: 1, opened: 0 },
      epoch: 0,
    });
    const song = JSON.stringify({ title: 'Song' });
    const kept = keep(observed(song));
    expect(kept()).to.equal(kept());
    expect(kept().body).to.deep.equal({ kind: 'json', value: { title: 'Song' } });
    const long = JSON.stringify({ title: 'x'.repeat(50_000) });
    expect(keep(observed(long))().body).to.deep.equal({ kind: 'cut', start: long.slice(0, 1_000), length: long.length });
    const many = JSON.stringify(Array.from({ length: 4_001 }, () => ({})));
    expect(keep(observed(many))().body).to.deep.equal({ kind: 'cut', start: many.slice(0, 1_000), length: many.length });
    const few = JSON.stringify(Array.from({ length: 1_000 }, () => ({})));
    expect(keep(observed(few))().body.kind).to.equal('json');
  });
});
