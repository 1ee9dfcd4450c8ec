import { expect } from 'chai';
import fc from 'fast-check';
import { jsonPointer, type Contract } from '../../spec/index.js';
import type { AtsWorld, Mock } from '../../mocks/index.js';
import { loadSources } from '../../mocks/dynamic.js';
import { compilePattern } from '../../mocks/pattern.js';
import { PLAIN, sample } from '../../mocks/sample.js';
import { createAjv } from '../../spec/schemas.js';
import { atsContract, contractFrom, json, mocks, pathOf, send } from './support.js';

describe('mock: dynamic answers', () => {
  const started = mocks();
  let contract: Contract;
  let mock: Mock<undefined>;
  before(async () => {
    contract = await atsContract();
    mock = await started.start<undefined>({ sandbox: false });
  });
  after(() => started.closeAll());

  const ask = (target: { readonly url: string }, id: string, prefer: string): ReturnType<typeof send> => {
    const operation = contract.operation(id)!;
    return send(target, operation.method, pathOf(operation), { headers: { prefer } });
  };

  it('always satisfy the contract: every failure and success', async () => {
    for (const operation of contract.operations) {
      for (const answer of operation.answers) {
        for (const failure of answer.failures) {
          const seen = await ask(mock, operation.id, `error=${failure.code}, dynamic=true, seed=${answer.status}`);
          expect([seen.status, seen.at('/error/code'), failure.validate(seen.body)], failure.key).to.deep.equal([
            answer.status,
            failure.code,
            [],
          ]);
          expect(seen.at('/error/message')).to.equal(jsonPointer.get(failure.examples[0]?.value, '/error/message'));
          expect(seen.headers.get('preference-applied')).to.match(/dynamic=true, seed=/);
        }
        if (answer.status >= 400) continue;
        const seen = await ask(mock, operation.id, `code=${answer.status}, dynamic=true`);
        // What is answered over a WebSocket only is refused over HTTP.
        const status = answer.frames === undefined ? answer.status : 426;
        expect([seen.status, answer.content?.validate(seen.body) ?? []], operation.id).to.deep.equal([status, []]);
      }
    }
  });

  it('satisfy their schemas at the first attempt, for any seed', async () => {
    const make = await loadSources();
    const schemas = contract.operations.flatMap(({ answers }) =>
      answers.flatMap(({ failures, content, status }) => [
        ...failures.map(({ schema, validate }) => ({ schema, validate })),
        ...(status < 400 && content !== undefined ? [content] : []),
      ]),
    );
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...schemas), (seed, { schema, validate }) => {
        expect(validate(sample(contract.document, schema, make(seed)))).to.deep.equal([]);
      }),
      { numRuns: 500 },
    );
  });

  it('are the same for the same seed and differ for another', async () => {
    const bodies = async (target: { readonly url: string }, prefer: string): Promise<string> =>
      (await ask(target, 'listApiKeys', prefer)).text;
    expect(await bodies(mock, 'dynamic=true, seed=5')).to.equal(await bodies(mock, 'dynamic=true, seed=5'));
    expect(await bodies(mock, 'dynamic=true, seed=5')).to.not.equal(await bodies(mock, 'dynamic=true, seed=6'));
    expect(await bodies(mock, 'dynamic=true')).to.not.equal(await bodies(mock, 'dynamic=true'));
    const seeded = await started.start<undefined>({ sandbox: false, dynamic: true, seed: 5 });
    expect(await bodies(seeded, 'wait=1')).to.equal(await bodies(mock, 'dynamic=true, seed=5'));
    expect(await bodies(seeded, 'seed=6')).to.equal(await bodies(mock, 'dynamic=true, seed=6'));
  });

  it('look like what their names say', async () => {
    const seen = await ask(mock, 'initWork', 'dynamic=true, seed=1');
    expect(seen.at('/upload_url')).to.match(/^https:\/\/[\w-]+\.example\.org\//);
    const key = await ask(mock, 'createApiKey', 'dynamic=true, seed=1');
    expect(key.at('/token')).to.match(/^afo_sk_live_[0-9a-f]{48}$/);
  });

  it('give way to a named example and to dynamic=false', async () => {
    const dynamic = await started.start<undefined>({ sandbox: false, dynamic: true });
    const example = contract.operation('initWork')?.successes[0]?.content?.examples[0]?.value;
    expect((await ask(dynamic, 'initWork', 'code=200, example=uploadSession')).body).to.deep.equal(example);
    expect((await ask(dynamic, 'initWork', 'code=200, dynamic=false')).body).to.deep.equal(example);
    expect((await ask(dynamic, 'initWork', 'code=200')).body).to.not.deep.equal(example);
    const seen = await ask(dynamic, 'getTransaction', 'dynamic=false');
    expect([seen.at('/current_step'), seen.headers.get('preference-applied')]).to.deep.equal(['submitting', 'dynamic=false']);
  });

  it('tell the truth where the request or the sandbox knows it', async () => {
    const sandboxed = await started.start<AtsWorld>({ dynamic: true });
    const path = `/v1/organizations/${sandboxed.world.organizations.active}`;
    const fields = await send(sandboxed, 'POST', `${path}/works/init`, json({ network: 5 }, { prefer: 'error=common.validation_failed' }));
    expect((fields.at('/error/details/fields') as { pointer: string }[]).map(({ pointer }) => pointer)).to.include.members([
      '/network',
      '/title',
    ]);
    const scope = await send(sandboxed, 'POST', `${path}/works/init`, { headers: { prefer: 'error=api_key.scope_denied' } });
    expect(scope.at('/error/details/required')).to.equal('works:register');
    const refused = await send(sandboxed, 'GET', '/v1/transactions/x');
    expect([refused.status, refused.at('/error/message')]).to.deep.equal([404, 'There is no such transaction.']);
  });

  it('fall back to the example where no chance can meet the schema', async () => {
    const own = await started.start<undefined>({
      contract: await contractFrom(`
openapi: 3.1.0
info: {title: Odd, version: '1'}
paths:
  /odd:
    get:
      operationId: odd
      responses:
        '200': {description: ok, content: {application/json: {schema: {type: string, pattern: '^(?=yes)y.s$'}, example: 'yes'}}}
`),
    });
    const seen = await send(own, 'GET', '/odd?__dynamic=true');
    expect([seen.status, seen.body]).to.deep.equal([200, 'yes']);
  });

  describe('samples of schemas', () => {
    const ajv = createAjv();
    const defs = {
      Tree: {
        type: 'object',
        required: ['name', 'children'],
        properties: { name: { type: 'string' }, children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } } },
      },
      List: {
        type: 'object',
        required: ['next'],
        properties: { next: { anyOf: [{ $ref: '#/components/schemas/List' }, { type: 'null' }] } },
      },
    };
    const schemas: readonly object[] = [
      {},
      { type: 'string', minLength: 200, maxLength: 210 },
      { type: 'string', maxLength: 2 },
      { type: 'string', 'x-maxBytes': 3, minLength: 3 },
      { type: 'integer', minimum: 7, exclusiveMaximum: 9 },
      { type: 'integer', multipleOf: 7, minimum: 10 },
      { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 0.001 },
      { type: 'number', multipleOf: 0.25, minimum: 1, maximum: 3 },
      { type: 'integer', maximum: -5 },
      { type: ['integer', 'null'] },
      { enum: ['a', null, 3] },
      { allOf: [{ enum: ['a', 'b', 'c'] }, { enum: ['c', 'd'] }] },
      {
        allOf: [
          { type: 'object', required: ['a'] },
          { properties: { a: { type: 'integer', minimum: 2 } } },
          { properties: { a: { maximum: 3 } } },
        ],
      },
      {
        oneOf: [
          { type: 'string', format: 'ipv4' },
          { type: 'object', required: ['kind'], properties: { kind: { const: 'x' } } },
        ],
      },
      { type: 'array', minItems: 3, uniqueItems: true, items: { enum: [1, 2, 3] } },
      { type: 'array', prefixItems: [{ type: 'integer' }, { type: 'boolean' }], items: false, minItems: 2 },
      { type: 'array', contains: { const: 5 } },
      { type: 'object', minProperties: 3, additionalProperties: { type: 'integer' } },
      { type: 'object', required: ['__proto__', 'constructor'], properties: { constructor: { type: 'integer' } } },
      { type: 'object', required: ['undeclared'] },
      { $ref: '#/components/schemas/Tree' },
      { $ref: '#/components/schemas/List' },
      ...[
        'date-time',
        'date',
        'time',
        'duration',
        'email',
        'hostname',
        'ipv4',
        'ipv6',
        'uri',
        'uri-reference',
        'uri-template',
        'uuid',
        'json-pointer',
        'relative-json-pointer',
        'regex',
        'byte',
      ].map((format) => ({ type: 'string', format })),
      { type: 'string', format: 'uri', pattern: '^https://' },
      ...[
        '^0x[0-9a-fA-F]{64}$',
        '\\S',
        '^[A-Z]{2}\\d{2}(?:-[a-z]+)*$',
        '^(red|green|blue)$',
        '^[^\\s@]+@[^\\s@]+\\.[a-z]{2,}$',
        '^\\p{Lu}\\p{L}+$',
        '^a{3}b?c*$',
        '^\\+?[1-9]\\d{1,14}$',
        '^(?<year>\\d{4})-(0[1-9]|1[0-2])$',
        '^[\\w.-]{20,}$',
        '^\\u0041\\x42$',
        '^$',
      ].map((pattern) => ({ type: 'string', pattern })),
      { type: 'string', pattern: '^[a-z]+$', minLength: 50 },
    ];
    for (const schema of schemas) {
      it(JSON.stringify(schema).slice(0, 100), async () => {
        const make = await loadSources();
        const document = { components: { schemas: defs } };
        const validate = ajv.compile({ ...schema, components: document.components });
        for (const source of [PLAIN, ...Array.from({ length: 30 }, (_, seed) => make(String(seed)))]) {
          const value = sample(document, schema, source);
          expect(validate(value), `${JSON.stringify(value)}: ${ajv.errorsText(validate.errors)}`).to.equal(true);
        }
      });
    }

    it('come to an end where a schema does not', async () => {
      const document = {
        components: {
          schemas: {
            Endless: {
              type: 'object',
              required: ['a', 'b'],
              properties: { a: { $ref: '#/components/schemas/Endless' }, b: { $ref: '#/components/schemas/Endless' } },
            },
            Loop: { allOf: [{ $ref: '#/components/schemas/Loop' }] },
          },
        },
      };
      const make = await loadSources();
      for (const name of ['Endless', 'Loop', 'Missing']) {
        sample(document, { $ref: `#/components/schemas/${name}` }, make('1'));
        sample(document, { $ref: `#/components/schemas/${name}` }, PLAIN);
      }
    });

    it('patterns that cannot be written forwards are admitted', () => {
      for (const pattern of ['(?=a)a', '(?!a)b', '(?<=a)b', '(a)\\1', '\\k<n>', '[', '(', 'a{99999}', '\\p{Script=Greek}']) {
        expect(compilePattern(pattern), pattern).to.equal(undefined);
      }
      fc.assert(fc.property(fc.string(), (text) => void compilePattern(text)?.write(PLAIN, 3)));
    });
  });
});
