import { expect } from 'chai';
import { InputError, loadContract, type Contract } from '../../spec/index.js';
import { edit, findingsOf, load, removeWritten, SOUND, write } from './contracts.js';

const ATS = new URL('../../openapi.yaml', import.meta.url).pathname;

async function refusal(file: string): Promise<string[]> {
  try {
    await loadContract(file);
  } catch (error) {
    if (error instanceof InputError) return error.findings.map(({ problem, location, what }) => `${location?.line}:${location?.column} ${problem}  ${what}`);
    throw error;
  }
  throw new Error('The contract has loaded.');
}

describe('loadContract', () => {
  after(removeWritten);

  describe('the contract that is shipped', () => {
    let contract: Contract;
    before(async () => (contract = await loadContract(ATS)));

    it('has its operations in the order of the document', () => {
      expect(contract.operations.map(({ id }) => id)).to.deep.equal([
        ...['initWork', 'prepareWork', 'confirmWork', 'initVersion', 'initVersionUpload', 'prepareVersion', 'confirmVersion'],
        ...['createApiKey', 'listApiKeys', 'revokeApiKey', 'getTransaction'],
      ]);
      expect(contract.api).to.equal('ats');
      expect(contract.operation('initWork')?.method).to.equal('POST');
      expect(contract.operation('noWork')).to.equal(undefined);
    });

    it('has the failures of an operation by status, and within a status in the order of refusal', () => {
      expect(contract.operation('confirmVersion')?.failures.map(({ key }) => key)).to.deep.equal([
        'confirmVersion 400 common.bad_request',
        'confirmVersion 401 common.unauthorized',
        'confirmVersion 401 api_key.invalid_format',
        'confirmVersion 401 api_key.not_found',
        'confirmVersion 401 api_key.revoked',
        'confirmVersion 403 api_key.org_mismatch',
        'confirmVersion 403 api_key.org_inactive',
        'confirmVersion 403 api_key.scope_denied',
        'confirmVersion 403 work.access_forbidden',
        'confirmVersion 403 registration.prepared_forbidden',
        'confirmVersion 403 common.forbidden',
        'confirmVersion 404 work.not_found',
        'confirmVersion 404 registration.prepared_not_found',
        'confirmVersion 422 common.validation_failed',
        'confirmVersion 429 common.quota_exceeded',
        'confirmVersion 503 common.service_unavailable',
      ]);
    });

    it('has every failure once, with an example that its own schema accepts', () => {
      expect(new Set(contract.failures.map(({ key }) => key)).size).to.equal(contract.failures.length);
      for (const { key, examples, validate } of contract.failures) {
        expect(examples, key).to.have.length(1);
        expect(validate(examples[0]?.value), key).to.deep.equal([]);
      }
    });

    it('takes causes from beside the reference before those of the schema', () => {
      const causes = (key: string): readonly string[] | undefined => contract.failures.find((failure) => failure.key === key)?.causes;
      expect(causes('prepareWork 400 common.bad_request')).to.deep.equal(['not JSON', 'not application/json']);
      expect(causes('initWork 400 common.bad_request')).to.deep.equal([
        ...['not JSON', 'not application/json', 'malformed Idempotency-Key', 'Idempotency-Key reused'],
      ]);
      expect(causes('revokeApiKey 401 common.unauthorized')).to.deep.equal(['none', 'not Bearer', 'an API key']);
    });

    it('knows retry, credentials, secrets, limits and refusals', () => {
      expect(Object.fromEntries(contract.failures.map(({ code, retry }) => [code, retry]))).to.include({
        'common.service_unavailable': 'backoff',
        'common.quota_exceeded': 'retry-after',
        'api_key.revoked': 'never',
      });
      expect(contract.operation('initWork')?.credentials.map(({ scheme, scopes }) => ({ scheme, scopes }))).to.deep.equal([
        { scheme: 'apiKey', scopes: ['works:register'] },
      ]);
      expect(contract.operation('createApiKey')?.successes[0]?.content?.secrets).to.have.members(['/token', '/webhook_secret_base64']);
      expect(contract.operation('initWork')?.successes[0]?.content?.secrets).to.deep.equal(['/upload_url']);
      expect(contract.limits['audio_max_bytes']).to.include({ value: 524288000, unit: 'bytes' });
      expect(contract.refusals).to.deep.equal({ unknownRoute: 'common.not_found', malformedBody: 'common.bad_request', invalidBody: 'common.validation_failed' });
      expect(contract.sha256).to.match(/^[0-9a-f]{64}$/);
    });

    it('is frozen in every part', () => {
      const seen = new Set<unknown>();
      const visit = (value: unknown, at: string): void => {
        if (typeof value !== 'object' || value === null || seen.has(value)) return;
        seen.add(value);
        expect(Object.isFrozen(value), at).to.equal(true);
        for (const [name, member] of Object.entries(value)) visit(member, `${at}.${name}`);
      };
      visit(contract, 'contract');
      expect(seen.size).to.be.greaterThan(1000);
    });
  });

  describe('places', () => {
    it('are those of keys, and of items in a list', async () => {
      const contract = await load(SOUND);
      const place = (pointer: string): string => `${contract.locate(pointer).line}:${contract.locate(pointer).column}`;
      expect(place('')).to.equal('1:1');
      expect(place('/info/title')).to.equal('2:8');
      expect(place('/paths/~1things/post')).to.equal('7:5');
      expect(place('/paths/~1things/post/responses/422/content/application~1json/schema/oneOf/1')).to.equal('37:21');
      expect(place('/paths/~1things/post/responses/422/content/application~1json/schema/oneOf/1/$ref')).to.equal('37:21');
      expect(contract.locate('').file).to.equal(contract.file);
    });

    it('of what does not exist are those of the nearest thing that does', async () => {
      const contract = await load(SOUND);
      expect(contract.locate('/info/nothing/here')).to.deep.equal(contract.locate('/info'));
      expect(contract.locate('/paths/~1things/post/responses/422/content/application~1json/schema/oneOf/7')).to.deep.equal(
        contract.locate('/paths/~1things/post/responses/422/content/application~1json/schema/oneOf'),
      );
    });

    it('are exact in JSON files as well', async () => {
      const contract = await load('{\n  "openapi": "3.1.0",\n  "info": {"title": "T", "version": "1"},\n  "paths": {}\n}\n', 'openapi.json');
      expect(contract.locate('/info/version')).to.include({ line: 3, column: 26 });
    });

    it('lead through aliases', async () => {
      const contract = await load('openapi: 3.1.0\ninfo: {title: T, version: "1"}\nx-a: &a {b: 1}\nx-c: *a\npaths: {}\n');
      expect(contract.locate('/x-c/b')).to.include({ line: 3, column: 10 });
    });
  });

  describe('several files', () => {
    const FILES = {
      'openapi.yaml': `openapi: 3.1.0
info: {title: Parts, version: 1.0.0}
paths:
  /things:
    get:
      operationId: listThings
      responses:
        '200':
          description: All.
          content: {application/json: {schema: {$ref: 'parts/schemas.yaml#/List'}}}
        '404': {$ref: 'parts/answers.yaml#/NotFound'}
  /things/{id}: {$ref: parts/thing.yaml}
`,
      'parts/thing.yaml': `get:
  operationId: getThing
  parameters: [{name: id, in: path, required: true, schema: {type: string}}]
  responses:
    '404': {$ref: 'answers.yaml#/NotFound'}
`,
      'parts/answers.yaml': `NotFound:
  description: Nothing.
  content:
    application/json:
      schema:
        type: object
        properties: {error: {type: object, properties: {code: {const: thing.not_found}}}}
      examples: {gone: {value: {error: {code: thing.not_found}}}}
`,
      'parts/schemas.yaml': `Thing: {type: object, properties: {of: {$ref: '#/List'}}}
List:
  type: array
  items: {$ref: '#/Thing', minimun: 1}
`,
    };

    it('are one contract', async () => {
      const contract = await loadContract(write(FILES));
      expect(contract.failures.map(({ key }) => key)).to.deep.equal(['listThings 404 thing.not_found', 'getThing 404 thing.not_found']);
      expect(contract.operation('listThings')?.successes[0]?.content?.validate([{ of: 'none' }])).to.deep.include({
        pointer: '/0/of',
        keyword: 'type',
        message: 'must be array',
        value: 'none',
      });
    });

    it('keep their own places', async () => {
      const contract = await loadContract(write(FILES));
      const place = (pointer: string): string => {
        const { file, line, column } = contract.locate(pointer);
        return `${file.replace(/^.*\/(?=openapi|parts)/, '')}:${line}:${column}`;
      };
      expect(place('/paths/~1things/get')).to.equal('openapi.yaml:5:5');
      expect(place('/paths/~1things~1{id}/get/parameters/0/name')).to.equal('parts/thing.yaml:3:17');
      const [failure] = contract.failures;
      expect(place(failure?.pointer ?? '')).to.equal('parts/answers.yaml:5:7');
      expect(place(failure?.examples[0]?.pointer ?? '')).to.equal('parts/answers.yaml:8:25');
      expect(place('/components/schemas/List/items')).to.equal('parts/schemas.yaml:4:3');
      expect(place('/components/schemas/Thing/properties/of')).to.equal('parts/schemas.yaml:1:36');
    });

    it('are checked in their own places', async () => {
      const findings = await findingsOf(write(FILES));
      expect(findings.map(({ problem, location }) => `${location?.file.replace(/^.*\/(?=openapi|parts)/, '')}:${location?.line}:${location?.column} ${problem}`)).to.deep.equal([
        'parts/schemas.yaml:4:28 unsupported-keyword',
      ]);
    });

    it('are hashed together', async () => {
      const before = await loadContract(write(FILES));
      const after = await loadContract(write({ ...FILES, 'parts/answers.yaml': FILES['parts/answers.yaml'].replace('Nothing.', 'None.') }));
      expect(after.sha256).not.to.equal(before.sha256);
    });

    it('are refused when one is missing', async () => {
      const { 'parts/schemas.yaml': _, ...rest } = FILES;
      expect(await refusal(write(rest))).to.deep.equal(['10:49 broken-ref  parts/schemas.yaml#/List names a file that does not exist']);
    });

    it('are refused when one has nothing at the place', async () => {
      expect(await refusal(write({ ...FILES, 'parts/answers.yaml': 'Other: {}\n' }))).to.deep.equal([
        '11:17 broken-ref  parts/answers.yaml#/NotFound points at nothing',
        '5:13 broken-ref  answers.yaml#/NotFound points at nothing',
      ]);
    });

    it('are refused when one cannot be parsed', async () => {
      expect(await refusal(write({ ...FILES, 'parts/schemas.yaml': 'List: [\n' }))).to.deep.equal([
        '2:1 contract-syntax  Flow sequence in block collection must be sufficiently indented and end with a ]',
      ]);
    });
  });

  describe('OpenAPI 3.0', () => {
    it('is read in the words of 3.1', async () => {
      const contract = await load(`openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /a:
    post:
      operationId: postA
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                name: {type: string, nullable: true}
                kind: {type: string, enum: [a, b], nullable: true}
                size: {type: integer, minimum: 0, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false}
                default: {type: string, nullable: true}
      responses: {}
`);
      const validate = contract.operation('postA')?.body?.json?.validate;
      expect(validate?.({ name: null, kind: null, size: 9, default: null })).to.deep.equal([]);
      expect(validate?.({ kind: 'c', size: 0 }).map(({ pointer, keyword }) => `${pointer} ${keyword}`)).to.have.members(['/kind enum', '/size exclusiveMinimum']);
    });
  });

  describe('what it cannot read', () => {
    it('is a file that does not exist', async () => {
      expect((await refusal('/nowhere/openapi.yaml'))[0]).to.match(/contract-unreadable {2}.*no such file$/);
    });

    it('is a folder', async () => {
      expect((await refusal(new URL('.', import.meta.url).pathname))[0]).to.match(/contract-unreadable {2}.*it is a folder$/);
    });

    const DOCUMENTS: readonly [string, string, string][] = [
      ['an empty file', '', '1:1 contract-version  there is no `openapi` member'],
      ['a list', '- a\n', '1:1 contract-version  there is no `openapi` member'],
      ['broken YAML', 'openapi: 3.1.0\npaths: {\n', '3:1 contract-syntax  Flow map in block collection must be sufficiently indented and end with a }'],
      ['a key twice', 'openapi: 3.1.0\npaths: {}\npaths: {}\n', '3:1 contract-syntax  Map keys must be unique'],
      ['two documents', 'openapi: 3.1.0\n---\npaths: {}\n', '2:1 contract-syntax  A second document begins'],
      ['an alias of nothing', 'openapi: 3.1.0\npaths: *all\n', '2:8 contract-syntax  The alias *all comes before any anchor of that name'],
      ['an alias of what it is in', 'openapi: 3.1.0\npaths: &all\n  /a: *all\n', '3:7 contract-syntax  The alias *all stands inside of what it names'],
      ['a tag', 'openapi: 3.1.0\npaths: !routes {}\n', '2:16 contract-syntax  The tag !routes stands for a value that JSON does not have'],
      ['a list as key', 'openapi: 3.1.0\n? [paths]\n: {}\n', '2:3 contract-syntax  A key is a list or a map'],
      ['Swagger 2', "swagger: '2.0'\npaths: {}\n", '1:1 contract-version  there is no `openapi` member'],
      ['another version', 'openapi: 4.0.0\npaths: {}\n', '1:1 contract-version  openapi is "4.0.0"'],
      ['a number as version', 'openapi: 3.1\npaths: {}\n', '1:1 contract-version  openapi is 3.1'],
      ['no paths', 'openapi: 3.1.0\ninfo: {}\n', '1:1 contract-structure  the document has no paths'],
    ];
    for (const [name, text, expected] of DOCUMENTS) it(`is ${name}`, async () => expect(await refusal(write({ 'openapi.yaml': text }))).to.deep.equal([expected]));

    it('is too many aliases', async () => {
      const levels = ['b', 'c', 'd', 'e', 'f'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcde'[index]}`).join(', ')}]\n`);
      expect(await refusal(write({ 'openapi.yaml': `a: &a [1]\n${levels.join('')}` }))).to.deep.equal([
        '1:1 contract-syntax  Excessive alias count indicates a resource exhaustion attack',
      ]);
    });
  });

  describe('cyclic schemas', () => {
    it('are followed for as long as the value goes on', async () => {
      const contract = await load(edit(SOUND, { 'id: {type: integer}\n': "id: {type: integer}\n        inside: {$ref: '#/components/schemas/Thing'}\n" }));
      const validate = contract.operation('getThing')?.successes[0]?.content?.validate;
      expect(validate?.({ id: 1, name: 'a', inside: { id: 2, name: 'b', inside: { id: 'x', name: 'c' } } }).map(({ pointer }) => pointer)).to.deep.equal(['/inside/inside/id']);
    });

    it('never keep the loader busy for ever', async () => {
      const loops: readonly Record<string, string>[] = [
        { 'body.invalid: {allOf: [{': "body.invalid: {oneOf: [{$ref: '#/components/schemas/body.invalid'}], allOf: [{" },
        { '    Envelope:\n': "    Envelope:\n      allOf: [{$ref: '#/components/schemas/Envelope'}, {$ref: '#/components/schemas/Envelope'}]\n" },
        { '    Envelope:\n      type: object': "    Envelope:\n      $ref: '#/components/schemas/Envelope'" },
        { '    Thing:\n': "    Thing:\n      x-secret: true\n      anyOf: [{$ref: '#/components/schemas/Thing'}]\n" },
      ];
      for (const edits of loops) expect((await load(edit(SOUND, edits))).operations).to.have.length(2);
    });
  });
});
