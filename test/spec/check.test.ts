import { expect } from 'chai';
import { checkContract, formatFinding, loadContract } from '../../spec/index.js';
import { edit, findingsOf, mark, removeWritten, SOUND, write } from './contracts.js';

/** Breaks the sound contract, and expects the one finding: its place is where `¶` stands. */
async function expectOne(edits: Readonly<Record<string, string>>, problem: string, what: string, remedy?: string): Promise<void> {
  const { text, place } = mark(edit(SOUND, edits));
  const findings = await findingsOf(write({ 'openapi.yaml': text }));
  expect(findings.map(formatFinding)).to.have.length(1);
  const [finding] = findings;
  expect(`${finding?.location?.line}:${finding?.location?.column} ${finding?.problem}  ${finding?.what}`).to.equal(`${place} ${problem}  ${what}`);
  if (remedy !== undefined) expect(finding?.remedy).to.equal(remedy);
}

describe('checkContract', () => {
  after(removeWritten);

  it('finds nothing in a sound contract', async () => {
    expect((await findingsOf(write({ 'openapi.yaml': SOUND }))).map(formatFinding)).to.deep.equal([]);
  });

  it('finds nothing in the contract that is shipped', async () => {
    const contract = await loadContract(new URL('../../openapi.yaml', import.meta.url).pathname);
    expect((await checkContract(contract)).map(formatFinding)).to.deep.equal([]);
  });

  it('tells findings in the order of the file', async () => {
    const findings = await findingsOf(new URL('./golden/broken.yaml', import.meta.url).pathname);
    const places = findings.map(({ location }) => (location?.line ?? 0) * 1000 + (location?.column ?? 0));
    expect(places).to.deep.equal([...places].sort((a, b) => a - b));
  });

  describe('codes', () => {
    const conflict = (code: string): string => `'409':
          description: Twice.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/${code}'}
              examples: {twice: {value: {error: {code: ${code}, message: twice, request_id: req_9}}}}
        '422':
          description: Not a thing.`;
    const NOT_A_THING = "'422':\n          description: Not a thing.";
    const NOT_FOUND = "{$ref: '#/components/schemas/thing.not_found'}";

    it('code-two-statuses: of two that are used equally often, the later one is the mistake', () =>
      expectOne(
        { [`schema: ${NOT_FOUND}`]: `¶schema: ${NOT_FOUND}`, [NOT_A_THING]: conflict('thing.not_found') },
        'code-two-statuses',
        'thing.not_found is declared under 404 (getThing) and under 409 (createThing)',
        'Declare it under 409, or give this failure a code of its own.',
      ));

    it('code-two-statuses: the status that is used less often is the mistake', () =>
      expectOne(
        { [NOT_A_THING]: conflict('key.missing').replace('schema:', '¶schema:') },
        'code-two-statuses',
        'key.missing is declared under 409 (createThing) and under 401 (createThing and getThing)',
        'Declare it under 401, or give this failure a code of its own.',
      ));

    it('code-repeated: one answer lists a code twice', () =>
      expectOne(
        { "                  - $ref: '#/components/schemas/name.empty'": "                  - $ref: '#/components/schemas/name.empty'\n                  - ¶$ref: '#/components/schemas/name.empty'" },
        'code-repeated',
        '422 of createThing lists name.empty a second time',
        'Merge the two entries, or correct the code of one.',
      ));

    it('code-missing: a schema without a code', () =>
      expectOne(
        { [NOT_A_THING]: conflict('Envelope').replace('schema:', '¶schema:') },
        'code-missing',
        '409 of createThing declares no code',
        'Give the schema of each failure a code of its own at /error/code: {const: ...}.',
      ));

    it('code-missing: one alternative without a code, in an answer that two operations share', () =>
      expectOne(
        { "              - $ref: '#/components/schemas/key.unknown'": "              - $ref: '#/components/schemas/key.unknown'\n              - ¶$ref: '#/components/schemas/Envelope'" },
        'code-missing',
        '401 of createThing and getThing has an alternative without a code',
      ));

    it('code-missing: an answer without a JSON body', () =>
      expectOne({ [NOT_A_THING]: `¶'409': {description: Twice.}\n        ${NOT_A_THING}` }, 'code-missing', '409 of createThing has no JSON body, and so no code'));

    it('code-missing: an answer without a schema', () =>
      expectOne(
        { [NOT_A_THING]: `¶'409': {description: Twice., content: {application/json: {}}}\n        ${NOT_A_THING}` },
        'code-missing',
        '409 of createThing has no schema, and so no code',
      ));

    it('code-missing: the answer to HEAD needs none, since it has no body', async () => {
      const head = "    head: {operationId: headThing, security: [{}], parameters: [{$ref: '#/components/parameters/Id'}], responses: {'200': {description: Yes.}, '404': {description: No.}}}\n";
      const text = edit(SOUND, {
        '  /things/{id}:\n': `  /things/{id}:\n${head}`,
        'components:\n': 'components:\n  parameters: {Id: {name: id, in: path, required: true, schema: {type: integer}}}\n',
      });
      expect((await findingsOf(write({ 'openapi.yaml': text }))).map(formatFinding)).to.deep.equal([]);
    });

    for (const status of ['default', '4XX', '5XX', '2XX']) {
      it(`wildcard-error: a row for ${status}`, () =>
        expectOne(
          { [NOT_A_THING]: `¶${status}: {description: Anything.}\n        ${NOT_A_THING}` },
          'wildcard-error',
          `an answer for ${status} is declared by createThing`,
          `Write one row for each status that the operation can answer, and remove ${status}.`,
        ));
    }
  });

  describe('examples', () => {
    const EMPTY = 'name.empty: {value: {error: {code: name.empty, message: empty name, request_id: req_3, details: {least: 1}}}}';

    it('example-invalid: a failure, at the offending member', () =>
      expectOne(
        { [EMPTY]: EMPTY.replace('least: 1', '¶least: none') },
        'example-invalid',
        'the example name.empty under 422 of createThing: /error/details/least must be integer',
      ));

    it('example-invalid: a missing member is told at its parent', () =>
      expectOne({ [EMPTY]: EMPTY.replace('details: {least: 1}', '¶details: {}') }, 'example-invalid', 'the example name.empty under 422 of createThing: /error/details/least is required'));

    it('example-invalid: several missing members are one finding', () =>
      expectOne(
        { [EMPTY]: EMPTY.replace('error: {code: name.empty, message: empty name, request_id: req_3', '¶error: {code: name.empty') },
        'example-invalid',
        'the example name.empty under 422 of createThing: /error lacks message and request_id',
      ));

    it('example-invalid: an example that two successes share is told once', () =>
      expectOne({ 'lamp: {value: {id: 7, name: Lamp}}': 'lamp: {value: {¶id: seven, name: Lamp}}' }, 'example-invalid', 'the example lamp under 201 of createThing: /id must be integer'));

    it('example-invalid: a request', () =>
      expectOne({ 'examples: {lamp: {value: {name: Lamp}}}': "examples: {lamp: {value: {¶name: ''}}}" }, 'example-invalid', 'the example lamp in the request of createThing: /name must NOT have fewer than 1 characters'));

    it('example-invalid: a parameter', () =>
      expectOne({ 'example: 7': '¶example: seven' }, 'example-invalid', 'the example of parameter id of getThing: the value must be integer'));

    it('example-invalid: a header', () =>
      expectOne({ 'example: 3': '¶example: soon' }, 'example-invalid', 'the example of header Retry-After of createThing and getThing: the value must be integer'));

    it('example-invalid: where no alternative fits, the alternatives are not told one by one', () =>
      expectOne(
        { 'id: {type: integer}\n': 'id: {anyOf: [{type: string, minLength: 9}, {type: boolean}]}\n', 'lamp: {value: {id: 7, name: Lamp}}': 'lamp: {value: {¶id: 7, name: Lamp}}' },
        'example-invalid',
        'the example lamp under 201 of createThing: /id must match a schema in anyOf',
      ));

    it('example-invalid: an example without a value', () =>
      expectOne(
        { 'lamp: {value: {id: 7, name: Lamp}}': '¶lamp: {externalValue: https://example.org/lamp.json}' },
        'example-invalid',
        'the example lamp under 201 of createThing: the value must be object',
      ));

    it('example-undeclared: a code of another answer', () =>
      expectOne(
        { [EMPTY]: `${EMPTY}\n                more: {value: {error: {¶code: thing.not_found, message: gone, request_id: req_9}}}` },
        'example-undeclared',
        'the example more of 422 of createThing has the code "thing.not_found"',
        'Correct the code, move the example, or declare the code for this status.',
      ));

    it('example-undeclared: a misspelt code', () =>
      expectOne(
        { [EMPTY]: `${EMPTY}\n                more: {value: {error: {¶code: name.emtpy, message: gone, request_id: req_9}}}` },
        'example-undeclared',
        'the example more of 422 of createThing has the code "name.emtpy"',
        'Did you mean name.empty?',
      ));

    it('example-undeclared: no code', () =>
      expectOne({ [EMPTY]: `${EMPTY}\n                more: {¶value: {sorry: true}}` }, 'example-undeclared', 'the example more of 422 of createThing has no code'));

    it('failure-without-example', () =>
      expectOne(
        { "- $ref: '#/components/schemas/name.empty'": "- ¶$ref: '#/components/schemas/name.empty'", [`                ${EMPTY}\n`]: '' },
        'failure-without-example',
        'name.empty has no example under 422 of createThing',
        'Add one under examples, with the key name.empty.',
      ));
  });

  describe('what an operation lacks', () => {
    const UNAUTHORIZED = "'401': {$ref: '#/components/responses/Unauthorized'}\n        '404'";

    it('credential-failure-missing: codes of the scheme', () =>
      expectOne(
        { [UNAUTHORIZED]: "'404'", 'example: 7}\n      responses': 'example: 7}\n      ¶responses' },
        'credential-failure-missing',
        'getThing is secured by key and does not declare key.missing, key.unknown',
      ));

    it('credential-failure-missing: no 401, and a scheme that does not say what else', () =>
      expectOne(
        {
          '  /things/{id}:\n': "  /other:\n    get: {operationId: getOther, security: [{other: []}], ¶responses: {'204': {description: Nothing.}}}\n  /things/{id}:\n",
          '  securitySchemes:\n': '  securitySchemes:\n    other: {type: http, scheme: basic}\n',
        },
        'credential-failure-missing',
        'getOther is secured by other and has no 401',
      ));

    it('credential-failure-missing: not where the credential is optional', async () => {
      const text = edit(SOUND, {
        '  /things/{id}:\n': "  /other:\n    get: {operationId: getOther, security: [{other: []}, {}], responses: {'204': {description: Nothing.}}}\n  /things/{id}:\n",
        '  securitySchemes:\n': '  securitySchemes:\n    other: {type: http, scheme: basic}\n',
      });
      expect((await findingsOf(write({ 'openapi.yaml': text }))).map(formatFinding)).to.deep.equal([]);
    });

    it('body-failure-missing', () =>
      expectOne(
        { '  /things/{id}:\n': BODY },
        'body-failure-missing',
        'putOther takes a JSON body and does not declare body.invalid',
        'Declare body.invalid for putOther.',
      ));

    it('violation-code-undeclared: for one of the operations that use the schema', () =>
      expectOne(
        {
          '  /things/{id}:\n': BODY.replace('¶', '').replace("'400'", "'422': {$ref: '#/components/responses/Invalid'}\n        '400'").replace('{type: object}', "{$ref: '#/components/schemas/NewThing'}").replace('{type: array}', '{type: object}'),
          '    Unauthorized:\n      description': "    Invalid:\n      description: No.\n      content:\n        application/json:\n          schema: {$ref: '#/components/schemas/body.invalid'}\n          examples: {a: {value: {error: {code: body.invalid, message: no, request_id: req_8}}}}\n    Unauthorized:\n      description",
          'x-violations: {minLength': 'x-violations: {¶minLength',
        },
        'violation-code-undeclared',
        'the constraint is answered with name.empty, which is not declared by putOther',
        'Declare name.empty there, or name a code that is declared.',
      ));

    it('violation-code-undeclared: a misspelt code', () =>
      expectOne(
        { 'x-violations: {minLength: name.empty}': 'x-violations: {¶minLength: name.emtpy}' },
        'violation-code-undeclared',
        'the constraint is answered with name.emtpy, which is not declared by createThing',
        'Did you mean name.empty?',
      ));
  });

  describe('components and references', () => {
    it('unused-component', () => expectOne({ '  examples:\n    lamp': '  examples:\n    ¶bulb: {value: 1}\n    lamp' }, 'unused-component', 'components.examples.bulb is never used'));

    it('unused-component: what only itself uses', () =>
      expectOne(
        { '  schemas:\n': "  schemas:\n    ¶List: {type: object, properties: {next: {$ref: '#/components/schemas/List'}}}\n" },
        'unused-component',
        'components.schemas.List is never used',
      ));

    it('unused-component: not what a discriminator names', async () => {
      const text = edit(SOUND, {
        '      required: [id]\n': '      required: [id]\n      discriminator: {propertyName: name, mapping: {lamp: Lamp, sofa: "#/components/schemas/Sofa"}}\n',
        '  schemas:\n': "  schemas:\n    Lamp: {type: object}\n    Sofa: {type: object}\n    Chair: {allOf: [{$ref: '#/components/schemas/Thing'}]}\n",
      });
      expect((await findingsOf(write({ 'openapi.yaml': text }))).map(formatFinding)).to.deep.equal([]);
    });

    it('broken-ref: of a discriminator', () =>
      expectOne(
        { '      required: [id]\n': '      required: [id]\n      discriminator: {propertyName: name, mapping: {¶lamp: NewThign}}\n' },
        'broken-ref',
        'the discriminator maps lamp to "NewThign", which points at nothing',
        'Did you mean NewThing?',
      ));

    it('unused-component: a security scheme', () =>
      expectOne({ '  securitySchemes:\n': '  securitySchemes:\n    ¶other: {type: http, scheme: basic}\n' }, 'unused-component', 'components.securitySchemes.other is never used'));

    it('broken-ref, with what was meant', () =>
      expectOne(
        { "schema: {$ref: '#/components/schemas/NewThing'}": "schema: {¶$ref: '#/components/schemas/NewThign'}" },
        'broken-ref',
        '#/components/schemas/NewThign points at nothing',
        'Did you mean #/components/schemas/NewThing?',
      ));

    it('unsupported-ref: a schema outside of components.schemas', () =>
      expectOne(
        { 'id: {type: integer}\n': "id: {¶$ref: '#/paths/~1things~1{id}/get/parameters/0/schema'}\n" },
        'unsupported-ref',
        'a schema refers to "#/paths/~1things~1{id}/get/parameters/0/schema"',
      ));

    it('unsupported-ref: an anchor', () =>
      expectOne({ 'id: {type: integer}\n': "id: {¶$ref: '#name'}\n" }, 'unsupported-ref', '#name names an anchor', 'Write #/ and the place of what is meant: #/components/schemas/<name>.'));

    for (const keyword of ['$id', '$anchor', '$dynamicAnchor']) {
      it(`unsupported-ref: ${keyword}`, () => expectOne({ 'id: {type: integer}\n': `id: {type: integer, ¶${keyword}: id}\n` }, 'unsupported-ref', `the schema uses ${keyword}`));
    }
  });

  describe('schemas', () => {
    it('unsupported-keyword, with what was meant', () =>
      expectOne({ 'id: {type: integer}\n': 'id: {type: integer, ¶minimun: 1}\n' }, 'unsupported-keyword', 'minimun is no keyword of JSON Schema 2020-12', 'Did you mean minimum?'));

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
      const text = edit(SOUND, { 'id: {type: integer}\n': 'id: {type: integer}\n        nullable: {type: boolean}\n        minimun: {type: integer}\n' });
      expect((await findingsOf(write({ 'openapi.yaml': text }))).map(formatFinding)).to.deep.equal([]);
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
        expectOne({ '  schemas:\n': `  schemas:\n    Odd: {${schema}}\n`, 'id: {type: integer}\n': "id: {type: integer}\n        odd: {$ref: '#/components/schemas/Odd'}\n" }, 'schema-invalid', what, remedy));
    }

    it('schema-invalid: a schema that contains itself without end', () =>
      expectOne(
        { 'id: {type: integer}\n': "id: {$ref: '#/components/schemas/A'}\n", '  schemas:\n': "  schemas:\n    A: {anyOf: [{type: integer}, {$ref: '#/components/schemas/B'}]}\n    B: {allOf: [{¶$ref: '#/components/schemas/A'}]}\n" },
        'schema-invalid',
        '#/components/schemas/A leads back to where it stands, without entering a part of the value',
      ));

    it('schema-invalid: not a schema that contains itself in a part', async () => {
      const text = edit(SOUND, { 'id: {type: integer}\n': "id: {type: integer}\n        parts: {type: array, items: {$ref: '#/components/schemas/Thing'}}\n        whole: {$ref: '#/components/schemas/Thing'}\n" });
      expect((await findingsOf(write({ 'openapi.yaml': text }))).map(formatFinding)).to.deep.equal([]);
    });
  });

  describe('our own members', () => {
    const CAUSES = 'x-causes: [empty, white space]';
    const LIST = 'Write a list of at least one cause, each in words of its own: [expired, used twice].';
    const EXTENSIONS: readonly [Record<string, string>, string, string][] = [
      [{ [CAUSES]: '¶x-causes: empty' }, 'x-causes is "empty"', LIST],
      [{ [CAUSES]: '¶x-causes: []' }, 'x-causes is []', LIST],
      [{ [CAUSES]: '¶x-causes: [empty, empty]' }, 'x-causes is ["empty","empty"]', LIST],
      [{ [CAUSES]: '¶x-causes: [empty, 2]' }, 'x-causes is ["empty",2]', LIST],
      [{ [CAUSES]: '¶x-cause: [empty]' }, 'x-cause is not read', 'Did you mean x-causes?'],
      [{ 'x-retry: never': '¶x-retry: always' }, 'x-retry is "always"', 'Write never, backoff or retry-after.'],
      [{ 'x-retry: never': '¶x-interpretation: [a]' }, 'x-interpretation is ["a"]', 'Write a sentence.'],
      [{ 'x-retry: never': "¶x-secret: 'yes'" }, 'x-secret is "yes"', 'Write true, or leave it out.'],
      [{ 'x-violations: {minLength: name.empty}': '¶x-violations: name.empty' }, 'x-violations is "name.empty"', 'Write the constraints with the code of each: {minLength: title.required}.'],
      [{ 'x-violations: {minLength: name.empty}': 'x-violations: {¶minLength: 422}' }, 'x-violations.minLength is 422', 'Write the code that the API answers.'],
      [{ 'x-violations: {minLength: name.empty}': 'x-violations: {¶maxLength: name.empty}' }, 'x-violations names maxLength, which does not stand beside it', 'Did you mean minLength?'],
      [{ 'x-violations: {minLength: name.empty}': 'x-violations: {¶uniqueItems: name.empty}' }, 'x-violations names uniqueItems, which does not stand beside it', 'Write the constraint uniqueItems beside x-violations, or remove it there.'],
      [{ 'x-failures: [key.missing, key.unknown]': '¶x-failures: key.missing' }, 'x-failures is "key.missing"', 'Write a list of distinct codes, in the order of refusal.'],
      [{ 'x-failures: [key.missing, key.unknown]': 'x-failures: [key.missing, ¶key.unkown]' }, 'x-failures of key names key.unkown, which no operation declares', 'Did you mean key.unknown?'],
      [{ 'unknownRoute: thing.not_found': '¶unknownRoute: nothing' }, 'x-failpath.refusals.unknownRoute names nothing, which no operation declares', 'Declare it, or name another code.'],
      [{ 'x-failpath:': '¶x-failPath:' }, 'x-failPath is not read', 'Did you mean x-failpath?'],
      [{ 'refusals: {': 'limit: {}\n  refusals: {', 'x-failpath:': '¶x-failpath:' }, 'x-failpath: Unrecognized key: "limit"', 'Write it as docs/contract.md shows.'],
      [{ 'refusals: {': 'envelope: {¶code: error.code}\n  refusals: {' }, 'x-failpath.envelope.code: must be a JSON pointer such as /error/code', 'Write it as docs/contract.md shows.'],
    ];
    for (const [edits, what, remedy] of EXTENSIONS) it(`contract-extension: ${what}`, () => expectOne(edits, 'contract-extension', what, remedy));
  });

  describe('structure', () => {
    const STRUCTURE: readonly [Record<string, string>, string][] = [
      [{ '      operationId: getThing\n': '      operationId: getThing\n      ¶sumary: Get it.\n' }, 'Property `sumary` is not expected here'],
      [{ '      operationId: getThing\n': '      ¶operationId: createThing\n' }, 'GET /things/{id} has the operationId createThing, and so has POST /things'],
      [{ "info: {title: Things, version: 1.0.0}": '¶info: {title: Things}' }, 'The field `version` must be present on this level'],
      [{ '          description: Created.\n': '', "'201'": "¶'201'" }, 'The field `description` must be present on this level'],
      [{ '{name: id, in: path': '{name: id, ¶style: simpel, in: path' }, '`style` can be one of the following only: "form", "simple", "label", "matrix", "spaceDelimited", "pipeDelimited", "deepObject"'],
      [{ '      operationId: getThing\n': '', '    get:': '    ¶get:' }, 'GET /things/{id} has no operationId'],
      [{ 'security: [{key: []}]\n      parameters': '¶security: [{keys: []}]\n      parameters' }, 'the scheme keys, which secures getThing, is not declared'],
      [{ '  /things/{id}:\n': "  ¶/things*:\n    get: {operationId: all, security: [{}], responses: {'204': {description: No.}}}\n  /things/{id}:\n" }, 'the path /things* has a * or a #'],
      [{ '  /things/{id}:\n': "  ¶/things?all:\n    get: {operationId: all, security: [{}], responses: {'204': {description: No.}}}\n  /things/{id}:\n" }, "Don't put query string items in the path, they belong in parameters with `in: query`"],
    ];
    for (const [edits, what] of STRUCTURE) it(`contract-structure: ${what}`, () => expectOne(edits, 'contract-structure', what));
  });
});

/** One more operation with a JSON body, which declares half of what it should. */
const BODY = `  /other:
    put:
      operationId: putOther
      security: [{}]
      requestBody:
        content:
          application/json:
            schema: {type: object}
      ¶responses:
        '204': {description: Nothing.}
        '400':
          description: No JSON.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/body.malformed'}
              examples: {body.malformed: {value: {error: {code: body.malformed, message: no JSON, request_id: req_1}}}}
  /things/{id}:
`;
