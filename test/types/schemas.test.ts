import { expect } from 'chai';
import fc from 'fast-check';
import { format } from 'prettier';
import { PLAIN, sample } from '../../mocks/sample.js';
import type { Schema } from '../../mocks/schema.js';
import { declare, inline } from '../../mocks/typescript/expression.js';
import { SchemaTypes } from '../../mocks/typescript/schema-types.js';
import type { Validator } from '../../spec/index.js';
import { createSchemas } from '../../spec/schemas.js';
import { createCompiler } from './compiler.js';

const typeOf = (schema: Schema, schemas: Readonly<Record<string, Schema>> = {}): string => {
  const types = new SchemaTypes({ components: { schemas } }, []);
  const type = inline(types.of([schema], 'Value'));
  return [type, ...types.declarations].join('\n');
};
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

const EXPECTED: readonly (readonly [what: string, schema: Schema, type: string])[] = [
  ['true', true, 'unknown'],
  ['false', false, 'never'],
  ['nothing said', { description: 'Anything.' }, 'unknown'],
  ['a type', { type: 'integer' }, 'number'],
  ['several types', { type: ['string', 'boolean', 'null'] }, 'string | boolean | null'],
  ['a keyword without a type', { minLength: 3 }, 'string'],
  ['a constant', { const: 'a\nb' }, "'a\\nb'"],
  ['a list of values', { enum: ['a', 1, false, null] }, "'a' | 1 | false | null"],
  ['values of the wrong type', { type: 'string', enum: ['a', null] }, "'a'"],
  ['an array', { type: 'array', items: { type: ['string', 'null'] } }, 'readonly (string | null)[]'],
  ['an array of whatever', { type: 'array' }, 'readonly unknown[]'],
  ['an empty array', { type: 'array', items: false }, 'readonly []'],
  ['a tuple', { prefixItems: [{ type: 'string' }, { type: 'number' }], minItems: 1, items: false }, 'readonly [string, number?]'],
  ['an open tuple', { prefixItems: [{ type: 'string' }], items: { type: 'number' } }, 'readonly [string?, ...number[]]'],
  ['a map', { type: 'object', additionalProperties: { type: 'number' } }, 'Readonly<Record<string, number>>'],
  ['an object of whatever', { type: 'object' }, 'Readonly<Record<string, unknown>>'],
  ['an empty object', { type: 'object', additionalProperties: false }, 'Readonly<Record<string, never>>'],
  ['a choice', { oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] }, 'string | readonly string[]'],
  ['a choice among values of a type', { type: 'string', anyOf: [{ const: 'a' }, { pattern: '^b' }] }, "'a' | string"],
  ['two choices', { allOf: [{ oneOf: [{ const: 1 }, { const: 2 }] }, { anyOf: [{ const: 2 }, { const: 3 }] }] }, '(1 | 2) & (2 | 3)'],
  ['types that exclude each other', { allOf: [{ type: 'string' }, { type: 'number' }] }, 'never'],
  ['what points at nothing', ref('Nothing'), 'unknown'],
];

describe('a schema as a type:', () => {
  for (const [what, schema, type] of EXPECTED) it(what, () => expect(typeOf(schema)).to.equal(type));

  it('an object, with what is required and what is not', () => {
    const schema = { required: ['b', 'c'], properties: { a: { type: 'string', description: 'First.' }, b: { type: 'number' } } };
    expect(typeOf(schema)).to.equal(
      'Value\nexport interface Value {\n  /** First. */\n  readonly a?: string;\n  readonly b: number;\n  readonly c: unknown;\n}',
    );
  });

  it('an object that is open to more', () => {
    const schema = { properties: { a: { type: 'string' } }, additionalProperties: true };
    expect(typeOf(schema)).to.equal('Value\nexport interface Value {\n  readonly a?: string;\n  readonly [member: string]: unknown;\n}');
  });

  it('all of several objects, as one', () => {
    const schema = { allOf: [ref('Base'), { required: ['b'], properties: { b: { type: 'number' } } }] };
    const base = { type: 'object', properties: { a: { type: 'string' } } };
    expect(typeOf(schema, { Base: base })).to.equal('Value\nexport interface Value {\n  readonly a?: string;\n  readonly b: number;\n}');
  });

  it('a reference by its name, and once', () => {
    const schema = { type: 'array', prefixItems: [ref('a.thing'), ref('a.thing')], minItems: 2 };
    expect(typeOf(schema, { 'a.thing': { properties: { x: { type: 'null' } } } })).to.equal(
      'readonly [AThing, AThing, ...unknown[]]\nexport interface AThing {\n  readonly x?: null;\n}',
    );
  });

  it('two things of one name by two names', () => {
    const schemas = { 'a.b': { enum: [1, 2] }, a_b: { enum: [3, 4] } };
    expect(typeOf({ anyOf: [ref('a.b'), ref('a_b')] }, schemas)).to.match(/^AB \| AB2\n/);
  });

  it('a thing that is called like what the module needs itself', () => {
    expect(typeOf(ref('Record'), { Record: { properties: { x: true } } })).to.match(/^Record2\nexport interface Record2 /);
  });

  const cycles: readonly (readonly [what: string, schemas: Readonly<Record<string, Schema>>])[] = [
    ['in a member', { A: { properties: { a: ref('A') } } }],
    ['in a list', { A: { type: 'array', items: ref('A') } }],
    ['in a map', { A: { type: 'object', additionalProperties: ref('A') } }],
    [
      'in a choice',
      { A: { anyOf: [{ type: 'string' }, { type: 'array', items: ref('A') }, { type: 'object', additionalProperties: ref('A') }] } },
    ],
    ['through another', { A: { properties: { b: ref('B') } }, B: { oneOf: [ref('A'), { type: 'null' }] } }],
    [
      'through what is added to it',
      { A: { properties: { a: { allOf: [ref('A'), { required: ['b'], properties: { b: { type: 'string' } } }] } } } },
    ],
    ['without any way out', { A: ref('A') }],
    ['as its own alternative', { A: { oneOf: [ref('A'), { type: 'string' }] } }],
  ];
  describe('a cycle', () => {
    const compiler = createCompiler();
    for (const [what, schemas] of cycles) {
      it(what, () => {
        const [type, ...declarations] = typeOf(ref('A'), schemas).split('\n');
        expect(compiler.complaints(`${declarations.join('\n')}\nexport type Whole = ${type};`)).to.deep.equal([]);
      });
    }
  });

  it('which is as wide as the schema, and formatted, whatever the schema', async function () {
    this.timeout(120_000);
    const runs = process.env['FAILPATH_LONG'] === '1' ? 1_500 : 120;
    const documents = fc.sample(anyDocument, { numRuns: runs, seed: 3 });
    const modules = documents.map((schemas, index) => moduleOf(schemas, index));
    expect(modules.reduce((sum, { values }) => sum + values, 0)).to.be.above(runs);
    const program = modules.map(({ text }) => text).join('\n');
    const complaints = createCompiler().complaints(program);
    expect(complaints, JSON.stringify(complaints.slice(0, 3), null, 2)).to.deep.equal([]);
    for (const { types } of modules) {
      expect(await format(types, { parser: 'typescript', printWidth: 140, singleQuote: true })).to.equal(types);
    }
  });
});

