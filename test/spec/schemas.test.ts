import { expect } from 'chai';
import type { OpenAPIV3_1 } from 'openapi-types';
import type { Validator, Violation } from '../../spec/index.js';
import { secretReader } from '../../spec/members.js';
import { createSchemas } from '../../spec/schemas.js';

function validator(schema: unknown, schemas: Record<string, unknown> = {}): Validator {
  return createSchemas({ components: { schemas } } as unknown as OpenAPIV3_1.Document).validator(schema);
}

function one(violations: readonly Violation[]): Violation | undefined {
  expect(violations).to.have.length(1);
  return violations[0];
}

describe('schemas', () => {
  it('say of a missing member where it should be', () => {
    const validate = validator({ type: 'object', properties: { a: { type: 'object', required: ['b/c'] } } });
    expect(one(validate({ a: {} }))).to.deep.equal({ pointer: '/a/b~1c', keyword: 'required', message: 'is required' });
  });

  it('say of a wrong value what and where it is', () => {
    const validate = validator({ type: 'array', items: { type: 'string' } });
    expect(one(validate(['a', 5]))).to.deep.equal({ pointer: '/1', keyword: 'type', message: 'must be string', value: 5 });
  });

  it('say everything that is wrong', () => {
    const validate = validator({ type: 'object', required: ['a', 'b'], properties: { c: { type: 'integer', minimum: 3 } } });
    expect(validate({ c: 1 }).map(({ pointer }) => pointer)).to.have.members(['/a', '/b', '/c']);
  });

  it('name the code that stands beside the broken constraint', () => {
    const name = { type: 'string', minLength: 1, maxLength: 3, 'x-violations': { minLength: 'name.empty' } };
    const validate = validator(
      { $ref: '#/components/schemas/New' },
      { New: { properties: { name: { $ref: '#/components/schemas/Name' } } }, Name: name },
    );
    expect(one(validate({ name: '' }))).to.include({ pointer: '/name', keyword: 'minLength', code: 'name.empty' });
    expect(one(validate({ name: 'long' })))
      .to.include({ keyword: 'maxLength' })
      .and.not.to.have.property('code');
    expect(one(validate({ name: 5 })))
      .to.include({ keyword: 'type' })
      .and.not.to.have.property('code');
  });

  it('count bytes in UTF-8 (x-maxBytes)', () => {
    const validate = validator({ type: 'string', 'x-maxBytes': 4, 'x-violations': { 'x-maxBytes': 'name.long' } });
    expect(validate('abcd')).to.deep.equal([]);
    expect(validate('éé')).to.deep.equal([]);
    expect(one(validate('ééé'))).to.include({ keyword: 'x-maxBytes', message: 'must NOT have more than 4 bytes', code: 'name.long' });
    expect(validate(12345).map(({ keyword }) => keyword)).to.deep.equal(['type']);
  });

  it('do not guess what number of bytes a text stands for', () => {
    expect(() => validator({ 'x-maxBytes': '4' })('abc')).to.throw(/x-maxBytes value must be/);
  });

  it('check formats, and accept those that OpenAPI adds', () => {
    expect(one(validator({ type: 'string', format: 'uuid' })('x'))).to.include({ keyword: 'format' });
    expect(validator({ type: 'integer', format: 'int64' })(5)).to.deep.equal([]);
    expect(validator({ type: 'string', format: 'of-our-own' })('x')).to.deep.equal([]);
  });

  const FORMATS: Readonly<Record<string, { good: readonly unknown[]; bad: readonly unknown[] }>> = {
    int32: { good: [2_147_483_647, -2_147_483_648], bad: [2_147_483_648, 1.5] },
    int64: { good: [2_147_483_648], bad: [1.5] },
    float: { good: [1.5], bad: [] },
    double: { good: [1.5], bad: [] },
    byte: { good: ['TGFtcA=='], bad: ['a lamp'] },
    binary: { good: ['a lamp', '\u0000'], bad: [] },
    password: { good: ['a lamp'], bad: [] },
  };
  for (const [format, { good, bad }] of Object.entries(FORMATS)) {
    it(`hold values against the format ${format} of OpenAPI`, () => {
      const validate = validator({ format });
      expect(good.flatMap(validate)).to.deep.equal([]);
      for (const value of bad) expect(one(validate(value)), String(value)).to.include({ keyword: 'format' });
    });
  }

  it('say what a condition asks for, and not that there is a condition', () => {
    const validate = validator(JSON.parse('{"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"required": ["c"]}}'));
    expect(validate({ a: 1 })).to.deep.equal([{ pointer: '/b', keyword: 'required', message: 'is required' }]);
    expect(validate({})).to.deep.equal([{ pointer: '/c', keyword: 'required', message: 'is required' }]);
  });

  it('say of a member that another one asks for in whose value it is missing', () => {
    const [value, message] = [{ a: 1 }, 'must have property b when property a is present'];
    expect(validator({ dependentRequired: { a: ['b'] } })(value)).to.deep.equal([
      { pointer: '', keyword: 'dependentRequired', message, value },
    ]);
  });

  it('tell constants and choices in words', () => {
    expect(one(validator({ const: 'a' })('b'))?.message).to.equal('must be "a"');
    expect(one(validator({ enum: ['a', 1] })('b'))?.message).to.equal('must be one of "a", 1');
    expect(one(validator({ additionalProperties: false })({ x: 1 }))?.message).to.equal('must not have the member "x"');
  });

  it('are found from outside of components as well, beside other constraints', () => {
    const validate = validator({ $ref: '#/components/schemas/A', maxLength: 2 }, { A: { type: 'string' } });
    expect(validate('ab')).to.deep.equal([]);
    expect(validate('abc').map(({ keyword }) => keyword)).to.deep.equal(['maxLength']);
    expect(validate(5).map(({ keyword }) => keyword)).to.deep.equal(['type']);
  });

  it('take for a reference what is one, and nothing else that looks like one', () => {
    expect(validator({ const: '#1' })('#1')).to.deep.equal([]);
    expect(validator({ properties: { $ref: { type: 'string' } } })({ $ref: 'a' })).to.deep.equal([]);
    const meta = validator({ $ref: 'https://json-schema.org/draft/2020-12/schema' });
    expect(meta({ type: 'string' })).to.deep.equal([]);
    expect(meta({ minLength: 'one' }).map(({ pointer }) => pointer)).to.deep.equal(['/minLength']);
  });

  it('are compiled when they are used, and not before', () => {
    const validate = validator({ $ref: '#/components/schemas/Nowhere' });
    expect(() => validate(1)).to.throw(/Nowhere/);
  });

  it('may have dots and slashes in their names', () => {
    expect(validator({ $ref: '#/components/schemas/a.b' }, { 'a.b': { const: 1 } })(1)).to.deep.equal([]);
    expect(one(validator({ $ref: '#/components/schemas/a~1b' }, { 'a/b': { const: 1 } })(2))).to.include({ keyword: 'const' });
  });
});

describe('secretReader', () => {
  const string = { type: 'string' };
  const document = {
    components: {
      schemas: {
        Key: { properties: { id: string, token: { ...string, 'x-secret': true } } },
        Created: {
          allOf: [{ $ref: '#/components/schemas/Key' }],
          properties: { hook: { properties: { 'a/b': { 'x-secret': true } } }, again: { $ref: '#/components/schemas/Created' } },
        },
        Either: { oneOf: [{ $ref: '#/components/schemas/Key' }, { properties: { pin: { 'x-secret': true } } }] },
        Listed: { items: { $ref: '#/components/schemas/Key' } },
      },
    },
  };
  const read = secretReader(document);

  it('finds secrets through references, parts and alternatives', () => {
    expect(read('/components/schemas/Created')).to.deep.equal(['/token', '/hook/a~1b']);
    expect(read('/components/schemas/Either')).to.deep.equal(['/token', '/pin']);
    expect(read('/components/schemas/Key/properties/token')).to.deep.equal(['']);
  });

  it('does not enter lists', () => {
    expect(read('/components/schemas/Listed')).to.deep.equal([]);
  });
});
