import { removeWritten } from '../contracts.js';
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
});
