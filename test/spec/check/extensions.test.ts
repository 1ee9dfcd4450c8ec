import { expect } from 'chai';
import { readExtension } from '../../../spec/extensions.js';
import { checkContract, formatFinding } from '../../../spec/index.js';
import { edit, findingsOf, load, removeWritten, SOUND, write } from '../contracts.js';
import { expectNone, expectOne } from './support.js';

describe('checkContract: our own members', () => {
  after(removeWritten);

  const MEMBERS: Readonly<Record<string, readonly string[]>> = {
    '': ['api', 'envelope', 'limits', 'webhooks', 'magic'],
    envelope: ['code', 'message', 'details', 'requestId'],
    refusals: ['unknownRoute', 'malformedBody', 'invalidBody'],
    webhooks: ['timeoutSeconds', 'retryAfterSeconds', 'skewSeconds'],
  };
  for (const [parent, members] of Object.entries(MEMBERS)) {
    for (const member of members) {
      it(`knows ${member} where it is misspelt in x-failpath${parent === '' ? '' : `.${parent}`}`, async () => {
        const value = parent === '' ? { [`${member}x`]: 1 } : { [parent]: { [`${member}x`]: 1 } };
        const { findings } = readExtension(value, () => ({ file: 'a.yaml', line: 1, column: 1 }));
        const told = findings.find(({ what }) => what.endsWith(' is not read'));
        expect(told).to.include({ problem: 'contract-extension', remedy: `Did you mean ${member}?` });
      });
    }
  }

  it('takes for said what x-failpath does not say', () => {
    const { extension, findings } = readExtension({ limits: { size: { value: 1 } } }, () => ({ file: 'a.yaml', line: 1, column: 1 }));
    expect(findings).to.deep.equal([]);
    expect(extension).to.deep.equal({
      envelope: { code: '/error/code', message: '/error/message', details: '/error/details', requestId: '/error/request_id' },
      refusals: {},
      limits: { size: { value: 1, unit: '', description: '' } },
      magic: [],
    });
  });

  it('takes for a pointer what begins with a slash, and nothing else', () => {
    const magic = (pointer: string): number =>
      readExtension({ magic: [pointer] }, () => ({ file: 'a.yaml', line: 1, column: 1 })).findings.length;
    expect(['/a', '/a/b', '/a//b/', '/'].map(magic)).to.deep.equal([0, 0, 0, 0]);
    expect(['', 'a', 'a/b', ' /a'].map(magic)).to.deep.equal([1, 1, 1, 1]);
  });

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
    [
      { 'x-violations: {minLength: name.empty}': '¶x-violations: name.empty' },
      'x-violations is "name.empty"',
      'Write the constraints with the code of each: {minLength: title.required}.',
    ],
    [
      { 'x-violations: {minLength: name.empty}': 'x-violations: {¶minLength: 422}' },
      'x-violations.minLength is 422',
      'Write the code that the API answers.',
    ],
    [
      { 'x-violations: {minLength: name.empty}': 'x-violations: {¶maxLength: name.empty}' },
      'x-violations names maxLength, which does not stand beside it',
      'Did you mean minLength?',
    ],
    [
      { 'x-violations: {minLength: name.empty}': 'x-violations: {¶uniqueItems: name.empty}' },
      'x-violations names uniqueItems, which does not stand beside it',
      'Write the constraint uniqueItems beside x-violations, or remove it there.',
    ],
    [
      { 'x-violations: {minLength: name.empty}': '¶x-violations: [name.empty]' },
      'x-violations is ["name.empty"]',
      'Write the constraints with the code of each: {minLength: title.required}.',
    ],
    [
      { 'x-violations: {minLength: name.empty}': '¶x-violations: null' },
      'x-violations is null',
      'Write the constraints with the code of each: {minLength: title.required}.',
    ],
    [
      { 'x-violations: {minLength: name.empty}': 'x-maxBytes: 9\n          x-violations: {¶x-maxByte: name.empty}' },
      'x-violations names x-maxByte, which does not stand beside it',
      'Did you mean x-maxBytes?',
    ],
    [{ 'x-violations: {minLength: name.empty}': '¶x-max-bytes: 9' }, 'x-max-bytes is not read', 'Did you mean x-maxBytes?'],
    [{ [CAUSES]: "¶x-causes: ['']" }, 'x-causes is [""]', LIST],
    [
      { 'x-failures: [key.missing, key.unknown]': '¶X-Failure: [], x-failures: [key.missing, key.unknown]' },
      'X-Failure is not read',
      'Did you mean x-failures?',
    ],
    [
      { 'x-failures: [key.missing, key.unknown]': '¶x-failures: key.missing' },
      'x-failures is "key.missing"',
      'Write a list of distinct codes, in the order of refusal.',
    ],
    [
      { 'x-failures: [key.missing, key.unknown]': 'x-failures: [key.missing, ¶key.unkown]' },
      'x-failures of key names key.unkown, which no operation declares',
      'Did you mean key.unknown?',
    ],
    [
      { 'unknownRoute: thing.not_found': '¶unknownRoute: nothing' },
      'x-failpath.refusals.unknownRoute names nothing, which no operation declares',
      'Declare it, or name another code.',
    ],
    [
      {
        "'200':\n          description: The thing.":
          "'101':\n          description: Things.\n          ¶x-webSockets: {}\n        '200':\n          description: The thing.",
      },
      'x-webSockets is not read',
      'Did you mean x-websocket?',
    ],
    [
      {
        "'200':\n          description: The thing.":
          "'200':\n          ¶x-websocket: {schema: {type: object}}\n          description: The thing.",
      },
      'getThing describes frames under 200',
      "Move them to the answer '101'.",
    ],
    [
      {
        "'201':\n          description: Created.":
          "'101':\n          description: Things.\n          ¶x-websocket: {schema: {type: object}}\n        '201':\n          description: Created.",
      },
      'createThing is to open a WebSocket with POST',
      'Declare it as GET: no other method can open one.',
    ],
    [
      {
        "'200':\n          description: The thing.":
          "'101':\n          description: Things.\n          ¶x-websocket: {scheme: Thing}\n        '200':\n          description: The thing.",
      },
      'x-websocket has no schema: it is {"scheme":"Thing"}',
      "Write the schema of what the server sends: x-websocket: {schema: {$ref: '#/components/schemas/Frame'}}.",
    ],
    [
      {
        "'200':\n          description: The thing.":
          "'101':\n          description: Things.\n          ¶x-web-socket: {}\n        '200':\n          description: The thing.",
      },
      'x-web-socket is not read',
      'Did you mean x-websocket?',
    ],
    [
      {
        "'200':\n          description: The thing.":
          "'101':\n          description: Things.\n          ¶x-websocket: {schema: null}\n        '200':\n          description: The thing.",
      },
      'x-websocket has no schema: it is {"schema":null}',
      "Write the schema of what the server sends: x-websocket: {schema: {$ref: '#/components/schemas/Frame'}}.",
    ],
    [{ 'x-failpath:': '¶x-failPath:' }, 'x-failPath is not read', 'Did you mean x-failpath?'],
    [{ 'refusals: {': '¶limit: {}\n  refusals: {' }, 'x-failpath.limit is not read', 'Did you mean limits?'],
    [
      { 'refusals: {': 'envelope: {¶code: error.code}\n  refusals: {' },
      'x-failpath.envelope.code: must be a JSON pointer such as /error/code',
      'Write it as docs/contract.md shows.',
    ],
  ];
  for (const [edits, what, remedy] of EXTENSIONS)
    it(`contract-extension: ${what}`, () => expectOne(edits, 'contract-extension', what, remedy));

  it('a name that only holds one of ours is none of ours', () =>
    expectOne({ [CAUSES]: '¶_x-causes: [a]' }, 'unsupported-keyword', '_x-causes is no keyword of JSON Schema 2020-12'));

  it('takes an empty text for no code', async () => {
    const text = edit(SOUND, { 'x-violations: {minLength: name.empty}': "x-violations: {minLength: ''}" });
    const told = await findingsOf(write({ 'openapi.yaml': text }));
    expect(told.map(({ what }) => what)).to.include('x-violations.minLength is ""');
  });

  it('needs no components', async () => {
    const contract = await load("openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {}\n");
    expect((await checkContract(contract)).map(formatFinding)).to.deep.equal([]);
  });

  it('lets constraints of every kind be named', () =>
    expectNone({
      'minLength: 1\n          x-violations: {minLength: name.empty}':
        'minLength: 1\n          x-maxBytes: 9\n          x-violations: {minLength: name.empty, x-maxBytes: name.empty}',
    }));

  describe('frames of a WebSocket', () => {
    const THING = "'200':\n          description: The thing.";
    const frames = (schema: string, examples: string): Record<string, string> => ({
      [THING]: `'101':\n          description: Things.\n          x-websocket:\n            schema: ${schema}\n            examples: ${examples}\n        ${THING}`,
    });
    const THINGS = "{$ref: '#/components/schemas/Thing'}";

    it('are described as the content of an answer is', () => expectNone(frames(THINGS, '{lamp: {value: {id: 1, name: Lamp}}}')));
    it('may be anything, if that is what their schema says', () => expectNone(frames('true', '{lamp: {value: 1}}')));
    it('are not taken for described where only a note is named like them', () =>
      expectNone({ [THING]: `${THING}\n          x-websocket-notes: {}\n          x-my-x-websockets: {}` }));
    it('have examples that satisfy their schema', () =>
      expectOne(
        frames(THINGS, '{lamp: {value: {name: Lamp, ¶id: a}}}'),
        'example-invalid',
        'the example lamp of a frame under 101 of getThing: /id must be integer',
      ));
    it('have schemas that are schemas', () =>
      expectOne(frames('{¶typ: object}', '{}'), 'unsupported-keyword', 'typ is no keyword of JSON Schema 2020-12'));
  });
});
