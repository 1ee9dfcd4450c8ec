import { expect } from 'chai';
import { edit, findingsOf, mark, removeWritten, SOUND, write } from '../contracts.js';
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

  it('unsupported-dialect: of a schema, where it is no text, or only nearly the right one', async () => {
    const told = async (dialect: string): Promise<string[]> => {
      const findings = await findingsOf(write({ 'openapi.yaml': edit(SOUND, { 'id: {type: integer}\n': `id: {$schema: ${dialect}}\n` }) }));
      return findings.filter(({ problem }) => problem === 'unsupported-dialect').map(({ what }) => what);
    };
    expect(await told('7')).to.deep.equal(['the dialect 7 is asked for']);
    for (const dialect of ['https://json-schema.org/draft/2020-12/#schema', 'https://json-schema.org/draft/2020-12/schema#/'])
      expect(await told(`'${dialect}'`)).to.deep.equal([`the dialect "${dialect}" is asked for`]);
    for (const dialect of ['draft/2020-12/schema', 'draft/2020-12/schema#'])
      expect(await told(`'https://json-schema.org/${dialect}'`)).to.deep.equal([]);
    expect(await told(`'https://spec.openapis.org/oas/3.1/dialect/base'`)).to.deep.equal([]);
  });

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

  describe('schema-invalid: a schema that only the compiler refuses is told once, where it is used first', () => {
    const TWICE = 'a: {$anchor: x}, b: {$anchor: x, type: string}';
    const WHAT = 'the schema cannot be compiled: reference "#x" resolves to more than one schema';
    const THING = "'200':\n          description: The thing.";
    const told = (edits: Readonly<Record<string, string>>): Promise<string[]> => toldOf(edit(SOUND, edits));
    const toldOf = async (text: string): Promise<string[]> => {
      const findings = await findingsOf(write({ 'openapi.yaml': text }));
      return findings
        .filter(({ problem }) => problem === 'schema-invalid')
        .map(({ what, location, remedy }) => `${location?.line}:${location?.column}: ${what.replace('contract#', '#')} | ${remedy}`);
    };
    const REMEDY = 'Correct the schema, or one that it refers to.';
    const webhook = (schema: string, parameters = ''): Record<string, string> => ({
      'components:\n  securitySchemes': `webhooks:
  sold:
    post:
      parameters: [${parameters}]
      requestBody: {content: {application/json: {${schema}}}}
      responses: {'200': {description: Thanks.}}
components:
  securitySchemes`,
    });
    const PLACES: readonly [where: string, edits: Readonly<Record<string, string>>][] = [
      ['a component', { 'id: {type: integer}\n': `id: {properties: {${TWICE}}}\n` }],
      ['a parameter', { 'schema: {type: integer}, example: 7': `¶schema: {properties: {${TWICE}}}` }],
      ['a header', { 'schema: {type: integer}, example: 3': `¶schema: {properties: {${TWICE}}}` }],
      [
        'the content of an answer',
        { [THING]: `'202': {description: Soon., content: {application/json: {¶schema: {properties: {${TWICE}}}}}}\n        ${THING}` },
      ],
      ['the body of a request', { "schema: {$ref: '#/components/schemas/NewThing'}": `¶schema: {properties: {${TWICE}}}` }],
      ['the body of a webhook', webhook(`¶schema: {properties: {${TWICE}}}`)],
      ['a header of a webhook', webhook('schema: {}', `{name: X-A, in: header, ¶schema: {properties: {${TWICE}}}}`)],
    ];
    for (const [where, edits] of PLACES) {
      it(where, async () => {
        const marked = edit(SOUND, edits);
        const { text, place } = mark(marked);
        const told = await toldOf(text);
        // What is wrong with a component is told at the first schema that is compiled at all.
        const expected = marked.includes('¶') ? place : told[0]?.split(': ', 1)[0];
        expect(told).to.deep.equal([`${expected}: ${WHAT} | ${REMEDY}`]);
      });
    }

    it('but not one that a malformed schema explains', async () => {
      const found = await told({ 'id: {type: integer}\n': `id: {properties: {${TWICE}, c: {type: strng}}}\n` });
      expect(found.map((one) => one.replace(/^\d+:\d+: /, ''))).to.deep.equal([
        '"strng" is none of array, boolean, integer, null, number, object, string | Did you mean string?',
      ]);
    });

    it('and not one that only refers to elsewhere, which is told as that', async () => {
      expect(
        await told({ 'id: {type: integer}\n': "id: {$ref: '#/paths/~1things/post/requestBody/content/application~1json/schema'}\n" }),
      ).to.deep.equal([]);
      expect(
        await told({
          'schema: {type: integer}, example: 7': "schema: {$ref: '#/paths/~1things/post/responses/201/content/application~1json'}",
        }),
      ).to.deep.equal([]);
      expect(
        await told({ 'id: {type: integer}\n': "id: {$id: 'http://x.test/a', properties: {c: {$ref: '#/components/schemas/NewThing'}}}\n" }),
      ).to.have.length(1);
    });
  });

  describe('schema-invalid: patterns', () => {
    const told = async (schema: string): Promise<string[]> => {
      const findings = await findingsOf(write({ 'openapi.yaml': edit(SOUND, { 'id: {type: integer}\n': `id: {${schema}}\n` }) }));
      return findings.map(({ problem, what }) => `${problem}: ${what}`);
    };
    it('are regular expressions with Unicode, as members too', async () => {
      expect(await told("pattern: '\\p{L}+', patternProperties: {'^x-': {type: string}}")).to.deep.equal([]);
      expect(await told("pattern: '\\-'")).to.deep.equal(['schema-invalid: "\\\\-" is no regular expression']);
      expect(await told("patternProperties: {'[': {type: string}}")).to.include('schema-invalid: "[" is no regular expression');
    });
    it('are told by the meta-schema where they are no texts', async () => {
      expect(await told('pattern: 5')).to.deep.equal(['schema-invalid: 5 must be string']);
      expect(await told("pattern: ['[']")).to.deep.equal(['schema-invalid: ["["] must be string']);
    });
    it('are told where they stand', async () => {
      const { text, place } = mark(edit(SOUND, { 'id: {type: integer}\n': "id: {patternProperties: {¶'[': {type: string}}}\n" }));
      const findings = await findingsOf(write({ 'openapi.yaml': text }));
      expect(findings.map(({ what, location }) => `${location?.line}:${location?.column} ${what}`)).to.include(
        `${place} "[" is no regular expression`,
      );
    });
    it('x-maxBytes may be 0, and is whole', async () => {
      expect(await told('x-maxBytes: 0')).to.deep.equal([]);
      expect(await told('x-maxBytes: -1')).to.deep.equal(['schema-invalid: x-maxBytes is -1']);
      expect(await told('x-maxBytes: 1.5')).to.deep.equal(['schema-invalid: x-maxBytes is 1.5']);
    });
    it('say what a value may be, where it may be one of several', async () => {
      const found = await told('type: [integr]');
      expect(found).to.include('schema-invalid: "integr" is none of array, boolean, integer, null, number, object, string');
      expect(await told('type: 5')).to.deep.equal(['schema-invalid: 5 is none of array, boolean, integer, null, number, object, string']);
    });
  });
});
