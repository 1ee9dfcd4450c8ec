import { expect } from 'chai';
import fc from 'fast-check';
import { jsonPointer } from '../../spec/index.js';

const { fromFragment, get, join, set, split } = jsonPointer;

describe('JSON pointers', () => {
  it('escape and unescape (RFC 6901, section 3)', () => {
    expect(join('', 'a/b', 'm~n', 0, '')).to.equal('/a~1b/m~0n/0/');
    expect(split('/a~1b/m~0n/0/')).to.deep.equal(['a/b', 'm~n', '0', '']);
    expect(split('/~01')).to.deep.equal(['~1']);
    expect(split('')).to.deep.equal([]);
  });

  it('are taken apart as they were put together', () => {
    fc.assert(fc.property(fc.array(fc.string()), (members) => void expect(split(join('', ...members))).to.deep.equal(members)));
  });

  it('find what is there, own members only', () => {
    const value = { a: [{ b: null }, 7], '': 'empty', 'x/y': 1 };
    expect(get(value, '')).to.equal(value);
    expect(get(value, '/a/0/b')).to.equal(null);
    expect(get(value, '/a/1')).to.equal(7);
    expect(get(value, '/')).to.equal('empty');
    expect(get(value, '/x~1y')).to.equal(1);
    for (const nowhere of ['/a/2', '/a/0/b/c', '/constructor', '/a/length/x', '/toString'])
      expect(get(value, nowhere), nowhere).to.equal(undefined);
    expect(get(undefined, '/a')).to.equal(undefined);
    expect(get('text', '/length')).to.equal(undefined);
  });

  it('set what was not there, with everything on the way', () => {
    expect(set({ a: 1 }, '/error/code', 'x')).to.deep.equal({ a: 1, error: { code: 'x' } });
    expect(set({ error: { code: 'x' } }, '/error/code', 'y')).to.deep.equal({ error: { code: 'y' } });
    expect(set({ error: 'text' }, '/error/code', 'y')).to.deep.equal({ error: { code: 'y' } });
    expect(set({ error: null }, '/error/code', 'y')).to.deep.equal({ error: { code: 'y' } });
    expect(() => set({}, '', 1)).to.throw(TypeError, 'The root itself');
  });

  it('are read from a fragment, percent-decoded (RFC 6901, section 6)', () => {
    expect(fromFragment('#/paths/~1a%7Bid%7D')).to.equal('/paths/~1a{id}');
    expect(fromFragment('#')).to.equal('');
    expect(fromFragment('other.yaml#/a')).to.equal(undefined);
    expect(fromFragment('#/%zz')).to.equal(undefined);
  });
});
