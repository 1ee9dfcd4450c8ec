import { expect } from 'chai';
import { edit, findingsOf, removeWritten, SOUND, write } from '../contracts.js';
import { expectNone, expectOne } from './support.js';

describe('checkContract: components and references', () => {
  after(removeWritten);

  it('unused-component', () =>
    expectOne(
      { '  examples:\n    lamp': '  examples:\n    ¶bulb: {value: 1}\n    lamp' },
      'unused-component',
      'components.examples.bulb is never used',
    ));

  it('unused-component: what only itself uses', () =>
    expectOne(
      { '  schemas:\n': "  schemas:\n    ¶List: {type: object, properties: {next: {$ref: '#/components/schemas/List'}}}\n" },
      'unused-component',
      'components.schemas.List is never used',
    ));

  it('unused-component: not what a discriminator names', async () => {
    await expectNone({
      '      required: [id]\n':
        '      required: [id]\n      discriminator: {propertyName: name, mapping: {lamp: Lamp, sofa: "#/components/schemas/Sofa"}}\n',
      '  schemas:\n':
        "  schemas:\n    Lamp: {type: object}\n    Sofa: {type: object}\n    Chair: {allOf: [{$ref: '#/components/schemas/Thing'}]}\n",
    });
  });

  it('unused-component: also what builds on a schema that is used, if nothing says that it may stand in its place', () =>
    expectOne(
      { '  schemas:\n': "  schemas:\n    ¶Sofa: {allOf: [{type: object}, {$ref: '#/components/schemas/Thing'}]}\n" },
      'unused-component',
      'components.schemas.Sofa is never used',
    ));

  it('unused-component: not what a member uses that is called like the place of components', () =>
    expectNone({
      "schema: {$ref: '#/components/schemas/NewThing'}":
        "schema: {allOf: [{$ref: '#/components/schemas/NewThing'}, {properties: {components: {properties: {lamp: {$ref: '#/components/schemas/Lamp'}}}}}]}",
      '  schemas:\n': '  schemas:\n    Lamp: {type: object}\n',
    }));

  it('unused-component: not notes of other tools', () => expectNone({ 'components:\n': 'components:\n  x-notes: {lamp: a note}\n' }));

  const MAPPED: readonly [target: string, quoted: string, remedy: string][] = [
    ['"#/components/schemas/Thign"', '"#/components/schemas/Thign"', 'Did you mean Thing?'],
    ['Something.Else', '"Something.Else"', 'Declare the schema, or name another.'],
    ['7', '7', 'Declare the schema, or name another.'],
  ];
  for (const [target, quoted, remedy] of MAPPED) {
    it(`broken-ref: of a discriminator, to ${target}`, () =>
      expectOne(
        { '      required: [id]\n': `      required: [id]\n      discriminator: {propertyName: name, mapping: {¶lamp: ${target}}}\n` },
        'broken-ref',
        `the discriminator maps lamp to ${quoted}, which points at nothing`,
        remedy,
      ));
  }

  it('broken-ref: of a discriminator', () =>
    expectOne(
      { '      required: [id]\n': '      required: [id]\n      discriminator: {propertyName: name, mapping: {¶lamp: NewThign}}\n' },
      'broken-ref',
      'the discriminator maps lamp to "NewThign", which points at nothing',
      'Did you mean NewThing?',
    ));

  it('unused-component: a security scheme', () =>
    expectOne(
      { '  securitySchemes:\n': '  securitySchemes:\n    ¶other: {type: http, scheme: basic}\n' },
      'unused-component',
      'components.securitySchemes.other is never used',
    ));

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
    expectOne(
      { 'id: {type: integer}\n': "id: {¶$ref: '#name'}\n" },
      'unsupported-ref',
      '#name names an anchor',
      'Write #/ and the place of what is meant: #/components/schemas/<name>.',
    ));

  it('unsupported-ref: what is no schema', async () => {
    const text = edit(SOUND, { 'id: {type: integer}\n': "id: {$ref: '#/components/examples/lamp/value'}\n" });
    const told = (await findingsOf(write({ 'openapi.yaml': text }))).map(({ problem, what }) => `${problem} ${what}`);
    expect(told).to.include('unsupported-ref a schema refers to "#/components/examples/lamp/value"');
  });

  it('unsupported-ref: what the compiler does not take either', async () => {
    const told = async (schema: string): Promise<string[]> => {
      const findings = await findingsOf(write({ 'openapi.yaml': edit(SOUND, { 'id: {type: integer}\n': `id: {${schema}}\n` }) }));
      return findings.filter(({ problem }) => problem === 'unsupported-ref').map(({ what }) => what);
    };
    expect(await told('$ref: 7')).to.deep.equal(['a schema refers to 7']);
    expect(await told('$dynamicRef: id')).to.deep.equal(['the schema uses $dynamicRef']);
  });

  for (const keyword of ['$id', '$anchor', '$dynamicAnchor']) {
    it(`unsupported-ref: ${keyword}`, () =>
      expectOne({ 'id: {type: integer}\n': `id: {type: integer, ¶${keyword}: id}\n` }, 'unsupported-ref', `the schema uses ${keyword}`));
  }
});
