import { expect } from 'chai';
import { edit, findingsOf, load, removeWritten, SOUND, write } from '../contracts.js';
import { expectNone, expectOne } from './support.js';

/** The sound contract with magic values for two codes. */
const MEMBERS = { 'x-failpath:': 'x-failpath:\n  magic: [/name]' };
const EMPTY = { 'x-retry: never': 'x-magic: fail with name.empty' };
const GONE = { 'thing.not_found: {allOf': 'thing.not_found: {x-magic: fail with thing.not_found, allOf' };
const MAGIC = { ...MEMBERS, ...EMPTY, ...GONE };

describe('magic values of a contract', () => {
  after(removeWritten);

  it('are known by themselves, and followed by an operation that declares the code', async () => {
    const { magic } = await load(edit(SOUND, MAGIC));
    expect(magic?.members).to.deep.equal(['/name']);
    expect(magic?.texts).to.deep.equal([
      'fail with name.empty',
      'fail with name.empty at createThing',
      'fail with thing.not_found',
      'fail with thing.not_found at getThing',
    ]);
    const keys = (text: string): string[] => [...(magic?.triggers(text)?.values() ?? [])].map(({ key }) => key);
    expect(keys('fail with name.empty')).to.deep.equal(['createThing 422 name.empty']);
    expect(keys('fail with thing.not_found at getThing')).to.deep.equal(['getThing 404 thing.not_found']);
  });

  it('trigger the failure of every operation that declares the code', async () => {
    const { magic } = await load(edit(SOUND, { ...MEMBERS, 'key.missing: {allOf': 'key.missing: {x-magic: no key, allOf' }));
    expect([...(magic?.triggers('no key') ?? [])].map(([id, { key }]) => `${id}: ${key}`)).to.deep.equal([
      'createThing: createThing 401 key.missing',
      'getThing: getThing 401 key.missing',
    ]);
    expect([...(magic?.triggers('no key at getThing.wav') ?? [])].map(([id]) => id)).to.deep.equal(['getThing']);
  });

  it('trigger the first of the failures with the code', async () => {
    const twice = { "        '422':\n": `        '409': {$ref: '#/components/responses/Twice'}\n        '422':\n` };
    const answer = {
      '  responses:\n    Unauthorized:':
        "  responses:\n    Twice: {description: Twice., content: {application/json: {schema: {$ref: '#/components/schemas/name.empty'}}}}\n    Unauthorized:",
    };
    const { magic } = await load(edit(SOUND, { ...MAGIC, ...twice, ...answer }));
    expect(magic?.triggers('fail with name.empty')?.get('createThing')?.key).to.equal('createThing 409 name.empty');
  });

  it('may have the extension of a file behind them, and nothing else around them', async () => {
    const { magic } = await load(edit(SOUND, MAGIC));
    const triggers = (text: string): boolean => magic?.triggers(text) !== undefined;
    const LONGEST = 'fail with thing.not_found at getThing.abcde';
    for (const text of ['fail with name.empty.wav', 'fail with name.empty at createThing.MP3', LONGEST])
      expect(triggers(text), text).to.equal(true);
    const near = ['fail with name.empty ', ' fail with name.empty', 'Fail with name.empty', 'fail with name', 'fail with name.empty.'];
    const far = ['fail with name.empty at getThing', 'fail with name.empty.wav.wav', 'fail with name.empty.tar.gz', '', '.wav'];
    for (const text of [...near, ...far, 'x'.repeat(1_000_000)]) expect(triggers(text), text.slice(0, 100)).to.equal(false);
  });

  it('of the failures that share a schema are the same, and a reference may have its own', async () => {
    const own = { "- $ref: '#/components/schemas/name.empty'": "- {$ref: '#/components/schemas/name.empty', x-magic: nameless}" };
    const contract = await load(edit(SOUND, { ...MAGIC, ...own }));
    expect(contract.failures.filter(({ magic }) => magic !== undefined).map(({ key, magic }) => `${key}: ${magic}`)).to.deep.equal([
      'createThing 422 name.empty: nameless',
      'getThing 404 thing.not_found: fail with thing.not_found',
    ]);
  });

  it('need not be there', async () => {
    expect((await load(SOUND)).magic).to.equal(undefined);
    expect((await load(edit(SOUND, MEMBERS))).magic).to.equal(undefined);
  });

  it('leave a contract sound', () => expectNone(MAGIC));

  const REFUSED: readonly [Record<string, string>, string, string?][] = [
    [{ ...MEMBERS, 'x-retry: never': '¶x-magic: 7' }, 'the x-magic of name.empty is 7', 'Write a text, such as: fail with name.empty.'],
    [{ ...MEMBERS, 'x-retry: never': "¶x-magic: ''" }, 'the x-magic of name.empty is ""'],
    [{ 'x-failpath:': 'x-failpath:\n  ¶magic: /name' }, 'x-failpath.magic: Invalid input: expected array, received string'],
    [{ 'x-failpath:': 'x-failpath:\n  magic: [¶name]' }, 'x-failpath.magic.0: must be a JSON pointer such as /error/code'],
    [{ 'x-failpath:': 'x-failpath:\n  ¶magics: [/name]' }, 'x-failpath.magics is not read', 'Did you mean magic?'],
    [
      { ...EMPTY, 'x-failpath:': 'x-failpath:\n  magic: [/name, ¶/nmae]' },
      'x-failpath.magic names /nmae, which no request body has',
      'Name a member that the JSON body of an operation declares, or remove it.',
    ],
    [
      { ...MEMBERS, ...EMPTY, 'thing.not_found: {allOf': 'thing.not_found: {¶x-magic: fail with name.empty, allOf' },
      '"fail with name.empty" stands for name.empty and for thing.not_found',
      'Give each code a value of its own.',
    ],
    [
      { ...MEMBERS, 'x-retry: never': '¶x-magic: no', 'body.malformed: {allOf': 'body.malformed: {x-magic: no, allOf' },
      '"no" stands for body.malformed and for name.empty',
    ],
    [
      { ...MEMBERS, ...EMPTY, 'thing.not_found: {allOf': 'thing.not_found: {¶x-magic: fail with name.empty at createThing, allOf' },
      '"fail with name.empty at createThing" stands for name.empty and for thing.not_found',
    ],
  ];
  for (const [edits, what, remedy] of REFUSED) it(`are refused: ${what}`, () => expectOne(edits, 'contract-extension', what, remedy));

  it('are found where a body has alternatives', () =>
    expectNone({
      ...MAGIC,
      "schema: {$ref: '#/components/schemas/NewThing'}": "schema: {oneOf: [{$ref: '#/components/schemas/NewThing'}]}",
    }));
});

