import { expect } from 'chai';
import type { Contract, Failure } from '../../spec/index.js';
import type { Mock, SandboxFactory } from '../../mocks/index.js';
import { atsContract, contractFrom, json, mocks, pathOf, send } from './support.js';

const INIT = '/v1/organizations/o/works/init';
const KEYS = '/v1/organizations/o/api-keys';
const CREATOR = {
  full_name: 'Ada Brandt',
  email: 'ada@example.org',
  roles: { author: true, composer: false, arranger: false, adapter: false },
};
const WORK = { network: 'testnet', title: 'Harbour', filename: 'a.wav', creators: [CREATOR] };

describe('mock: engine', () => {
  const started = mocks();
  let contract: Contract;
  let mock: Mock<undefined>;
  let sandboxed: Mock;
  before(async () => {
    contract = await atsContract();
    mock = await started.start<undefined>({ sandbox: false });
    sandboxed = await started.start();
  });
  after(() => started.closeAll());

  const forced = (target: { readonly url: string }, failure: Failure, prefer: string): ReturnType<typeof send> =>
    send(target, failure.operation.method, pathOf(failure.operation), { headers: { prefer } });

  it('answers every declared failure on demand, each valid, with and without the sandbox', async () => {
    expect(contract.failures.length).to.be.greaterThan(100);
    for (const target of [mock, sandboxed]) {
      for (const failure of contract.failures) {
        const seen = await forced(target, failure, `error=${failure.code}`);
        expect([seen.status, seen.at('/error/code')], failure.key).to.deep.equal([failure.status, failure.code]);
        expect(failure.validate(seen.body), failure.key).to.deep.equal([]);
        expect(seen.headers.get('content-type')).to.equal('application/json');
        expect(seen.headers.get('x-request-id')).to.equal(seen.at('/error/request_id'));
        expect(seen.headers.get('preference-applied')).to.equal(`error=${failure.code}`);
        for (const { name, required } of failure.answer.headers)
          if (required) expect(seen.headers.get(name), failure.key).to.match(/^\d+$/);
      }
    }
  });

  it('answers every named example verbatim, except for the request id', async () => {
    for (const failure of contract.failures) {
      for (const example of failure.examples) {
        const seen = await forced(sandboxed, failure, `code=${failure.status}, example=${example.name}`);
        const expected = structuredClone(example.value) as { error: { request_id: string } };
        expected.error.request_id = String(seen.at('/error/request_id'));
        expect([seen.status, seen.body], failure.key).to.deep.equal([failure.status, expected]);
      }
    }
  });

  it('gives each answer a request id of its own: in body, header and journal', async () => {
    const own = await started.start<undefined>({ sandbox: false });
    const ids: unknown[] = [];
    for (let count = 0; count < 50; count++) ids.push((await send(own, 'GET', '/v1/transactions/x?__code=404')).at('/error/request_id'));
    expect(new Set(ids).size).to.equal(50);
    expect(ids.every((id) => /^req_[0-9a-f]{32}$/.test(String(id)))).to.equal(true);
    expect(own.journal.entries().map(({ requestId }) => requestId)).to.deep.equal(ids);
  });

  it('tells a log what was answered and why', async () => {
    const log: unknown[] = [];
    const own = await started.start<undefined>({
      sandbox: false,
      onRequest: ({ status, answeredBy, why, code, operation }) => log.push([status, answeredBy, code, operation, why]),
    });
    await send(own, 'POST', INIT, { headers: { prefer: 'error=api_key.revoked' } });
    await send(own, 'POST', INIT, json({ ...WORK, title: ' ' }));
    await send(own, 'POST', INIT, json(WORK));
    await send(own, 'GET', INIT);
    expect(log).to.deep.equal([
      [401, 'choice', 'api_key.revoked', 'initWork', 'Prefer: error=api_key.revoked'],
      [422, 'validation', 'registration.title_required', 'initWork', 'the body at /title must match pattern "\\S"'],
      [200, 'example', undefined, 'initWork', 'the first example for a good request'],
      [404, 'routing', 'common.not_found', undefined, 'no operation answers GET /v1/organizations/o/works/init, only POST'],
    ]);
  });

  it('survives a log that fails', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    const own = await started.start<undefined>({
      sandbox: false,
      onRequest: () => {
        throw new Error('full disk');
      },
    });
    expect((await send(own, 'GET', '/v1/transactions/x?__code=404')).status).to.equal(404);
    expect((await warned).message).to.equal('full disk');
  });

  describe('validation', () => {
    const refused = async (path: string, init: RequestInit): Promise<unknown[]> => {
      const seen = await send(mock, 'POST', path, init);
      return [seen.status, seen.at('/error/code')];
    };

    it('a body that is no JSON is malformed', async () => {
      const bodies: readonly (string | Uint8Array)[] = ['{', '', 'null,', '{"a":1}}', "{'a':1}", 'NaN', Buffer.from([0x22, 0xff, 0x22])];
      for (const body of bodies) {
        expect(await refused(INIT, { headers: { 'content-type': 'application/json' }, body }), String(body)).to.deep.equal([
          400,
          'common.bad_request',
        ]);
      }
      const seen = await send(mock, 'POST', INIT, json('{"title":'));
      expect(seen.at('/error/message')).to.equal('The body is not valid JSON.');
    });

    it('so is one that is not declared as JSON, or not UTF-8', async () => {
      for (const type of [
        'text/plain',
        'application/xml',
        'application/jsonp',
        'multipart/form-data',
        'application/json; charset=latin1',
      ]) {
        expect(await refused(INIT, { headers: { 'content-type': type }, body: JSON.stringify(WORK) }), type).to.deep.equal([
          400,
          'common.bad_request',
        ]);
      }
      for (const type of [
        'application/json',
        'Application/JSON; charset=UTF-8',
        'application/json;charset="utf-8"',
        'application/vnd.api+json',
      ]) {
        expect((await send(mock, 'POST', INIT, { headers: { 'content-type': type }, body: JSON.stringify(WORK) })).status, type).to.equal(
          200,
        );
      }
    });

    it('so is one that is too long or nested too deeply', async () => {
      expect(await refused(INIT, json({ ...WORK, title: 'a'.repeat(1_100_000) }))).to.deep.equal([400, 'common.bad_request']);
      expect(await refused(INIT, json('['.repeat(500_000)))).to.deep.equal([400, 'common.bad_request']);
      expect(await refused(INIT, json(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`))).to.deep.equal([400, 'common.bad_request']);
      expect((await send(mock, 'POST', INIT, json({ ...WORK, title: '[{"'.repeat(1_000) }))).status).to.equal(200);
    });

    it('wrong members come with their pointers, all of them, ahead of every specific code', async () => {
      const seen = await send(mock, 'POST', INIT, json({ title: '', filename: 7, creators: [{ ...CREATOR, roles: {} }, 5] }));
      expect([seen.status, seen.at('/error/code')]).to.deep.equal([422, 'common.validation_failed']);
      const fields = seen.at('/error/details/fields') as { pointer: string; message: string }[];
      expect(fields.map(({ pointer }) => pointer).sort()).to.deep.equal([
        '/creators/0/roles/adapter',
        '/creators/0/roles/arranger',
        '/creators/0/roles/author',
        '/creators/0/roles/composer',
        '/creators/1',
        '/filename',
        '/network',
      ]);
      expect(fields.find(({ pointer }) => pointer === '/network')?.message).to.equal('is required');
      for (const body of ['[]', '"text"', 'null', '1'])
        expect(await refused(INIT, json(body))).to.deep.equal([422, 'common.validation_failed']);
    });

    it('of the specific codes, the first in the order of refusal wins', async () => {
      expect(await refused(INIT, json({ ...WORK, creators: [], filename: '', title: ' ' }))).to.deep.equal([
        422,
        'registration.title_required',
      ]);
      expect(await refused(INIT, json({ ...WORK, creators: [], filename: '' }))).to.deep.equal([422, 'registration.filename_required']);
      expect(await refused(INIT, json({ ...WORK, creators: [] }))).to.deep.equal([422, 'registration.creators_required']);
    });

    it('says the offending value and the reason where the contract has room for them', async () => {
      const scope = await send(mock, 'POST', KEYS, json({ name: 'k', scopes: ['works:read', 'works:fly'] }));
      expect([scope.at('/error/code'), scope.at('/error/details')]).to.deep.equal(['api_key.unknown_scope', { value: 'works:fly' }]);
      expect(scope.at('/error/message')).to.match(/^\/scopes\/1 must be one of/);
      const url = await send(mock, 'POST', KEYS, json({ name: 'k', scopes: ['works:read'], webhook_url: 'ftp://example.org' }));
      expect(url.at('/error/code')).to.equal('api_key.webhook_url_invalid');
      expect(url.at('/error/details/reason')).to.match(/pattern/);
    });

    it('a forced failure is filled from the request where the request gives a reason', async () => {
      const prefer = { prefer: 'error=common.validation_failed' };
      const real = await send(mock, 'POST', INIT, json({ ...WORK, network: 'mars' }, prefer));
      expect(real.at('/error/details/fields')).to.deep.equal([{ pointer: '/network', message: 'must be one of "testnet", "mainnet"' }]);
      const none = await send(mock, 'POST', INIT, json(WORK, prefer));
      expect(none.at('/error/details/fields')).to.deep.equal([{ pointer: '/network', message: 'is required' }]);
      const scope = await send(mock, 'POST', KEYS, json({ name: '', scopes: ['fly'] }, { prefer: 'error=api_key.unknown_scope' }));
      expect(scope.at('/error/details')).to.deep.equal({ value: 'fly' });
    });

    it('header parameters come first; path parameters are not validated', async () => {
      const key = async (value: string): Promise<unknown[]> => refused(INIT, { headers: { 'idempotency-key': value }, body: '{' });
      expect(await key('a'.repeat(256))).to.deep.equal([400, 'common.bad_request']);
      const seen = await send(mock, 'POST', INIT, { headers: { 'idempotency-key': '' }, body: '{' });
      expect(seen.at('/error/message')).to.match(/Idempotency-Key must NOT have fewer than 1 characters/);
      expect((await send(mock, 'POST', INIT, json(WORK, { 'idempotency-key': 'a'.repeat(255) }))).status).to.equal(200);
      expect((await send(mock, 'GET', '/v1/transactions/%00%F0%9F%98%80')).status).to.equal(200);
    });

    it('strange members do no harm', async () => {
      const bodies = [
        '{"__proto__":{"title":1}}',
        '{"constructor":1,"toString":2}',
        '{"title":"a","title":5}',
        '{"":{"":[]}}',
        '{"__proto__":null,"network":"__proto__"}',
      ];
      for (const body of bodies) expect(await refused(INIT, json(body)), body).to.deep.equal([422, 'common.validation_failed']);
      const { title: _, ...rest } = WORK;
      expect(await refused(INIT, json(`{"__proto__":{"title":"inherited"},${JSON.stringify(rest).slice(1)}`))).to.deep.equal([
        422,
        'common.validation_failed',
      ]);
      const many = await send(mock, 'POST', INIT, json({ ...WORK, creators: Array.from({ length: 20_000 }, () => 0) }));
      expect(many.at('/error/details/fields')).to.have.length(100);
    });
  });

  describe('routing', () => {
    it('what is no operation is not found, by the mock', async () => {
      const asks = [
        ['GET', '/'],
        ['GET', '/nix'],
        ['PUT', INIT],
        ['PATCH', '/v1/transactions/x'],
        ['OPTIONS', '/nix'],
        ['GET', '/v1//transactions/x'],
        ['GET', '/%'],
        ['GET', '/%C0%80'],
        ['POST', `/v1/${'a'.repeat(9_000)}`],
      ] as const;
      for (const [method, path] of asks) {
        const seen = await send(mock, method, path, { headers: { prefer: 'code=200' } });
        expect([seen.status, seen.at('/error/code'), seen.at('/error/details')], `${method} ${path}`).to.deep.equal([
          404,
          'common.not_found',
          { resource: 'route' },
        ]);
        expect(seen.headers.get('x-failpath-origin')).to.equal('mock');
        expect(seen.headers.get('x-request-id')).to.equal(seen.at('/error/request_id'));
      }
    });
  });

  describe('the sandbox', () => {
    const faulty = (answer: ReturnType<SandboxFactory>['answer']): Promise<Mock<undefined>> =>
      started.start<undefined>({
        sandbox: () => ({
          answer,
          particulars: () => ({}),
          identities: [],
          knows: () => false,
          identity: () => 'unknown',
          elsewhere: () => undefined,
          remembers: () => [],
          admin: [],
          world: {},
          reset: () => undefined,
        }),
      });

    it('answers ahead of validation, and calls for it when it wants to', async () => {
      const own = await faulty((call) => {
        if (call.headers['authorization'] === undefined) return { refused: { code: 'common.unauthorized', why: 'no credential' } };
        const refusal = call.refusal();
        return refusal === undefined
          ? { succeeded: { status: 200, body: { job_id: call.params['organization_id'] }, why: 'all is well' } }
          : { refused: refusal };
      });
      expect((await send(own, 'POST', INIT, json('{'))).at('/error/code')).to.equal('common.unauthorized');
      expect((await send(own, 'POST', INIT, json('{', { authorization: 'x' }))).at('/error/code')).to.equal('common.bad_request');
      expect(own.journal.entries().map(({ answeredBy, why }) => [answeredBy, why])).to.deep.equal([
        ['sandbox', 'no credential'],
        ['validation', 'The body is not valid JSON.'],
      ]);
      const seen = await send(own, 'POST', INIT, json(WORK, { authorization: 'x' }));
      expect([seen.status, seen.at('/type'), seen.at('/violations/0/pointer')]).to.deep.equal([
        501,
        'failpath:invalid-answer',
        '/upload_url',
      ]);
    });

    it('does not get an answer out that the contract does not declare', async () => {
      const wrong: readonly ReturnType<ReturnType<SandboxFactory>['answer'] & object>[] | readonly unknown[] = [
        { refused: { code: 'transaction.not_found', why: 'lie' } },
        { refused: { code: 'api_key.scope_denied', details: { required: 5 }, why: 'lie' } },
        { succeeded: { status: 201, body: {}, why: 'lie' } },
        { succeeded: { status: 401, body: {}, why: 'lie' } },
        { succeeded: { status: 200, why: 'lie' } },
      ];
      for (const outcome of wrong) {
        const own = await faulty(() => outcome as ReturnType<ReturnType<SandboxFactory>['answer'] & object>);
        const seen = await send(own, 'POST', INIT, json(WORK));
        expect([seen.status, seen.at('/type')], JSON.stringify(outcome)).to.deep.equal([501, 'failpath:invalid-answer']);
        expect(own.journal.entries(1)[0]?.code).to.equal('failpath:invalid-answer');
      }
    });

    it('may crash without taking the mock along', async () => {
      const own = await faulty(() => {
        throw new TypeError('oops');
      });
      const seen = await send(own, 'POST', INIT, json(WORK));
      expect([seen.status, seen.at('/type'), seen.at('/detail')]).to.deep.equal([
        500,
        'failpath:internal-error',
        'The mock could not answer: TypeError: oops. Please report it with this request.',
      ]);
      expect(seen.text).to.not.match(/at .*:\d+/);
    });
  });

  describe('another contract', () => {
    const other = `
openapi: 3.1.0
info: {title: Other, version: '1'}
x-failpath:
  envelope: {code: /type, message: /title, details: /context, requestId: /trace}
  refusals: {unknownRoute: gone, malformedBody: bad, invalidBody: bad}
paths:
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getThing
      parameters:
        - {name: page, in: query, required: true, schema: {type: integer, minimum: 1}}
        - {name: tags, in: query, schema: {type: array, maxItems: 2, items: {type: string}}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {type: object, required: [id, kind], properties: {id: {type: integer, minimum: 3}, kind: {enum: [a, b]}, next: {$ref: '#/components/schemas/Node'}}}}}}
        '400': {description: bad, headers: {X-Wait: {required: true, schema: {type: integer, minimum: 9}}}, content: {application/problem+json: {schema: {$ref: '#/components/schemas/Bad'}}}}
        '410': {description: gone, content: {application/problem+json: {schema: {$ref: '#/components/schemas/Gone'}}}}
    delete:
      operationId: deleteThing
      responses:
        '410': {description: gone, content: {application/problem+json: {schema: {$ref: '#/components/schemas/Gone'}}}}
components:
  schemas:
    Node: {type: object, required: [name], properties: {name: {type: string}, children: {type: array, items: {$ref: '#/components/schemas/Node'}}}}
    Problem: {type: object, required: [type, title, trace], properties: {type: {type: string}, title: {type: string, minLength: 1}, trace: {type: string, format: uuid}}}
    Bad: {allOf: [{$ref: '#/components/schemas/Problem'}], title: Bad request, properties: {type: {const: bad}, context: {type: object, required: [since], properties: {since: {type: string, format: date}}}}, required: [context]}
    Gone: {allOf: [{$ref: '#/components/schemas/Problem'}], title: Gone, properties: {type: {const: gone}}}
`;
    it('is served by its own envelope, with samples where it has no examples', async () => {
      const own = await started.start<undefined>({ contract: await contractFrom(other) });
      const bad = await send(own, 'GET', '/things/1?page=0');
      expect(bad.body).to.deep.include({ type: 'bad', title: 'The query parameter page must be >= 1.', context: { since: '2026-01-01' } });
      expect(bad.at('/trace')).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-/);
      expect(bad.headers.get('x-wait')).to.equal('9');
      expect(bad.headers.get('content-type')).to.equal('application/problem+json');
      expect((await send(own, 'GET', '/things/1?page=x')).at('/title')).to.equal('The query parameter page must be integer.');
      expect((await send(own, 'GET', '/things/1')).at('/title')).to.equal('The query parameter page is required.');
      expect((await send(own, 'GET', '/things/1?page=1&tags=a,b,c')).at('/type')).to.equal('bad');
      expect((await send(own, 'GET', '/things/1?page=1&tags=a&tags=b')).body).to.deep.equal({ id: 3, kind: 'a' });
      const gone = await send(own, 'GET', '/nix');
      expect([gone.status, gone.at('/type'), gone.at('/title')]).to.deep.equal([410, 'gone', 'There is no such route.']);
      expect((await send(own, 'GET', '/things/1?__error=gone')).at('/title')).to.equal('Gone');
      const none = await send(own, 'DELETE', '/things/1');
      expect([none.status, none.at('/type')]).to.deep.equal([501, 'failpath:no-answer']);
    });

    it('without refusals of its own is spoken for by the mock', async () => {
      const bare = other.replace(/refusals:.*\n/, 'refusals: {}\n');
      const own = await started.start<undefined>({ contract: await contractFrom(bare) });
      const seen = await send(own, 'GET', '/nix');
      expect([seen.status, seen.at('/type'), seen.headers.get('x-failpath-origin')]).to.deep.equal([404, 'failpath:unknown-route', 'mock']);
      const invalid = await send(own, 'GET', '/things/1?page=0');
      expect([invalid.status, invalid.at('/type')]).to.deep.equal([400, 'failpath:invalid-request']);
      expect(invalid.at('/detail')).to.match(/^The query parameter page must be >= 1\./);
    });
  });
});
