import { expect } from 'chai';
import { upgrade } from '../../spec/upgrade.js';

/** A copy, upgraded: it is done in place, and a row of the table must be the same whenever it is read. */
function upgraded(node: unknown): unknown {
  const copy = structuredClone(node);
  upgrade(copy);
  return copy;
}

describe('a schema of OpenAPI 3.0', () => {
  const table: readonly [what: string, before: unknown, after: unknown][] = [
    ['lets null be by its type', { type: 'string', nullable: true }, { type: ['string', 'null'] }],
    ['lets null be without a type', { nullable: true }, {}],
    ['lets null be among choices, once', { enum: ['a'], nullable: true }, { enum: ['a', null] }],
    ['lets null be that is a choice already', { enum: [null, 'a'], nullable: true }, { enum: [null, 'a'] }],
    ['lets null not be', { type: 'string', enum: ['a'], nullable: false }, { type: 'string', enum: ['a'] }],
    ['is left alone where it is of 3.1 already', { type: ['string'], nullable: true }, { type: ['string'] }],
    ['is left alone where it makes no sense', { type: 'string', nullable: 'yes' }, { type: 'string', nullable: 'yes' }],
    ['excludes its least value', { minimum: 1, exclusiveMinimum: true }, { exclusiveMinimum: 1 }],
    ['excludes its greatest value', { maximum: 1, exclusiveMaximum: true }, { exclusiveMaximum: 1 }],
    ['includes both', { minimum: 1, maximum: 2, exclusiveMinimum: false, exclusiveMaximum: false }, { minimum: 1, maximum: 2 }],
    ['excludes nothing where there is no bound', { exclusiveMinimum: true, exclusiveMaximum: true }, {}],
    ['keeps a bound that is no number', { minimum: '1', exclusiveMinimum: true }, { minimum: '1' }],
    ['keeps bounds of 3.1', { minimum: 1, exclusiveMinimum: 2 }, { minimum: 1, exclusiveMinimum: 2 }],
  ];
  for (const [what, before, after] of table) {
    it(what, () => expect(upgraded(before)).to.deep.equal(after));
    it(`${what}, also deep inside`, () =>
      expect(upgraded({ paths: { '/a': [null, { allOf: [{ properties: { a: before } }] }] } })).to.deep.equal({
        paths: { '/a': [null, { allOf: [{ properties: { a: after } }] }] },
      }));
  }

  it('is not looked for in data', () => {
    const data = (): object => ({ type: 'string', nullable: true });
    for (const name of ['example', 'value', 'default', 'enum']) {
      expect(upgraded({ [name]: data() }), name).to.deep.equal({ [name]: data() });
      expect(upgraded({ schema: { [name]: [data()] } }), name).to.deep.equal({ schema: { [name]: [data()] } });
    }
  });

  it('is looked for in members that are called like data', () => {
    for (const name of ['example', 'value', 'default', 'enum']) {
      expect(upgraded({ properties: { [name]: { type: 'string', nullable: true } } }), name).to.deep.equal({
        properties: { [name]: { type: ['string', 'null'] } },
      });
    }
    const inner = { type: 'string', nullable: true, default: { nullable: true } };
    expect(upgraded({ properties: { properties: inner } })).to.deep.equal({
      properties: { properties: { type: ['string', 'null'], default: { nullable: true } } },
    });
  });
});