describe('checkContract: magic values', () => {
  after(removeWritten);

  const IS_MAGIC = 'which is magic for name.empty';
  const COLLISIONS: readonly [string, Record<string, string>, string][] = [
    ['an example', { '{lamp: {value: {name: Lamp}}}': '{lamp: {value: {¶name: fail with name.empty}}}' }, 'the example lamp'],
    [
      'an example, for one operation',
      { '{lamp: {value: {name: Lamp}}}': '{lamp: {value: {¶name: fail with name.empty at createThing}}}' },
      'the example lamp',
    ],
    [
      'an example, as a file',
      { '{lamp: {value: {name: Lamp}}}': '{lamp: {value: {¶name: fail with name.empty.wav}}}' },
      'the example lamp',
    ],
    ['a default', { 'minLength: 1\n': 'minLength: 1\n          ¶default: fail with name.empty\n' }, 'the schema'],
    ['the example of the schema', { 'minLength: 1\n': 'minLength: 1\n          ¶example: fail with name.empty\n' }, 'the schema'],
    ['one of a list', { 'minLength: 1\n': 'minLength: 1\n          examples: [Lamp, ¶fail with name.empty]\n' }, 'the schema'],
  ];
  for (const [name, edits, label] of COLLISIONS) {
    it(`collide with ${name}`, async () => {
      const value = /fail with [\w .]+\w/.exec(Object.values(edits)[0] ?? '')?.[0] ?? '';
      const what = `${label} of createThing has ${JSON.stringify(value)} at /name, ${IS_MAGIC}`;
      await expectOne({ ...MEMBERS, ...EMPTY, ...edits }, 'magic-collision', what);
    });
  }

  it('collide with the values of a list, which leaves no room for others', async () => {
    const listed = { 'minLength: 1\n': 'minLength: 1\n          enum: [Lamp, fail with name.empty]\n' };
    const findings = await findingsOf(write({ 'openapi.yaml': edit(SOUND, { ...MEMBERS, ...EMPTY, ...listed }) }));
    expect(findings.map(({ problem, what }) => `${problem}  ${what}`)).to.deep.equal([
      'magic-collision  the schema of createThing has "fail with name.empty" at /name, which is magic for name.empty',
      'magic-refused  "fail with name.empty at createThing" cannot be sent to createThing at /name: it must be one of "Lamp", "fail with name.empty"',
    ]);
  });

  it('collide with a constant', async () => {
    const constant = { 'minLength: 1\n': 'minLength: 1\n          const: fail with name.empty\n' };
    const findings = await findingsOf(write({ 'openapi.yaml': edit(SOUND, { ...MEMBERS, ...EMPTY, ...constant }) }));
    expect(findings.filter(({ problem }) => problem === 'magic-collision').map(({ what }) => what)).to.deep.equal([
      'the schema of createThing has "fail with name.empty" at /name, which is magic for name.empty',
    ]);
  });

  it('that differ from an example do not collide with it', () =>
    expectNone({ ...MEMBERS, ...EMPTY, '{lamp: {value: {name: Lamp}}}': '{lamp: {value: {name: fail with names.empty}}}' }));

  it('fit what the schema of the member allows', () =>
    expectOne(
      { ...MEMBERS, 'x-retry: never': '¶x-magic: fail with name.empty', 'minLength: 1\n': 'minLength: 1\n          maxLength: 30\n' },
      'magic-refused',
      '"fail with name.empty at createThing" cannot be sent to createThing at /name: it must NOT have more than 30 characters',
      'Write a value that /name may have, or take /name out of x-failpath.magic.',
    ));

  it('are sent in members that are declared, and in no others', () =>
    expectNone({ ...MAGIC, '  /things/{id}:\n': other('application/json: {schema: {additionalProperties: {type: integer}}}') }));

  it('are not looked for in bodies that are no JSON', () => expectNone({ ...MAGIC, '  /things/{id}:\n': other('text/plain: {}') }));

  it('stand beside a code', () =>
    expectOne(
      { ...MAGIC, 'minLength: 1\n': 'minLength: 1\n          ¶x-magic: fail with name.empty\n' },
      'contract-extension',
      'x-magic stands in no schema of a failure',
    ));

  it('have members that can carry them', () =>
    expectOne(
      { ...EMPTY, 'x-failpath:': '¶x-failpath:' },
      'contract-extension',
      'there are magic values, but x-failpath.magic names no member for them',
      'Name the members of request bodies that can carry one: magic: [/title].',
    ));

  it('have a name that is spelt right', () =>
    expectOne({ ...MEMBERS, 'x-retry: never': '¶x-magics: a' }, 'contract-extension', 'x-magics is not read', 'Did you mean x-magic?'));
});

/** One more operation with a body, and nothing to refuse it with. */
function other(content: string): string {
  return `  /other:
    put:
      operationId: putOther
      security: [{}]
      requestBody: {content: {${content}}}
      responses:
        '204': {description: Nothing.}
        '400':
          description: No JSON.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/body.malformed'}
              examples: {a: {value: {error: {code: body.malformed, message: no, request_id: req_8}}}}
        '422':
          description: Not what it should be.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/body.invalid'}
              examples: {a: {value: {error: {code: body.invalid, message: no, request_id: req_9}}}}
  /things/{id}:
`;
}
