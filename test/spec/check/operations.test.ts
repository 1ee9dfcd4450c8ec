import { removeWritten } from '../contracts.js';
import { expectNone, expectOne } from './support.js';

describe('checkContract: what an operation lacks', () => {
  after(removeWritten);

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
        '  /things/{id}:\n':
          "  /other:\n    get: {operationId: getOther, security: [{other: []}], ¶responses: {'204': {description: Nothing.}}}\n  /things/{id}:\n",
        '  securitySchemes:\n': '  securitySchemes:\n    other: {type: http, scheme: basic}\n',
      },
      'credential-failure-missing',
      'getOther is secured by other and has no 401',
    ));

  it('credential-failure-missing: not where the credential is optional', async () => {
    await expectNone({
      '  /things/{id}:\n':
        "  /other:\n    get: {operationId: getOther, security: [{other: []}, {}], responses: {'204': {description: Nothing.}}}\n  /things/{id}:\n",
      '  securitySchemes:\n': '  securitySchemes:\n    other: {type: http, scheme: basic}\n',
    });
  });

  it('credential-failure-missing: not where the scheme says other answers than 401', async () => {
    await expectNone({
      '  /things/{id}:\n':
        "  /other:\n    get: {operationId: getOther, security: [{other: []}], responses: {'204': {description: Nothing.}, '403': {$ref: '#/components/responses/No'}}}\n  /things/{id}:\n",
      '  securitySchemes:\n': '  securitySchemes:\n    other: {type: http, scheme: basic, x-failures: [other.refused]}\n',
      '  responses:\n    Unauthorized:\n': `  responses:
    'No':
      description: No.
      content:
        application/json:
          schema: {allOf: [{$ref: '#/components/schemas/Envelope'}], properties: {error: {properties: {code: {const: other.refused}}}}}
          examples: {a: {value: {error: {code: other.refused, message: no, request_id: req_8}}}}
    Unauthorized:
`,
    });
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
        '  /things/{id}:\n': BODY.replace('¶', '')
          .replace("'400'", "'422': {$ref: '#/components/responses/Invalid'}\n        '400'")
          .replace('{type: object}', "{$ref: '#/components/schemas/NewThing'}")
          .replace('{type: array}', '{type: object}'),
        '    Unauthorized:\n      description':
          "    Invalid:\n      description: No.\n      content:\n        application/json:\n          schema: {$ref: '#/components/schemas/body.invalid'}\n          examples: {a: {value: {error: {code: body.invalid, message: no, request_id: req_8}}}}\n    Unauthorized:\n      description",
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

  it('violation-code-undeclared: of a parameter', () =>
    expectOne(
      { 'schema: {type: integer}, example: 7': 'schema: {type: integer, minimum: 1, x-violations: {¶minimum: name.empty}}, example: 7' },
      'violation-code-undeclared',
      'the constraint is answered with name.empty, which is not declared by getThing',
    ));

  it('violation-code-undeclared: nothing of a body that is no JSON', () =>
    expectNone({
      '  /things/{id}:\n': BODY.replace('¶', '').replace('application/json:\n            schema: {type: object}', 'text/plain: {}'),
    }));
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
