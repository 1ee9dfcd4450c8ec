import { expect } from 'chai';
import type { Contract, Failure, Operation } from '../../spec/index.js';
import { load, removeWritten } from './contracts.js';

const WHOLE = `openapi: 3.1.0
info: {title: Parts, version: 7}
security: [{key: [read, 5]}, {none: x}]
paths:
  /things/{id}:
    description: Not a method.
    parameters:
      - {name: ID, in: path, required: true, schema: {type: integer}, example: 1}
      - {name: id, in: query, schema: {type: string, example: from the schema}}
      - {$ref: '#/components/parameters/Trace'}
    get:
      operationId: '  getThing '
      summary: '  Gets it. '
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}, example: own}
        - {in: cookie}
      responses:
        '404': {$ref: '#/components/responses/Gone'}
        '101': {description: Things., x-websocket: {schema: {type: integer}, examples: {one: {value: 1}}}}
        '200':
          description: ' The thing. '
          headers: {ETag: {required: true, schema: {type: string}}, Age: {required: 'yes', example: 3}, Link: {$ref: '#/components/headers/Link'}}
          content:
            text/plain: {schema: {type: string}}
            application/vnd.thing+json: {example: {id: 1}, schema: {properties: {token: {x-secret: true}, error: {properties: {code: {const: thing.fine}}}}}}
            application/json: {}
        '099': {description: None.}
        '600': {description: None.}
        '20': {description: None.}
        '2000': {description: None.}
        x-200: {description: None.}
        default: {description: None.}
    put:
      security: []
      requestBody: {$ref: '#/components/requestBodies/Thing'}
      responses:
        '400': {description: Bad., content: {application/json: {}}}
        '409': {description: Twice., content: {text/json: {}}}
        '399': {description: Elsewhere., content: null, headers: null}
    delete:
      operationId: 7
      requestBody: {content: {application/jsonp: {}, x-application/json: {}}}
      security: [{open: []}]
      responses: {}
components:
  parameters: {Trace: {name: trace, in: header, required: 'true'}}
  headers: {Link: {required: true, example: a}}
  requestBodies:
    Thing:
      required: true
      content: {Application/JSON; charset=utf-8: {schema: {type: object}, example: {a: 1}, examples: {b: {summary: ' B. ', value: 2}}}}
  securitySchemes:
    key: {type: http, scheme: bearer, x-failures: [key.missing, 5]}
    open: {type: http, scheme: bearer, x-failures: key.missing}
  responses:
    Gone:
      description: ' Gone. '
      content:
        application/json:
          schema:
            oneOf:
              - {$ref: '#/components/schemas/Gone', title: ' Here ', description: ' Over here. ', x-causes: [moved], x-retry: backoff}
              - {properties: {error: {properties: {code: {const: thing.never}}}}, x-causes: [], x-retry: always}
          examples:
            gone: {value: {error: {code: thing.gone}}}
            other: {value: {error: {code: thing.other}}}
  schemas:
    Gone:
      title: There
      description: Over there.
      x-causes: [expired, 5]
      x-interpretation: ' As read. '
      properties: {error: {properties: {code: {enum: [thing.gone, thing.other]}}}}
`;

