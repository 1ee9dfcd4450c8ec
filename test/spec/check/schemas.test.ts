import { removeWritten } from '../contracts.js';
import { expectNone, expectOne } from './support.js';

describe('checkContract: schemas', () => {
  after(removeWritten);

  it('unsupported-keyword, with what was meant', () =>
    expectOne(
      { 'id: {type: integer}\n': 'id: {type: integer, ¶minimun: 1}\n' },
      'unsupported-keyword',
      'minimun is no keyword of JSON Schema 2020-12',
      'Did you mean minimum?',
    ));

  it('unsupported-keyword: a word of OpenAPI 3.0', () =>
    expectOne(
      { 'id: {type: integer}\n': 'id: {type: integer, ¶nullable: true}\n' },
      'unsupported-keyword',
      'nullable is no keyword of JSON Schema 2020-12',
      "Add 'null' to `type`: OpenAPI 3.1 has no nullable.",
    ));

  it('unsupported-keyword: a note', () =>
    expectOne(
      { 'id: {type: integer}\n': 'id: {type: integer, ¶owner: us}\n' },
      'unsupported-keyword',
      'owner is no keyword of JSON Schema 2020-12',
      'Remove it, or name it x-owner if it is a note of your own.',
    ));

  it('unsupported-keyword: a member of that name is none', async () => {
    await expectNone({
      'id: {type: integer}\n': 'id: {type: integer}\n        nullable: {type: boolean}\n        minimun: {type: integer}\n',
    });
  });

  it('unsupported-dialect: of the document', () =>
    expectOne(
      { 'openapi: 3.1.0\n': 'openapi: 3.1.0\n¶jsonSchemaDialect: http://json-schema.org/draft-07/schema#\n' },
      'unsupported-dialect',
      'the dialect "http://json-schema.org/draft-07/schema#" is asked for',
    ));

  it('unsupported-dialect: of a schema', () =>
    expectOne(
      { 'id: {type: integer}\n': 'id: {type: integer, ¶$schema: http://json-schema.org/draft-04/schema#}\n' },
      'unsupported-dialect',
      'the dialect "http://json-schema.org/draft-04/schema#" is asked for',
    ));

  const INVALID: readonly [string, string, string][] = [
    ['¶type: integr', '"integr" is none of array, boolean, integer, null, number, object, string', 'Did you mean integer?'],
    ['type: integer, ¶minimum: one', '"one" must be number', 'Write it as JSON Schema 2020-12 prescribes.'],
    ["type: string, ¶pattern: '['", '"[" is no regular expression', 'Escape what is meant literally, and close every bracket.'],
    ['type: object, ¶required: id', '"id" must be array', 'Write it as JSON Schema 2020-12 prescribes.'],
    ['type: object, properties: {¶a: 5}', '5 must be object,boolean', 'Write it as JSON Schema 2020-12 prescribes.'],
    ['¶x-maxBytes: many', 'x-maxBytes is "many"', 'Write a whole number of bytes.'],
  ];
  for (const [schema, what, remedy] of INVALID) {
    it(`schema-invalid: ${schema.replace('¶', '')}`, () =>
      expectOne(
        {
          '  schemas:\n': `  schemas:\n    Odd: {${schema}}\n`,
          'id: {type: integer}\n': "id: {type: integer}\n        odd: {$ref: '#/components/schemas/Odd'}\n",
        },
        'schema-invalid',
        what,
        remedy,
      ));
  }

  it('schema-invalid: a schema that contains itself without end', () =>
    expectOne(
      {
        'id: {type: integer}\n': "id: {$ref: '#/components/schemas/A'}\n",
        '  schemas:\n':
          "  schemas:\n    A: {anyOf: [{type: integer}, {$ref: '#/components/schemas/B'}]}\n    B: {allOf: [{¶$ref: '#/components/schemas/A'}]}\n",
      },
      'schema-invalid',
      '#/components/schemas/A leads back to where it stands, without entering a part of the value',
    ));

  it('schema-invalid: not a schema that contains itself in a part', async () => {
    await expectNone({
      'id: {type: integer}\n':
        "id: {type: integer}\n        parts: {type: array, items: {$ref: '#/components/schemas/Thing'}}\n        whole: {$ref: '#/components/schemas/Thing'}\n",
    });
  });
});
