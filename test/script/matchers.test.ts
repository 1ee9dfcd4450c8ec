import { expect } from 'chai';
import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { holdsJson, leavesOf, sameJson, tooDeep, valueAt } from '../../mocks/script/json.js';
import { compileMatcher } from '../../mocks/script/matchers.js';
import { matchesGlob } from '../../mocks/script/scope.js';
import { show } from '../../mocks/script/show.js';
import type { ValueMatcher } from '../../mocks/script/index.js';

const holds = (matcher: ValueMatcher, ...values: readonly unknown[]): boolean => compileMatcher(matcher).holds(values);

describe('matchers', () => {
  it('compare texts', () => {
    expect(holds('ios', 'ios')).to.equal(true);
    expect(holds('ios', 'iOS')).to.equal(false);
    expect(holds({ equals: 'ios', ignoreCase: true }, 'iOS')).to.equal(true);
    expect(holds({ contains: 'OS', ignoreCase: true }, 'ios 17')).to.equal(true);
    expect(holds({ contains: 'ios', matches: '\\d\\d' }, 'ios 17')).to.equal(true);
    expect(holds({ contains: 'ios', matches: '^\\d\\d' }, 'ios 17')).to.equal(false);
    expect(holds({ matches: 'IOS', ignoreCase: true }, 'ios 17')).to.equal(true);
  });

  it('know what is absent', () => {
    expect([holds({ absent: true }), holds({ absent: true }, 'x')]).to.deep.equal([true, false]);
    expect([holds({ absent: false }), holds({ absent: false }, 'x')]).to.deep.equal([false, true]);
    expect([holds({ not: 'x' }), holds({ not: 'x' }, 'x'), holds({ not: 'x' }, 'y')]).to.deep.equal([true, false, true]);
    expect([holds({ absent: false, not: 'x' }), holds({ absent: false, not: 'x' }, 'y')]).to.deep.equal([false, true]);
    expect([holds({}), holds({}, 'x')]).to.deep.equal([true, true]);
    expect(holds({ not: { not: 'x' } }, 'x')).to.equal(true);
  });

  it('take one of several values, all of them for not', () => {
    expect(holds('b', 'a', 'b')).to.equal(true);
    expect(holds({ contains: 'a', matches: 'b' }, 'a', 'b')).to.equal(false);
    expect(holds({ not: 'b' }, 'a', 'b')).to.equal(false);
  });

  it('compare values of JSON', () => {
    expect(holds({ equals: { a: [1] } }, { a: [1] })).to.equal(true);
    expect([holds({ equals: 5 }, 5), holds({ equals: 5 }, '5'), holds('5', 5), holds('true', true)]).to.deep.equal([
      true,
      false,
      true,
      true,
    ]);
    expect([holds({ equals: null }, null), holds('null', null), holds({ contains: '' }, {})]).to.deep.equal([true, false, false]);
  });

  it('refuse what can never hold', () => {
    const refused: readonly ValueMatcher[] = [
      { absent: true, equals: 'x' },
      { absent: true, not: 'x' },
      { equals: 'abc', contains: 'x' },
      { equals: 'abc', matches: '^b' },
      { ignoreCase: true },
    ];
    for (const matcher of refused) expect(() => compileMatcher(matcher), JSON.stringify(matcher)).to.throw();
  });

  it('say what they are, without credentials', () => {
    expect(compileMatcher({ contains: 'x', not: { matches: 'y' }, ignoreCase: true }).says).to.equal(
      'containing "x" in any case and not matching "y"',
    );
    expect(compileMatcher({ absent: true }).says).to.equal('absent');
    expect(compileMatcher('Bearer hunter2', 'authorization').says).to.equal('"…"');
    expect(show({ user: { password: 'hunter2', name: 'x' }, id: 'a1'.repeat(24) })).to.equal(
      '{"user":{"password":"…","name":"x"},"id":"a1a1a1…"}',
    );
    expect(show('x'.repeat(100)).length).to.be.lessThan(70);
    expect(show(Array.from({ length: 100 }, () => ({})))).to.equal('[{},{},{},{},…]');
  });
});

describe('JSON of scripts', () => {
  it('is the same whatever the order of its keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        // -0 has no JSON of its own.
        const [left, right] = [a, b].map((value) => JSON.parse(JSON.stringify(value)) as unknown);
        expect(sameJson(left, reversed(left))).to.equal(true);
        expect(sameJson(left, right)).to.equal(isDeepStrictEqual(left, right));
      }),
    );
  });

  it('is compared however deeply it nests', () => {
    const nested = (): unknown => JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as unknown;
    expect(sameJson(nested(), nested())).to.equal(true);
    expect(holdsJson([[1]], nested())).to.equal(false);
  });

  it('holds itself, and every part of itself', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue()), (value, more) => {
        expect(holdsJson(value, value)).to.equal(true);
        expect(holdsJson({ a: value }, { ...more, a: value })).to.equal(true);
        expect(holdsJson([value], [0, value, 1])).to.equal(true);
      }),
    );
    expect(holdsJson([1, 2], [2, 1])).to.equal(false);
    expect(holdsJson({}, [])).to.equal(false);
    expect(holdsJson({ length: 1 }, [1])).to.equal(false);
    expect(holdsJson({ constructor: Object }, {})).to.equal(false);
  });

  it('is found by pointers, in lists by index alone', () => {
    expect(valueAt({ a: [{ b: 1 }] }, ['a', '0', 'b'])).to.equal(1);
    for (const members of [['a', 'length'], ['a', '00'], ['a', '-1'], ['toString']])
      expect(valueAt({ a: [1] }, members)).to.equal(undefined);
  });

  it('falls apart into leaves', () => {
    expect(leavesOf({ a: { b: 1, c: {} }, d: [1] })).to.deep.equal([
      { members: ['a', 'b'], value: 1 },
      { members: ['a', 'c'], value: {} },
      { members: ['d'], value: [1] },
    ]);
  });

  it('is too deep when it holds itself', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect([tooDeep(loop), tooDeep({ a: [1, { b: null }] })]).to.deep.equal([true, false]);
  });
});

describe('patterns of operation ids', () => {
  it('match as those of file names do', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 8 }),
        fc.array(fc.constantFrom('a', 'b'), { maxLength: 8 }),
        (pattern, name) => {
          const expression = new RegExp(`^${pattern.map((char) => (char === '*' ? '.*' : char === '?' ? '.' : char)).join('')}$`);
          expect(matchesGlob(pattern.join(''), name.join(''))).to.equal(expression.test(name.join('')));
        },
      ),
    );
  });

  it('do not take forever', () => {
    expect(matchesGlob('*a'.repeat(50), 'a'.repeat(40))).to.equal(false);
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
}