describe('operations', () => {
  after(removeWritten);

  let contract: Contract;
  before(async () => (contract = await load(WHOLE)));
  const operation = (index: number): Operation => {
    const found = contract.operations[index];
    if (found === undefined) throw new Error('there are not so many operations');
    return found;
  };

  it('are those of the methods of paths, and named by them where they have no name', () => {
    expect(contract.operations.map(({ id, method, path, summary }) => [id, method, path, summary])).to.deep.equal([
      ['getThing', 'GET', '/things/{id}', 'Gets it.'],
      ['put /things/{id}', 'PUT', '/things/{id}', ''],
      ['delete /things/{id}', 'DELETE', '/things/{id}', ''],
    ]);
    expect(contract.operations.map(({ pointer }) => pointer)).to.deep.equal([
      ...['/paths/~1things~1{id}/get', '/paths/~1things~1{id}/put', '/paths/~1things~1{id}/delete'],
    ]);
    expect([contract.title, contract.version]).to.deep.equal(['Parts', '7']);
  });

  it('have the answers whose status is a number, in the order of their numbers', () => {
    expect(operation(0).answers.map(({ status, description }) => [status, description])).to.deep.equal([
      [101, 'Things.'],
      [200, 'The thing.'],
      [404, 'Gone.'],
    ]);
    expect(operation(0).successes.map(({ status }) => status)).to.deep.equal([101, 200]);
    expect(operation(1).successes.map(({ status }) => status)).to.deep.equal([399]);
    expect(operation(1).failures).to.have.length(0);
    expect(operation(2).answers).to.have.length(0);
  });

  it('have the parameters of their path and their own, of which the own one counts', () => {
    const shown = ({ parameters }: Operation): unknown[] =>
      parameters.map(({ name, in: place, required, example }) => [place, name, required, example]);
    expect(shown(operation(0))).to.deep.equal([
      ['path', 'id', true, 'own'],
      ['query', 'id', false, 'from the schema'],
      ['header', 'trace', false, undefined],
      ['cookie', '', false, undefined],
    ]);
    expect(shown(operation(1)).slice(0, 1)).to.deep.equal([['path', 'ID', true, 1]]);
    expect(operation(0).parameters.map(({ validate }) => validate(5).length)).to.deep.equal([1, 1, 0, 0]);
    expect(operation(0).parameters.map(({ pointer }) => pointer)).to.deep.equal([
      '/paths/~1things~1{id}/get/parameters/0',
      '/paths/~1things~1{id}/parameters/1',
      '/components/parameters/Trace',
      '/paths/~1things~1{id}/get/parameters/1',
    ]);
  });

  it('have the body that is JSON, whatever the media type says besides', () => {
    const { body } = operation(1);
    expect([body?.required, body?.json?.mediaType]).to.deep.equal([true, 'Application/JSON; charset=utf-8']);
    expect(body?.json?.examples.map(({ name, summary, value }) => [name, summary, value])).to.deep.equal([['b', 'B.', 2]]);
    expect(body?.json?.validate(5)).to.have.length(1);
    expect(operation(0).body).to.equal(undefined);
    expect(operation(2).body).to.deep.equal({ required: false, json: undefined });
  });

  it('have contents, headers and frames as they are described', () => {
    const [opened, thing] = operation(0).answers;
    expect(thing?.content?.mediaType).to.equal('application/vnd.thing+json');
    expect(thing?.content?.examples.map(({ name, summary, value, pointer }) => [name, summary, value, pointer.slice(-8)])).to.deep.equal([
      ['example', undefined, { id: 1 }, '/example'],
    ]);
    expect(thing?.content?.secrets).to.deep.equal(['/token']);
    expect(thing?.headers.map(({ name, required, example, pointer }) => [name, required, example, pointer.slice(-13)])).to.deep.equal([
      ['ETag', true, undefined, '/headers/ETag'],
      ['Age', false, 3, '0/headers/Age'],
      ['Link', true, 'a', '/headers/Link'],
    ]);
    expect(thing?.headers.map(({ validate }) => validate(5).length)).to.deep.equal([1, 0, 0]);
    expect(thing?.frames).to.equal(undefined);
    expect(opened?.content).to.equal(undefined);
    expect(opened?.frames?.mediaType).to.equal('application/json');
    expect(opened?.frames?.validate('x')).to.have.length(1);
    expect(opened?.frames?.examples.map(({ value }) => value)).to.deep.equal([1]);
    expect(operation(1).answers.map(({ content }) => content?.mediaType)).to.deep.equal([undefined, 'application/json', undefined]);
    expect(operation(1).answers[1]?.content?.validate('anything at all')).to.deep.equal([]);
  });

  it('have failures that say more beside a reference than the schema does', () => {
    const shown = ({ code, title, description, causes, retry, interpretation, examples }: Failure): unknown[] => [
      ...[code, title, description, causes.join(), retry, interpretation],
      examples.map(({ name }) => name).join(),
    ];
    expect(operation(0).failures.map(shown)).to.deep.equal([
      ['thing.gone', 'Here', 'Over here.', 'moved', 'backoff', 'As read.', 'gone'],
      ['thing.other', 'Here', 'Over here.', 'moved', 'backoff', 'As read.', 'other'],
      ['thing.never', 'thing.never', 'Gone.', 'any', 'never', undefined, ''],
    ]);
    expect(operation(0).failures.map(({ key }) => key)[0]).to.equal('getThing 404 thing.gone');
  });

  it('ask for the credentials of the document where they do not say their own', () => {
    const shown = ({ credentials }: Operation): unknown[] =>
      credentials.map(({ scheme, scopes, failures }) => [scheme, scopes.join(), failures.join()]);
    expect(shown(operation(0))).to.deep.equal([
      ['key', 'read,5', 'key.missing,5'],
      ['none', '', ''],
    ]);
    expect(shown(operation(1))).to.deep.equal([]);
    expect(shown(operation(2))).to.deep.equal([['open', '', '']]);
  });
});
