import { expect } from 'chai';
import { edit, findingsOf, removeWritten, SOUND, write } from '../contracts.js';
import { expectOne } from './support.js';

describe('checkContract: examples', () => {
  after(removeWritten);

  const EMPTY = 'name.empty: {value: {error: {code: name.empty, message: empty name, request_id: req_3, details: {least: 1}}}}';

  const toldOf = async (edits: Readonly<Record<string, string>>, problem = 'example-invalid'): Promise<string[]> =>
    (await findingsOf(write({ 'openapi.yaml': edit(SOUND, edits) }))).filter((one) => one.problem === problem).map(({ what }) => what);

  it('example-invalid: a failure, at the offending member', () =>
    expectOne(
      { [EMPTY]: EMPTY.replace('least: 1', '¶least: none') },
      'example-invalid',
      'the example name.empty under 422 of createThing: /error/details/least must be integer',
    ));

  it('example-invalid: a missing member is told at its parent', () =>
    expectOne(
      { [EMPTY]: EMPTY.replace('details: {least: 1}', '¶details: {}') },
      'example-invalid',
      'the example name.empty under 422 of createThing: /error/details/least is required',
    ));

  it('example-invalid: several missing members are one finding', () =>
    expectOne(
      { [EMPTY]: EMPTY.replace('error: {code: name.empty, message: empty name, request_id: req_3', '¶error: {code: name.empty') },
      'example-invalid',
      'the example name.empty under 422 of createThing: /error lacks message and request_id',
    ));

  it('example-invalid: an example that two successes share is told once', () =>
    expectOne(
      { 'lamp: {value: {id: 7, name: Lamp}}': 'lamp: {value: {¶id: seven, name: Lamp}}' },
      'example-invalid',
      'the example lamp under 201 of createThing: /id must be integer',
    ));

  it('example-invalid: a request', () =>
    expectOne(
      { 'examples: {lamp: {value: {name: Lamp}}}': "examples: {lamp: {value: {¶name: ''}}}" },
      'example-invalid',
      'the example lamp in the request of createThing: /name must NOT have fewer than 1 characters',
    ));

  it('example-invalid: what breaks two constraints is told once', async () => {
    const value = { 'examples: {lamp: {value: {name: Lamp}}}': "examples: {lamp: {value: {name: ''}}}" };
    expect(await toldOf({ 'minLength: 1\n': "minLength: 1\n          pattern: '^L'\n", ...value })).to.deep.equal([
      'the example lamp in the request of createThing: /name must NOT have fewer than 1 characters',
    ]);
  });

  it('example-invalid: a parameter', () =>
    expectOne(
      { 'example: 7': '¶example: seven' },
      'example-invalid',
      'the example of parameter id of getThing: the value must be integer',
    ));

  it('example-invalid: a header', () =>
    expectOne(
      { 'example: 3': '¶example: soon' },
      'example-invalid',
      'the example of header Retry-After of createThing and getThing: the value must be integer',
    ));

  it('example-invalid: where no alternative fits, the alternatives are not told one by one', () =>
    expectOne(
      {
        'id: {type: integer}\n': 'id: {anyOf: [{type: string, minLength: 9}, {type: boolean}]}\n',
        'lamp: {value: {id: 7, name: Lamp}}': 'lamp: {value: {¶id: 7, name: Lamp}}',
      },
      'example-invalid',
      'the example lamp under 201 of createThing: /id must match a schema in anyOf',
    ));

  it('example-invalid: nor are those of oneOf, and what is wrong beside them is told all the same', async () => {
    const one = 'id: {oneOf: [{type: object, properties: {a: {type: string}}}, {type: boolean}]}\n        age: {type: integer}\n';
    expect(
      await toldOf({
        'id: {type: integer}\n': one,
        'lamp: {value: {id: 7, name: Lamp}}': 'lamp: {value: {id: {a: 1}, idle: 2, age: old, name: Lamp}}',
      }),
    ).to.deep.equal([
      'the example lamp under 201 of createThing: /id must match exactly one schema in oneOf',
      'the example lamp under 201 of createThing: /age must be integer',
    ]);
  });

  it('example-invalid: members that lack in different places, and members that are wrong, are findings of their own', async () => {
    expect(
      await toldOf({
        [EMPTY]: EMPTY.replace('message: empty name, ', '').replace('req_3, details: {least: 1}', '3, details: {}'),
      }),
    ).to.have.members([
      'the example name.empty under 422 of createThing: /error/message is required',
      'the example name.empty under 422 of createThing: /error/request_id must be string',
      'the example name.empty under 422 of createThing: /error/details/least is required',
    ]);
  });

  it('example-invalid: the value itself lacks members', async () => {
    expect(await toldOf({ 'lamp: {value: {id: 7, name: Lamp}}': 'lamp: {value: {}}' })).to.deep.equal([
      'the example lamp under 201 of createThing: the value lacks name and id',
    ]);
  });

  it('failure-without-example: each failure is told, and what operations share once', async () => {
    const told = await toldOf(
      {
        [`                ${EMPTY}\n`]: '',
        ['          examples:\n            key.missing: {value: {error: {code: key.missing, message: no key, request_id: req_5}}}\n' +
        '            key.unknown: {value: {error: {code: key.unknown, message: who, request_id: req_6}}}\n']: '',
      },
      'failure-without-example',
    );
    expect(told).to.have.members([
      'name.empty has no example under 422 of createThing',
      'key.missing has no example under 401 of createThing and getThing',
      'key.unknown has no example under 401 of createThing and getThing',
    ]);
  });

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
    expectOne(
      { [EMPTY]: `${EMPTY}\n                more: {¶value: {sorry: true}}` },
      'example-undeclared',
      'the example more of 422 of createThing has no code',
    ));

  it('failure-without-example', () =>
    expectOne(
      { "- $ref: '#/components/schemas/name.empty'": "- ¶$ref: '#/components/schemas/name.empty'", [`                ${EMPTY}\n`]: '' },
      'failure-without-example',
      'name.empty has no example under 422 of createThing',
      'Add one under examples, with the key name.empty.',
    ));
});
