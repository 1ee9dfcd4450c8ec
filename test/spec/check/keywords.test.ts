import { createRequire } from 'node:module';
import { expect } from 'chai';
import { EXTENSIONS, INSTEAD, KEYWORDS, SUBSCHEMAS } from '../../../spec/check/keywords.js';
import { subschemas } from '../../../spec/check/walk.js';

const require = createRequire(import.meta.url);
const META = ['core', 'applicator', 'unevaluated', 'validation', 'meta-data', 'format-annotation', 'content'];

/** The members of the meta-schemas that the standard publishes, as ajv brings them along. */
function published(): string[] {
  const files = ['schema', ...META.map((name) => `meta/${name}`)];
  return files.flatMap((file) => {
    const { properties } = require(`ajv/dist/refs/json-schema-2020-12/${file}.json`) as { properties: object };
    return Object.keys(properties);
  });
}

describe('keywords', () => {
  it('are those of the meta-schemas of JSON Schema 2020-12, and of the vocabulary of OpenAPI 3.1', () => {
    const recursive = ['$recursiveAnchor', '$recursiveRef'];
    const expected = new Set([
      ...published().filter((name) => !recursive.includes(name)),
      'discriminator',
      'xml',
      'externalDocs',
      'example',
    ]);
    expect([...KEYWORDS].sort()).to.deep.equal([...expected].sort());
  });

  it('have schemas inside where the meta-schema refers to itself', () => {
    const inside: Readonly<Record<string, string>> = {
      ...Object.fromEntries(
        ['not', 'if', 'then', 'else', 'items', 'contains', 'additionalProperties', 'propertyNames'].map((one) => [one, 'schema']),
      ),
      ...Object.fromEntries(['unevaluatedItems', 'unevaluatedProperties', 'contentSchema'].map((one) => [one, 'schema'])),
      ...Object.fromEntries(['allOf', 'anyOf', 'oneOf', 'prefixItems'].map((one) => [one, 'list'])),
      ...Object.fromEntries(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'].map((one) => [one, 'map'])),
    };
    expect(Object.fromEntries([...SUBSCHEMAS].map(([keyword, { shape }]) => [keyword, shape]))).to.deep.equal(inside);
  });

  it('describe the same value, or a part of it', () => {
    const inPlace = [...SUBSCHEMAS].filter(([, one]) => one.inPlace).map(([keyword]) => keyword);
    expect(inPlace.sort()).to.deep.equal(['allOf', 'anyOf', 'dependentSchemas', 'else', 'if', 'not', 'oneOf', 'then']);
  });

  it('lead to the schemas inside, whatever else is written there', () => {
    const places = (schema: Record<string, unknown>): string[] => subschemas(schema, '/s').map(({ pointer }) => pointer);
    expect(places({ not: {}, allOf: [{}, {}], properties: { 'a/b': {} }, type: 'object' })).to.deep.equal([
      ...['/s/not', '/s/allOf/0', '/s/allOf/1', '/s/properties/a~1b'],
    ]);
    expect(places({ allOf: { a: {} }, properties: [{}], anyOf: null, $defs: 'x' })).to.deep.equal([]);
  });

  it('of other dialects have something to write instead', () => {
    expect([...INSTEAD.keys()]).to.deep.equal(['nullable', 'additionalItems', 'id', 'divisibleBy', 'extends', 'disallow', 'optional']);
    for (const [keyword, remedy] of INSTEAD) {
      expect(KEYWORDS.has(keyword), keyword).to.equal(false);
      expect(remedy).to.match(/^(Add|Write|Remove|Leave) .+\.$/);
    }
  });

  it('of our own are those that docs/contract.md explains', () => {
    expect(EXTENSIONS).to.deep.equal(['x-causes', 'x-retry', 'x-violations', 'x-interpretation', 'x-maxBytes', 'x-secret', 'x-magic']);
  });
});
