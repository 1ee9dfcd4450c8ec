import { expect } from 'chai';
import { list, names, objectOf, quote } from '../../../spec/check/rule.js';

describe('sentences of the rules', () => {
  it('list words, the first of many', () => {
    const words = ['a', 'b', 'c', 'd', 'e'];
    expect([0, 1, 2, 3, 4, 5].map((length) => list(words.slice(0, length)))).to.deep.equal([
      ...['', 'a', 'a and b', 'a, b and c', 'a, b and 2 more', 'a, b and 3 more'],
    ]);
  });

  it('name each operation once', () => {
    expect(names([{ id: 'initWork' }, { id: 'getWork' }, { id: 'initWork' }])).to.equal('initWork and getWork');
  });

  it('quote values as JSON, with no more than 100 characters', () => {
    expect([quote('a'), quote([1]), quote(null), quote(undefined)]).to.deep.equal(['"a"', '[1]', 'null', 'nothing']);
    expect(quote('a'.repeat(98))).to.equal(`"${'a'.repeat(98)}"`);
    expect(quote('a'.repeat(99))).to.equal(`"${'a'.repeat(96)}...`);
  });

  it('take what is no object for one without members', () => {
    for (const value of [null, undefined, 'text', 5]) expect(objectOf(value)).to.deep.equal({});
    const value = { a: 1 };
    expect(objectOf(value)).to.equal(value);
  });
});
