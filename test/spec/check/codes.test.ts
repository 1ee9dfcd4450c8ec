import { expect } from 'chai';
import { edit, findingsOf, removeWritten, SOUND, write } from '../contracts.js';
import { expectNone, expectOne } from './support.js';

describe('checkContract: codes', () => {
  after(removeWritten);

  const NOT_A_THING = "'422':\n          description: Not a thing.";
  const NOT_FOUND = "{$ref: '#/components/schemas/thing.not_found'}";

  /** A 409 before the 422 of createThing, with a code of one's choice. */
  const conflict = (code: string): string => `'409':
          description: Twice.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/${code}'}
              examples: {twice: {value: {error: {code: ${code}, message: twice, request_id: req_9}}}}
        ${NOT_A_THING}`;

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

  it('code-two-statuses: also where the mistake comes first', () =>
    expectOne(
      {
        [NOT_A_THING]: conflict('thing.not_found').replace('schema:', '¶schema:'),
        '  /things/{id}:\n': `  /things/{id}:\n    delete:
      operationId: removeThing
      security: [{}]
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}, example: 7}
      responses:
        '204': {description: Gone.}
        '404':
          description: No thing.
          content:
            application/json:
              schema: {allOf: [${NOT_FOUND}]}
              examples: {thing.not_found: {value: {error: {code: thing.not_found, message: gone, request_id: req_8}}}}
`,
      },
      'code-two-statuses',
      'thing.not_found is declared under 409 (createThing) and under 404 (removeThing and getThing)',
      'Declare it under 404, or give this failure a code of its own.',
    ));

  it('code-two-statuses: each place is told, and what operations share once', async () => {
    const gone = conflict('key.missing').replace("'409'", "'410'").replace(NOT_A_THING, '');
    const text = edit(SOUND, { [NOT_A_THING]: gone + conflict('key.missing') });
    const told = (await findingsOf(write({ 'openapi.yaml': text }))).filter(({ problem }) => problem === 'code-two-statuses');
    expect(told.map(({ what }) => what.slice(0, 38))).to.deep.equal([
      'key.missing is declared under 410 (cre',
      'key.missing is declared under 409 (cre',
    ]);
  });

  it('code-repeated: each code and each answer is told, and what operations share once', async () => {
    const twice = (name: string): string => `- $ref: '#/components/schemas/${name}'`;
    const [empty, missing, unknown] = ['name.empty', 'key.missing', 'key.unknown'].map(twice) as [string, string, string];
    const text = edit(SOUND, {
      [empty]: `${empty}\n                  ${empty}`,
      [unknown]: `${unknown}\n              ${missing}\n              ${unknown}`,
    });
    const told = (await findingsOf(write({ 'openapi.yaml': text }))).filter(({ problem }) => problem === 'code-repeated');
    expect(told.map(({ what }) => what)).to.deep.equal([
      '422 of createThing lists name.empty a second time',
      '401 of createThing and getThing lists key.missing a second time',
      '401 of createThing and getThing lists key.unknown a second time',
    ]);
  });

  it('code-repeated: one answer lists a code twice', () =>
    expectOne(
      {
        "                  - $ref: '#/components/schemas/name.empty'":
          "                  - $ref: '#/components/schemas/name.empty'\n                  - ¶$ref: '#/components/schemas/name.empty'",
      },
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

  it('code-missing: also under the first status of errors', async () => {
    const text = edit(SOUND, {
      "schema: {$ref: '#/components/schemas/body.malformed'}": "schema: {$ref: '#/components/schemas/Envelope'}",
    });
    const told = (await findingsOf(write({ 'openapi.yaml': text }))).filter(({ problem }) => problem === 'code-missing');
    expect(told.map(({ what }) => what)).to.deep.equal(['400 of createThing declares no code']);
  });

  it('code-missing: one alternative without a code, in an answer that two operations share', () =>
    expectOne(
      {
        "              - $ref: '#/components/schemas/key.unknown'":
          "              - $ref: '#/components/schemas/key.unknown'\n              - ¶$ref: '#/components/schemas/Envelope'",
      },
      'code-missing',
      '401 of createThing and getThing has an alternative without a code',
    ));

  it('code-missing: an answer without a JSON body', () =>
    expectOne(
      { [NOT_A_THING]: `¶'409': {description: Twice.}\n        ${NOT_A_THING}` },
      'code-missing',
      '409 of createThing has no JSON body, and so no code',
    ));

  it('code-missing: an answer without a schema', () =>
    expectOne(
      { [NOT_A_THING]: `¶'409': {description: Twice., content: {application/json: {}}}\n        ${NOT_A_THING}` },
      'code-missing',
      '409 of createThing has no schema, and so no code',
    ));

  it('code-missing: the answer to HEAD needs none, since it has no body', async () => {
    const head =
      "    head: {operationId: headThing, security: [{}], parameters: [{$ref: '#/components/parameters/Id'}], responses: {'200': {description: Yes.}, '404': {description: No.}}}\n";
    await expectNone({
      '  /things/{id}:\n': `  /things/{id}:\n${head}`,
      'components:\n': 'components:\n  parameters: {Id: {name: id, in: path, required: true, schema: {type: integer}}}\n',
    });
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

  it('wildcard-error: not what is only named like a range', async () => {
    const rows = ['x-default', 'x-4xx', 'defaults', '4XXX'];
    const text = edit(SOUND, { [NOT_A_THING]: rows.map((row) => `${row}: {description: Anything.}\n        `).join('') + NOT_A_THING });
    const told = await findingsOf(write({ 'openapi.yaml': text }));
    expect(told.filter(({ problem }) => problem === 'wildcard-error').map(({ what }) => what)).to.deep.equal([]);
  });
});
