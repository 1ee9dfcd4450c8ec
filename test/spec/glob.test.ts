import { expect } from 'chai';
import fc from 'fast-check';
import { glob } from '../../spec/index.js';

describe('a glob', () => {
  it('is what a regular expression with as many wildcards is', () => {
    const letters = (...of: readonly string[]): fc.Arbitrary<string> =>
      fc.array(fc.constantFrom(...of), { maxLength: 8 }).map((all) => all.join(''));
    fc.assert(
      fc.property(letters('a', 'b', '*', '?', '.'), letters('a', 'b', '.'), (pattern, text) => {
        const same = new RegExp(`^${pattern.replaceAll('.', '[.]').replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(glob(pattern)(text), `${pattern} ${text}`).to.equal(same.test(text));
      }),
      { numRuns: 500 },
    );
  });

  it('takes what is special elsewhere for itself', () => {
    expect(['a.b', 'a+b', '[ab]', '(a)', 'a|b', '^a$', 'a\\b'].map((text) => glob(text)(text))).to.not.include(false);
    expect(glob('a.b')('axb')).to.equal(false);
  });

  it('has an answer however many stars there are', () => {
    expect(glob(`${'*a'.repeat(60)}b`)('a'.repeat(5_000))).to.equal(false);
  });
});
