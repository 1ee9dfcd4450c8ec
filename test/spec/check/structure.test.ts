import { expect } from 'chai';
import { edit, findingsOf, removeWritten, SOUND, write } from '../contracts.js';
import { expectOne } from './support.js';

describe('checkContract: structure', () => {
  after(removeWritten);

  const STRUCTURE: readonly [Record<string, string>, string][] = [
    [
      { '      operationId: getThing\n': '      operationId: getThing\n      ¶sumary: Get it.\n' },
      'Property `sumary` is not expected here',
    ],
    [
      { '      operationId: getThing\n': '      ¶operationId: createThing\n' },
      'GET /things/{id} has the operationId createThing, and so has POST /things',
    ],
    [{ 'info: {title: Things, version: 1.0.0}': 'info: {title: Things, version: 1.0.0, ¶a.b: c}' }, 'Property `a.b` is not expected here'],
    [
      { 'info: {title: Things, version: 1.0.0}': "info: {title: Things, version: 1.0.0, ¶'a \t b': c}" },
      'Property `a b` is not expected here',
    ],
    [{ 'info: {title: Things, version: 1.0.0}': '¶info: {title: Things}' }, 'The field `version` must be present on this level'],
    [{ '          description: Created.\n': '', "'201'": "¶'201'" }, 'The field `description` must be present on this level'],
    [
      { '{name: id, in: path': '{name: id, ¶style: simpel, in: path' },
      '`style` can be one of the following only: "form", "simple", "label", "matrix", "spaceDelimited", "pipeDelimited", "deepObject"',
    ],
    [{ '      operationId: getThing\n': '', '    get:': '    ¶get:' }, 'GET /things/{id} has no operationId'],
    [
      { 'security: [{key: []}]\n      parameters': '¶security: [{keys: []}]\n      parameters' },
      'the scheme keys, which secures getThing, is not declared',
    ],
    [
      {
        '  /things/{id}:\n':
          "  ¶/things*:\n    get: {operationId: all, security: [{}], responses: {'204': {description: No.}}}\n  /things/{id}:\n",
      },
      'the path /things* has a * or a #',
    ],
    [
      {
        '  /things/{id}:\n':
          "  ¶/things?all:\n    get: {operationId: all, security: [{}], responses: {'204': {description: No.}}}\n  /things/{id}:\n",
      },
      "Don't put query string items in the path, they belong in parameters with `in: query`",
    ],
  ];
  for (const [edits, what] of STRUCTURE) it(`contract-structure: ${what}`, () => expectOne(edits, 'contract-structure', what));

  const CREATED = "'201':\n          description: Created.";
  for (const status of ['099', '640', '742', '808', '999', '40X', '6XX', '4x4']) {
    it(`contract-structure: an answer for ${status}`, () =>
      expectOne(
        { [CREATED]: `¶'${status}': {description: Anything.}\n        ${CREATED}` },
        'contract-structure',
        `createThing declares an answer for ${status}, which is no HTTP status`,
        'Correct the status.',
      ));
  }

  it('contract-structure: what is no status at all is told as such', async () => {
    const rows = ['60', '6000', '1600', 'x640'];
    const text = edit(SOUND, { [CREATED]: rows.map((row) => `'${row}': {description: Anything.}\n        `).join('') + CREATED });
    const told = await findingsOf(write({ 'openapi.yaml': text }));
    expect(told.map(({ what }) => what)).to.deep.equal(rows.map((row) => `Property \`${row}\` is not expected here`));
  });

  it('contract-structure: a path without its slash', async () => {
    const path = "  things*:\n    get: {operationId: all, security: [{}], responses: {'204': {description: No.}}}\n  /things/{id}:\n";
    const told = await findingsOf(write({ 'openapi.yaml': edit(SOUND, { '  /things/{id}:\n': path }) }));
    expect(told.map(({ what }) => what)).to.deep.equal(['Property `things*` is not expected here']);
  });

  it('contract-structure: says what to do about an operation without a name', () =>
    expectOne(
      { '      operationId: getThing\n': '', '    get:': '    ¶get:' },
      'contract-structure',
      'GET /things/{id} has no operationId',
      'Give it one: a name that no other operation has.',
    ));

  it('contract-structure: YAML that not every parser reads', async () => {
    const [told, ...others] = await findingsOf(write({ 'openapi.yaml': `${SOUND}x-list: [\n]\n` }));
    expect(others).to.have.length(0);
    expect(told?.what).to.match(/^the structure cannot be checked: deficient indentation/);
    expect(told).to.deep.include({
      problem: 'contract-structure',
      why: 'YAML that not every parser reads is read differently by different tools.',
      remedy: 'Write this place in plainer YAML.',
    });
    expect(told?.location).to.include({ line: 1, column: 1 });
  });
});