interface Module {
  readonly types: string;
  /** The types, and values of each that its schema is known to accept. */
  readonly text: string;
  readonly values: number;
}

function moduleOf(schemas: Readonly<Record<string, Schema>>, index: number): Module {
  const document = { openapi: '3.1.0', components: { schemas } };
  const types = new SchemaTypes(document, []);
  const validators = createSchemas(document as unknown as Parameters<typeof createSchemas>[0]);
  const wholes: string[] = [];
  const values: string[] = [];
  for (const name of Object.keys(schemas)) {
    wholes.push(declare(`export type Whole${name} =`, types.of([ref(name)], name), ''));
    for (const source of [PLAIN, { ...PLAIN, optional: () => true }]) {
      const value = sample(document, ref(name), source);
      // Validation collects the errors of every alternative at every depth.
      if (JSON.stringify(value).split(/[[{]/).length > 12) continue;
      if (!accepts(validators.validator(ref(name)), value)) continue;
      values.push(`export const value${values.length}: Whole${name} = ${JSON.stringify(value)}${value === null ? '' : ' as const'};`);
    }
  }
  const declared = [...types.declarations, ...wholes].map((text) => `${text}\n`).join('');
  return { types: declared, text: `export namespace N${index} {\n${declared}${values.join('\n')}\n}`, values: values.length };
}

/** Schemas that lead nowhere but to themselves accept nothing that could be known. */
function accepts(validate: Validator, value: unknown): boolean {
  try {
    return validate(value).length === 0;
  } catch {
    return false;
  }
}

const NAMES = ['One', 'Two', 'Three'] as const;
const words = fc.constantFrom('a', 'kind', 'value of it', "it's", 'a rather long name of something that is needed', '404', 'then');

const { schema: anySchema } = fc.letrec<{ schema: Schema }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Schema>(
      { type: 'string' },
      { type: 'integer' },
      { type: 'boolean' },
      { type: ['number', 'null'] },
      { type: 'object' },
      {},
    ),
    fc
      .uniqueArray(fc.oneof(words, fc.integer({ min: -9, max: 9 }), fc.boolean(), fc.constant(null)), { minLength: 1, maxLength: 6 })
      .map((list) => ({ enum: list })),
    fc.constantFrom(...NAMES).map(ref),
    fc.oneof(words, fc.constant({ a: ['b', null] })).map((value) => ({ const: value })),
    fc
      .record({
        properties: fc.dictionary(words, tie('schema'), { maxKeys: 3 }),
        required: fc.uniqueArray(words, { maxLength: 2 }),
        additionalProperties: fc.option(fc.oneof(fc.boolean(), tie('schema')), { nil: true }),
      })
      .map((rest) => ({ type: 'object', ...rest })),
    fc.record({ items: tie('schema'), minItems: fc.integer({ min: 0, max: 2 }) }).map((rest) => ({ type: 'array', ...rest })),
    fc
      .record({ prefixItems: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }), items: fc.boolean(), minItems: fc.nat(3) })
      .map((rest) => ({ type: 'array', ...rest })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 4 }).map((anyOf) => ({ anyOf })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((allOf) => ({ allOf })),
    fc
      .tuple(tie('schema'), tie('schema'))
      .map(([first, second]) => ({ description: 'Something */ said.', allOf: [first], oneOf: [second, { type: 'null' }] })),
  ),
}));
const anyDocument: fc.Arbitrary<Readonly<Record<string, Schema>>> = fc.record({ One: anySchema, Two: anySchema, Three: anySchema });
