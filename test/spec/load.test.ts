import { expect } from 'chai';
import { loadContract, type Contract } from '../../spec/index.js';
import { edit, load, removeWritten, SOUND } from './contracts.js';

const ATS = new URL('../../openapi.yaml', import.meta.url).pathname;

describe('loadContract', () => {
  after(removeWritten);

  describe('the contract that is shipped', () => {
    let contract: Contract;
    before(async () => (contract = await loadContract(ATS)));

    it('has its operations in the order of the document', () => {
      expect(contract.operations.map(({ id }) => id)).to.deep.equal([
        ...['initWork', 'prepareWork', 'confirmWork', 'initVersion', 'initVersionUpload', 'prepareVersion', 'confirmVersion'],
        ...['createApiKey', 'listApiKeys', 'revokeApiKey'],
        ...['createPartnerSession', 'listExternalUserWorks', 'downloadVersionFile', 'getTransaction', 'trackTransaction'],
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
      expect(contract.refusals).to.deep.equal({
        unknownRoute: 'common.not_found',
        malformedBody: 'common.bad_request',
        invalidBody: 'common.validation_failed',
      });
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
      const contract = await load(
        '{\n  "openapi": "3.1.0",\n  "info": {"title": "T", "version": "1"},\n  "paths": {}\n}\n',
        'openapi.json',
      );
      expect(contract.locate('/info/version')).to.include({ line: 3, column: 26 });
    });

    it('lead through aliases', async () => {
      const contract = await load('openapi: 3.1.0\ninfo: {title: T, version: "1"}\nx-a: &a {b: 1}\nx-c: *a\npaths: {}\n');
      expect(contract.locate('/x-c/b')).to.include({ line: 3, column: 10 });
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
      expect(validate?.({ kind: 'c', size: 0 }).map(({ pointer, keyword }) => `${pointer} ${keyword}`)).to.have.members([
        '/kind enum',
        '/size exclusiveMinimum',
      ]);
    });
  });

  describe('cyclic schemas', () => {
    it('are followed for as long as the value goes on', async () => {
      const contract = await load(
        edit(SOUND, { 'id: {type: integer}\n': "id: {type: integer}\n        inside: {$ref: '#/components/schemas/Thing'}\n" }),
      );
      const validate = contract.operation('getThing')?.successes[0]?.content?.validate;
      expect(
        validate?.({ id: 1, name: 'a', inside: { id: 2, name: 'b', inside: { id: 'x', name: 'c' } } }).map(({ pointer }) => pointer),
      ).to.deep.equal(['/inside/inside/id']);
    });

    it('never keep the loader busy for ever', async () => {
      const loops: readonly Record<string, string>[] = [
        { 'body.invalid: {allOf: [{': "body.invalid: {oneOf: [{$ref: '#/components/schemas/body.invalid'}], allOf: [{" },
        {
          '    Envelope:\n':
            "    Envelope:\n      allOf: [{$ref: '#/components/schemas/Envelope'}, {$ref: '#/components/schemas/Envelope'}]\n",
        },
        { '    Envelope:\n      type: object': "    Envelope:\n      $ref: '#/components/schemas/Envelope'" },
        { '    Thing:\n': "    Thing:\n      x-secret: true\n      anyOf: [{$ref: '#/components/schemas/Thing'}]\n" },
      ];
      for (const edits of loops) expect((await load(edit(SOUND, edits))).operations).to.have.length(2);
    });
  });
});
