import { expect } from 'chai';
import fc from 'fast-check';
import type { Mock } from '../../mocks/index.js';
import { readChoice, type Choice } from '../../mocks/choice.js';
import { parsePrefer } from '../../mocks/prefer.js';
import { mocks, send } from './support.js';

const TRANSACTION = '/v1/transactions/unknown';
const INIT = '/v1/organizations/o/works/init';

const read = (headers: Record<string, string | string[]>, query = ''): unknown =>
  readChoice({ headers, query: new URLSearchParams(query) });
const chosen = (headers: Record<string, string | string[]>, query = ''): Partial<Choice> => {
  const { error, code, example, dynamic, seed } = read(headers, query) as Choice;
  return JSON.parse(JSON.stringify({ error, code, example, dynamic, seed })) as Partial<Choice>;
};

describe('mock: choice', () => {
  const started = mocks();
  let mock: Mock<undefined>;
  before(async () => {
    mock = await started.start<undefined>({ sandbox: false });
  });
  after(() => started.closeAll());

  describe('Prefer (RFC 7240)', () => {
    const cases: readonly [string | string[], Partial<Choice>][] = [
      ['error=api_key.revoked', { error: 'api_key.revoked' }],
      ['code=422, example=blank', { code: 422, example: 'blank' }],
      ['respond-async, wait=10, code=404', { code: 404 }],
      ['Code=404, DYNAMIC=True', { code: 404, dynamic: true }],
      ['error="api_key.revoked"', { error: 'api_key.revoked' }],
      ['example="with, comma; and \\"quotes\\""', { example: 'with, comma; and "quotes"' }],
      ['code = 404 ; foo=bar ; baz', { code: 404 }],
      ['code=422; example=blank', { code: 422, example: 'blank' }],
      ['code=404, code=500', { code: 404 }],
      ['return=minimal; code=500, code=404', { code: 404 }],
      [['code=404', 'seed=7'], { code: 404, seed: '7' }],
      [', ,;, code=404,', { code: 404 }],
      ['dynamic=false', { dynamic: false }],
    ];
    for (const [header, expected] of cases) {
      it(`reads ${JSON.stringify(header)}`, () => expect(chosen({ prefer: header })).to.deep.equal(expected));
    }

    it('leaves foreign preferences alone', () => {
      for (const prefer of ['respond-async', 'return=representation; foo="code=404"', 'wait=1, handling=lenient', '', 'errors=x']) {
        expect(read({ prefer }), prefer).to.equal(undefined);
      }
    });

    it('never throws', () => {
      fc.assert(fc.property(fc.string(), (text) => parsePrefer(text).every(({ name }) => name !== '')));
      fc.assert(fc.property(fc.string(), fc.string(), (prefer, query) => void read({ prefer }, query)));
    });

    it('reads back what it writes, quoted or not', () => {
      const value = fc
        .string({ minLength: 1, unit: fc.constantFrom('a', ' ', ',', ';', '"', '\\', '=') })
        .filter((text) => text.trim() === text);
      fc.assert(
        fc.property(value, (text) => {
          const quoted = `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
          expect(chosen({ prefer: `wait=1, example=${quoted}, foo` })).to.deep.equal({ example: text });
        }),
      );
    });
  });

  it('merges its sources: the query wins over Prefer, Prefer over Postman', () => {
    const headers = {
      prefer: 'code=422, seed=1',
      'x-mock-response-code': '500',
      'x-mock-response-name': 'name',
      'x-mock-response-delay': '5',
    };
    expect(chosen(headers, '__code=404')).to.deep.equal({ code: 404, seed: '1', example: 'name' });
    expect((read(headers) as Choice).delay).to.equal(5);
  });

  it('answers the named example, the first of a status, and the one of an error, in every dialect', async () => {
    const asks: readonly [Record<string, string>, string][] = [
      [{ prefer: 'error=transaction.not_found' }, ''],
      [{ prefer: 'code=404' }, ''],
      [{ prefer: 'code=404, example=transaction.not_found' }, ''],
      [{ prefer: 'example=transaction.not_found' }, ''],
      [{ 'x-mock-response-code': '404' }, ''],
      [{ 'x-mock-response-name': 'transaction.not_found' }, ''],
      [{}, '?__error=transaction.not_found'],
      [{}, '?__code=404'],
      [{}, '?__example=transaction.not_found'],
      [{ prefer: 'code=503' }, '?__code=404'],
    ];
    for (const [headers, query] of asks) {
      const seen = await send(mock, 'GET', TRANSACTION + query, { headers });
      expect([seen.status, seen.at('/error/code')], JSON.stringify([headers, query])).to.deep.equal([404, 'transaction.not_found']);
      expect(seen.headers.get('preference-applied')).to.match(/=/);
    }
  });

  it('forces any declared success, and its examples by name', async () => {
    const first = await send(mock, 'GET', `${TRANSACTION}?__code=200`);
    expect([first.status, first.at('/current_step')]).to.deep.equal([200, 'submitting']);
    const failed = await send(mock, 'GET', TRANSACTION, { headers: { prefer: 'example=transactionFailed' } });
    expect([failed.status, failed.at('/current_step'), failed.headers.get('preference-applied')]).to.deep.equal([
      200,
      'failed',
      'example=transactionFailed',
    ]);
    const empty = await send(mock, 'DELETE', '/v1/organizations/o/api-keys/k', { headers: { prefer: 'code=204' } });
    expect([empty.status, empty.text, empty.headers.get('content-length')]).to.deep.equal([204, '', null]);
  });

  it('says what was honoured, and nothing else', async () => {
    const applied = async (prefer: string): Promise<string | null> =>
      (await send(mock, 'GET', TRANSACTION, { headers: { prefer } })).headers.get('preference-applied');
    expect(await applied('code=404, wait=3, example=transaction.not_found, seed=4')).to.equal('code=404, example=transaction.not_found');
    expect(await applied('dynamic=true, seed="a b"')).to.equal('dynamic=true, seed="a b"');
    expect(await applied('example=transactionFailed, dynamic=true')).to.equal('example=transactionFailed');
    expect(await applied('wait=3')).to.equal(null);
    const query = await send(mock, 'GET', `${TRANSACTION}?__dynamic=true&__seed=%0d%0aX-Evil:%20yes%E2%82%AC`);
    expect(query.headers.get('preference-applied')).to.equal('dynamic=true, seed="%0D%0AX-Evil%3A%20yes%E2%82%AC"');
  });

  it('waits as long as Postman asks, without holding up the end', async () => {
    const own = await started.start<undefined>({ sandbox: false });
    const waiting = send(own, 'GET', TRANSACTION, { headers: { 'x-mock-response-delay': '60000', 'x-mock-response-code': '404' } });
    const quick = await send(own, 'GET', TRANSACTION, { headers: { 'x-mock-response-delay': '1', prefer: 'code=503' } });
    expect(quick.status).to.equal(503);
    await own.close();
    expect((await waiting).status).to.equal(404);
  });

  describe('that the contract does not have is 501', () => {
    const asks: readonly [string, RegExp][] = [
      ['error=api_key.revokd', /does not declare api_key\.revokd.*nearest is api_key\.revoked/],
      ['error=transaction.not_found', /does not declare transaction\.not_found, only getTransaction/],
      ['error=registration.audio_empty', /only prepareWork, prepareVersion/],
      ['code=404', /declares the statuses 200, 400.*not 404/],
      ['code=201', /not 201/],
      ['code=default', /three digits/],
      ['code=4XX', /three digits/],
      ['code=4220', /three digits/],
      ['code=999', /three digits/],
      ['code=', /code has no value/],
      ['code', /code has no value/],
      ['error=', /error has no value/],
      ['error=""', /error has no value/],
      ['example=', /example has no value/],
      ['dynamic=yes', /neither true nor false/],
      ['dynamic', /dynamic has no value/],
      ['error=api_key.revoked, code=403', /with status 401, not 403/],
      ['error=api_key.revoked, example=api_key.not_found', /so there is no api_key\.not_found/],
      ['code=422, example=api_key.revoked', /the examples of 422 are .*so there is no api_key\.revoked/],
      ['code=200, example=registration.title_required', /the examples of 200 are uploadSession/],
      ['example=uploadSesion', /nearest is uploadSession/],
      ['code=200, error=api_key.revoked', /with status 401, not 200/],
      ['error=__proto__', /does not declare __proto__/],
      ['example=constructor', /no example constructor/],
      [`error=${'a'.repeat(9_000)}`, /does not declare aaa/],
    ];
    for (const [prefer, detail] of asks) {
      it(prefer.length > 60 ? `${prefer.slice(0, 60)}...` : prefer, async () => {
        const seen = await send(mock, 'POST', INIT, { headers: { prefer } });
        expect(seen.status).to.equal(501);
        expect(seen.headers.get('content-type')).to.equal('application/problem+json');
        expect(seen.headers.get('preference-applied')).to.equal(null);
        expect(seen.headers.get('x-failpath-origin')).to.equal('mock');
        expect(seen.at('/type')).to.equal('failpath:unknown-choice');
        expect(seen.at('/detail')).to.match(detail);
        expect(seen.at('/choices/error')).to.deep.include({ code: 'registration.title_required', status: 422 });
        expect(seen.at('/choices/code')).to.deep.equal([200, 400, 401, 403, 422, 503]);
        expect(seen.at('/choices/example')).to.deep.include({ name: 'uploadSession', status: 200 });
      });
    }

    it("Postman's and the query's as well", async () => {
      const postman: Record<string, string>[] = [
        { 'x-mock-response-code': 'abc' },
        { 'x-mock-response-name': 'no such' },
        { 'x-mock-response-delay': '-1' },
        { 'x-mock-response-delay': '60001' },
        { 'x-mock-response-delay': '1e3' },
      ];
      for (const headers of postman) {
        expect((await send(mock, 'POST', INIT, { headers })).status, JSON.stringify(headers)).to.equal(501);
      }
      for (const query of ['__error=x', '__code=', '__code=40', '__example=x', '__dynamic=1', '__seed=']) {
        expect((await send(mock, 'POST', `${INIT}?${query}`)).status, query).to.equal(501);
      }
    });

    it('whatever else may be wrong with the request', async () => {
      const seen = await send(mock, 'POST', INIT, { headers: { prefer: 'error=x', 'content-type': 'application/json' }, body: '{' });
      expect(seen.status).to.equal(501);
    });
  });

  it('whatever garbage is asked for, a success is never the answer by accident', async () => {
    const name = fc.constantFrom('error', 'code', 'example', 'dynamic', 'Error', 'CODE', 'wait', ' code');
    const word = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength: 12 });
    const member = fc.tuple(name, fc.constantFrom('=', ' = ', '', ';', '=="'), word).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(member, word), { maxLength: 4 }), async (members) => {
        // Without a choice, this request is refused: it has no body.
        const seen = await send(mock, 'POST', INIT, { headers: { prefer: members.join(',').trim() } });
        const honoured = seen.headers.get('preference-applied');
        if (honoured === null) expect([400, 501]).to.include(seen.status);
        else expect(honoured).to.match(/^(code=(200|4\d\d|503)|error=|example=|dynamic=)/);
        expect(seen.status).to.not.equal(500);
      }),
      { numRuns: 300 },
    );
  });
});
