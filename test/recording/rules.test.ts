import { expect } from 'chai';
import fc from 'fast-check';
import { parse } from 'yaml';
import { createClock } from '../../mocks/index.js';
import { createRecording } from '../../mocks/recording/index.js';
import type { SeenExchange } from '../../spec/index.js';
import { createScripts, parseScript } from '../../mocks/script/index.js';
import type { Contract } from '../../spec/index.js';
import { atsContract } from '../mock/support.js';
import { envelope, exchange, rulesIn, type Spoken } from './support.js';

const ORG = '/v1/organizations/ac71fe00-0000-4000-8000-000000000001';
const REVOKED = { error: { code: 'api_key.revoked', message: 'No.', request_id: `req_${'1'.repeat(32)}` } };
const AGAIN = { error: { ...REVOKED.error, request_id: `req_${'2'.repeat(32)}` } };
const PREPARE = { method: 'POST', url: `${ORG}/works/prepare`, headers: { authorization: 'Bearer the-first-credential' } };
const DENIED = {
  error: { code: 'api_key.scope_denied', message: 'No.', details: { required: 'works:read' }, request_id: `req_${'3'.repeat(32)}` },
};

describe('the script of a recording', () => {
  let contract: Contract;
  before(async () => void (contract = await atsContract()));

  const scriptOf = (...spoken: readonly Spoken[]): string => textOf(spoken.map(exchange));
  const textOf = (exchanges: readonly SeenExchange[]): string => {
    const recording = createRecording(contract);
    for (const one of exchanges) recording.add(one);
    return recording.script('a test').text;
  };

  it('names declared failures, with what their details have of their own', () => {
    const [revoked, denied] = rulesIn(
      scriptOf({ ...PREPARE, asked: { a: 1 }, status: 401, told: REVOKED }, { ...PREPARE, asked: { a: 2 }, status: 403, told: DENIED }),
    );
    expect(revoked).to.deep.equal({
      name: 'prepareWork: api_key.revoked',
      on: 'prepareWork',
      when: { path: `${ORG}/works/prepare`, body: { equals: { a: 1 } } },
      fails: 'api_key.revoked',
    });
    expect(denied).to.deep.include({ fails: 'api_key.scope_denied', details: { required: 'works:read' } });
  });

  it('makes a sequence of different answers to one request, and leaves its repetitions at the end to the mock', () => {
    const ask = (status: number, told: object): Spoken => ({ ...PREPARE, asked: { a: 1 }, status, told });
    const text = scriptOf(ask(401, REVOKED), ask(401, AGAIN), ask(403, DENIED), ask(401, REVOKED), ask(401, AGAIN));
    expect(rulesIn(text)).to.have.length(1);
    expect(rulesIn(text)[0]?.answers).to.deep.equal([
      'api_key.revoked',
      'api_key.revoked',
      { fails: 'api_key.scope_denied', details: { required: 'works:read' } },
      'api_key.revoked',
    ]);
    expect(rulesIn(scriptOf(ask(401, REVOKED), ask(401, AGAIN)))[0]).to.include({ fails: 'api_key.revoked' });
  });

  it('tells requests apart by what one of them lacks', () => {
    const list = { method: 'GET', url: `${ORG}/api-keys`, status: 200, told: [] };
    const [whole, page] = rulesIn(scriptOf({ ...list, url: `${list.url}?page=2` }, list));
    expect(whole?.when?.query).to.deep.equal({ page: { absent: true } });
    expect(page?.when?.query).to.deep.equal({ page: '2' });
  });

  it('writes what breaks the contract as it was, and says so', () => {
    const text = scriptOf({ url: '/v1/transactions/1', status: 418, told: { tea: true } });
    expect(rulesIn(text)[0]).to.deep.include({ responds: { status: 418, json: { tea: true } } });
    expect(text).to.match(/# Not as the contract says: getTransaction declares no status 418 \(.*\)\.\n {2}- name: "getTransaction: 418"/);
  });

  it('asks for a credential to be filled in only where nothing else tells two callers apart', () => {
    const second = { ...PREPARE, headers: { authorization: 'Bearer the-second-credential' } };
    const same = scriptOf({ ...PREPARE, asked: 1, status: 401, told: REVOKED }, { ...second, asked: 1, status: 401, told: AGAIN });
    expect(rulesIn(same)).to.have.length(1);
    const text = scriptOf({ ...PREPARE, asked: 1, status: 200, told: { ok: 1 } }, { ...second, asked: 1, status: 401, told: REVOKED });
    const [anybody, named] = rulesIn(text);
    expect(anybody?.when?.headers).to.equal(undefined);
    expect(named?.when?.headers).to.deep.equal({ authorization: 'Bearer $AUTHORIZATION_2' });
    expect(text).to.contain('# It applies once Bearer $AUTHORIZATION_2 is replaced by what your client sends');
  });

  it('knows who has no credential, unless whoever saved the file took it out', () => {
    const nobody = { ...PREPARE, headers: {}, asked: 1 };
    const unauthorized = { error: { code: 'common.unauthorized', message: 'No.', request_id: `req_${'1'.repeat(32)}` } };
    expect(rulesIn(scriptOf({ ...nobody, status: 401, told: unauthorized }))[0]?.when?.headers).to.deep.equal({
      authorization: { absent: true },
    });
    expect(rulesIn(scriptOf({ ...nobody, status: 403, told: DENIED }))[0]?.when?.headers).to.equal(undefined);
  });

  it('holds no credential, wherever it was seen', () => {
    const canaries = {
      bearer: 'canary-bearer-0123456789',
      minted: `afo_sk_live_${'c4'.repeat(24)}`,
      webhook: 'Y2FuYXJ5LXdlYmhvb2stc2VjcmV0',
      signature: 'canary-signature-1',
      query: 'canary-query-key',
      cookie: 'canary-session-cookie',
      password: 'canary-password',
      basic: Buffer.from('me:canary-basic-pass').toString('base64'),
      jwt: `eyJhbGciOiJIUzI1NiJ9.${Buffer.from('{"sub":"canary"}').toString('base64url')}.c2lnbmF0dXJl`,
      location: 'canary-in-location',
    };
    const created = { id: 'k', token: canaries.minted, webhook_secret_base64: canaries.webhook };
    const text = scriptOf(
      // Echoed before anybody could know that it is one.
      { url: `/v1/transactions/${canaries.minted}`, status: 404, told: { note: canaries.minted, [canaries.minted]: 1 } },
      {
        ...PREPARE,
        headers: { authorization: `Bearer ${canaries.bearer}`, cookie: `sid=${canaries.cookie}` },
        asked: { password: canaries.password, job_id: 'x', echo: `<${canaries.bearer}>` },
        status: 418,
        told: { said: `you are ${canaries.bearer} with ${canaries.cookie}`, jwt: canaries.jwt },
      },
      { ...PREPARE, headers: { authorization: `Basic ${canaries.basic}` }, asked: 1, status: 418, told: { pass: 'canary-basic-pass' } },
      {
        method: 'POST',
        url: `${ORG}/api-keys`,
        status: 201,
        told: created,
        answerHeaders: { location: `/keys?token=${canaries.location}`, 'set-cookie': `sid=${canaries.cookie}` },
      },
      {
        method: 'POST',
        url: `${ORG}/works/init?api_key=${canaries.query}`,
        asked: {},
        status: 200,
        told: { job_id: 'j', upload_url: `https://storage.example/up/7f?signature=${canaries.signature}`, upload_expires_at: 'now' },
      },
      {
        url: `/v1/transactions/${encodeURIComponent(canaries.signature)}?x=${canaries.query}`,
        status: 404,
        told: envelope(`odd ${canaries.query}`),
      },
    );
    for (const [name, value] of Object.entries(canaries)) expect(text.includes(value), name).to.equal(false);
    expect(text.toLowerCase()).to.not.contain('canary');
    expect(text).to.match(/stands? for (a )?credentials?: a client that uses/);
    expect(() => parseScript(parse(text), { name: 'x' }, { contract })).to.not.throw();
  });

  it('lets paging go on: a page token is no credential', () => {
    const text = scriptOf({
      url: `/v1/transactions/1?page_token=opaque-page-token`,
      status: 418,
      told: { next_page_token: 'opaque-next-token' },
    });
    expect(rulesIn(text)[0]).to.deep.include({ responds: { status: 418, json: { next_page_token: 'opaque-next-token' } } });
    expect(rulesIn(text)[0]?.when?.query).to.deep.equal({ page_token: 'opaque-page-token' });
  });

  it('stays within what a script may hold', () => {
    const long = 'x'.repeat(600_000);
    let deep: unknown = 1;
    for (let level = 0; level < 150; level++) deep = [deep];
    const text = scriptOf(
      { ...PREPARE, asked: { long }, status: 418, told: { long } },
      { ...PREPARE, asked: { deep }, status: 418, told: { deep } },
    );
    const scripts = createScripts({ contract, clock: createClock() });
    scripts.replace('x', parseScript(parse(text), { name: 'x' }, { contract }));
    expect(scripts.rules).to.have.length(1);
    expect(text).to.contain('# Its body is not in this file: it has 600011 characters');
  });

  it('answers any list of exchanges as they were', () => {
    const operations = contract.operations;
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '<<',
        '__proto__',
        'null',
        '012',
        '- a',
        '# x',
        '&a',
        '*a',
        '!!js',
        "it's",
        '"',
        'a: b',
        '\ud800',
        '\u2028',
        '$1',
        '~',
        'yes',
      ),
    );
    const value = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        text,
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(text, tie('value'), { maxKeys: 3 }),
      ),
    })).value;
    const failure = fc.constantFrom(...contract.failures);
    const spoken = fc
      .record({
        index: fc.nat(operations.length - 1),
        id: fc.constantFrom('1', '2', 'a%20b', '.*'),
        query: fc.dictionary(fc.constantFrom('a', 'b', 'kind', '<<'), text, { maxKeys: 2 }),
        asked: fc.oneof(fc.constant(undefined), value),
        status: fc.integer({ min: 200, max: 599 }),
        told: fc.oneof(fc.constant(undefined), value),
        failed: fc.option(failure, { nil: undefined }),
        token: fc.constantFrom('', 'credential-number-one', 'credential-number-two'),
      })
      .map(({ index, id, query, asked, status, told, failed, token }): SeenExchange => {
        const operation = failed?.operation ?? operations[index] ?? expect.fail();
        const path = operation.path.replaceAll(/\{[^}]+\}/g, id);
        return exchange({
          method: operation.method,
          url: `${path}?${String(new URLSearchParams(query))}`,
          headers: token === '' ? {} : { authorization: `Bearer ${token}` },
          // The mock looks at no other bodies, and so cannot tell requests apart by them.
          asked: operation.body?.json === undefined ? undefined : (JSON.parse(JSON.stringify(asked ?? null)) as unknown),
          status: failed?.status ?? status,
          told: failed?.examples[0]?.value ?? told,
        });
      });
    fc.assert(
      fc.property(fc.array(spoken, { maxLength: 8 }), (exchanges) => {
        const rules = parseScript(parse(textOf(exchanges)), { name: 'x' }, { contract });
        const scripts = createScripts({ contract, clock: createClock() });
        scripts.replace('x', rules);
        const seen = new Set<string>();
        for (const { request, answer } of exchanges) {
          const { headers, ...rest } = request;
          const key = JSON.stringify([rest, String(request.query)]);
          if (seen.has(key)) continue;
          seen.add(key);
          const others = exchanges.filter(
            (one) =>
              JSON.stringify([{ ...one.request, headers: undefined }, String(one.request.query)]) ===
              JSON.stringify([{ ...rest, headers: undefined }, String(request.query)]),
          );
          if (others.some((one) => one.request.headers['authorization'] !== headers['authorization'])) continue;
          const decision = scripts.decide({
            ...request,
            operation: contract.route(request.method, request.path)?.operation,
            body: request.body.kind === 'json' ? request.body.value : undefined,
            identity: 'unknown',
          });
          const given = decision?.answer ?? expect.fail(`nothing answers ${key}`);
          if ('fails' in given) expect(contract.failures.find(({ code }) => code === given.fails)?.status).to.equal(answer.status);
          else if ('responds' in given) expect(given.responds.status).to.equal(answer.status);
          else expect.fail(JSON.stringify(given));
        }
      }),
      { numRuns: process.env['FAILPATH_LONG'] === '1' ? 20_000 : 300 },
    );
  });
});
